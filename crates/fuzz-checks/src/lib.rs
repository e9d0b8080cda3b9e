//! What the fuzz targets check.
//!
//! A target of `fuzz/` is one line: it hands its bytes to the function of the same name here. Plain `cargo test` calls
//! the same functions with the seeds and with every file of `regressions/`, so that a finding stays found.
//!
//! A check panics if something does not hold: that is how libFuzzer and the test harness alike learn of it.
//!
//! Read next: [`TARGETS`], then the module of a target.

#![forbid(unsafe_code)]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a check fails by panicking"
)]

mod dynamic;
mod envelope;
mod every;
mod fake_tls;
mod frame;
mod handshake;
mod input;
mod json;
mod obfuscated;
mod proxy_link;
mod readers;
mod reply;
mod request;
mod schema;
mod seeds;
mod server;
mod session;
mod walk;

pub use crate::readers::{by_schema, typed};
pub use crate::seeds::{telethon, vector_file};

/// One fuzz target.
#[derive(Clone, Copy)]
pub struct Target {
    /// As `cargo xtask fuzz` and the file in `fuzz/fuzz_targets` name it.
    pub name: &'static str,
    /// What must hold for any bytes, for people: its cell in `docs/fuzzing.md`.
    pub holds: &'static str,
    /// Panics if it does not hold.
    pub check: fn(&[u8]),
    /// Where the fuzzer starts: real objects.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

impl core::fmt::Debug for Target {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Target({})", self.name)
    }
}

macro_rules! targets {
    ($($module:ident: $holds:literal;)*) => {
        /// Every target.
        pub const TARGETS: &[Target] = &[$(Target {
            name: stringify!($module),
            holds: $holds,
            check: crate::$module::check,
            seeds: crate::$module::seeds,
        },)*];
    };
}

targets! {
    schema: "any text is a schema that prints itself and whose types are generated whole, or an error with its place";
    dynamic: "the reader by schema and the generated types agree; what was read is written and read again";
    json: "any JSON is an object whose bytes are read back as they were written, or a typed error";
    reply: "any bytes are a reply whose announced length is exact and all of whose parts can be read, or a typed error";
    request: "any bytes are a request, or a typed error; the wrappers hand on what they wrap";
    frame: "any split of a byte stream gives the same frames, for each of the four kinds";
    obfuscated: "the same inside an obfuscated stream, with and without a proxy's secret";
    fake_tls: "no answer but the proxy's own is believed; records in any pieces give the same bytes";
    proxy_link: "any text is a proxy or an error, and neither says a secret in its texts";
    envelope: "no bytes open but those that the key sealed; what opens keeps every rule";
    session: "any order of calls and any message of the server: no call is answered twice, what is sent keeps the rules";
    handshake: "no answer but the server's own leads to a key";
    server: "testdc answers every request of the API on a connection that stays, whatever its bytes";
}

/// The target of that name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Runs the check of a target.
///
/// # Panics
/// If what the target checks does not hold, or there is no such target.
pub fn check(name: &str, bytes: &[u8]) {
    let target = target(name).unwrap_or_else(|| panic!("no target {name}"));
    (target.check)(bytes);
}
