//! `takeout-export`: a whole Telegram address book as Parquet and CSV.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    takeout_export::cli::main()
}
