//! The `pi-daemon` program.
fn main() {}
