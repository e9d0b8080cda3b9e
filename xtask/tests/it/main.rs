//! `cargo xtask` as a process, in a workspace of the test's own whose cargo writes down what it was asked for and does
//! what the real one would have: commands that take minutes, in milliseconds.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

mod bench;
mod codegen;
mod fuzz;
mod measured;
mod schema;
mod stage;
mod sweep;
mod tl;
