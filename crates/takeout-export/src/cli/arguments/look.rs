//! What can be typed about exports that are there already.

use std::path::PathBuf;

use clap::Args;

/// `inspect`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeout-export inspect my-contacts
  takeout-export inspect my-contacts/contacts.parquet --rows 0 --json | jq .by_country")]
pub struct Inspect {
    /// The folder of an export, or one of its files: Parquet or archive
    #[arg(value_name = "FILE|DIR")]
    pub path: PathBuf,
    /// How many rows to show
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub rows: usize,
    /// The file with the age key that opens an encrypted archive
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
}

/// `verify`
#[derive(Debug, Args)]
#[command(after_help = "\
Example, in a script:
  takeout-export verify my-contacts && rsync -a my-contacts backup:")]
pub struct Verify {
    /// The folder of an export
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// `diff`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeout-export diff contacts-june contacts-july
  takeout-export diff contacts-june contacts-july --json | jq '.changes[] | select(.change == \"joined_telegram\")'
  takeout-export diff old/archive.tkx new/contacts.parquet --parquet changes.parquet")]
pub struct Diff {
    /// The earlier export: its folder, Parquet file or archive
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The later one
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Also write the changes to this Parquet file, which must not be there yet
    #[arg(long, value_name = "FILE")]
    pub parquet: Option<PathBuf>,
    /// End with code 21 if there are changes
    #[arg(long)]
    pub exit_code: bool,
    /// The file with the age key that opens encrypted archives
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
}

/// `history`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeout-export export --history backups     # every day, from a timer
  takeout-export history backups
  duckdb -c \"FROM read_parquet('backups/*/*/contacts.parquet', hive_partitioning = true)\"")]
pub struct History {
    /// The folder that `export --history` writes to
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The file with the age key that opens encrypted archives
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
}

/// `completions`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  takeout-export completions bash > ~/.local/share/bash-completion/completions/takeout-export")]
pub struct Completions {
    /// For which shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// `man`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeout-export man | man -l -
  takeout-export man --out ~/.local/share/man/man1")]
pub struct Man {
    /// Write a page for the program and one for each command into this folder, instead of the first one to stdout
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
