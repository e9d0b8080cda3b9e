//! `-v` and `--log-file`.
//!
//! Only the events of this project's own crates are written, and those carry no secret: no code, password, key, name or
//! number. A test captures everything at the highest level and looks for them.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry};

use super::failure::Failure;

/// The crates whose events are written.
const OWN: [&str; 5] = ["takeout_export", "tg_client", "mtproto", "contacts", "testdc"];

/// Starts writing events to stderr and to the file.
pub(super) fn start(verbose: u8, log_file: Option<&Path>) -> Result<(), Failure> {
    let spoken = match verbose {
        0 => LevelFilter::OFF,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let stderr = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_filter(own(spoken));
    let file = match log_file {
        Some(path) => {
            let file = open(path).map_err(|source| Failure::LogFile { path: path.to_owned(), source })?;
            let written = spoken.max(LevelFilter::DEBUG);
            let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Mutex::new(file));
            Some(layer.with_filter(own(written)))
        }
        None => None,
    };
    let subscriber = Registry::default().with(stderr).with(file);
    // a second start in one process (tests) keeps the first
    tracing::subscriber::set_global_default(subscriber).unwrap_or_default();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "takeout-export");
    Ok(())
}

fn own(level: LevelFilter) -> Targets {
    Targets::new().with_targets(OWN.map(|target| (target, level)))
}

/// Appends; a new file is readable by its owner alone.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
