//! Standard output and standard error.

use std::io::{self, Write};
use std::net::SocketAddr;

use testdc::Event;
use testdc::fault::FAULT_FORMS;

/// The first line: the address alone.
pub(crate) fn address(address: SocketAddr) -> io::Result<()> {
    line(&address.to_string())
}

/// One event as a JSON object on a line of its own.
pub(crate) fn event(event: &Event) -> io::Result<()> {
    line(&serde_json::to_string(event)?)
}

/// The list of faults.
pub(crate) fn faults() -> io::Result<()> {
    FAULT_FORMS.iter().try_for_each(|(form, meaning)| line(&format!("{form:<36} {meaning}")))
}

/// Sends the log to standard error: warnings, or with `verbose` more of it.
pub(crate) fn log(verbose: u8) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let level = match verbose {
        0 => tracing::Level::WARN,
        1 => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    let subscriber = tracing_subscriber::fmt().with_max_level(level).with_writer(io::stderr).with_ansi(false);
    subscriber.try_init()
}

/// Says on standard error why the program ends.
pub(crate) fn failure(failure: &dyn std::fmt::Display) {
    // there is nobody left to tell if this fails
    let _written = writeln!(io::stderr().lock(), "testdc: {failure}");
}

/// Writes a line and flushes it: a script waits for it.
fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}
