//! The `tangle-node` program.
fn main() {}
