//! The `simulated-meter` program.
fn main() {}
