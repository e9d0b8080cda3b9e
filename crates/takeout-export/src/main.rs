//! `takeout-export`: a whole Telegram address book as Parquet and CSV.

use std::process::ExitCode;

fn main() -> ExitCode {
    takeout_export::cli::main()
}
