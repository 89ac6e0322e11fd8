//! The philia program.
fn main() {}
