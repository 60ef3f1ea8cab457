//! The `provider-service` program.
fn main() {}
