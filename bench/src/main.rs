//! Figures beside what they are compared with.
fn main() {}
