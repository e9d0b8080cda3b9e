//! The `testdc` program: see `testdc serve --help` and the crate's README.

#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
