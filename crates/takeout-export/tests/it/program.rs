//! The program as a process of its own: what goes in, what comes out, how it ends.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

/// Nothing that a test starts takes longer than this, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a running program is looked at.
const GLANCE: Duration = Duration::from_millis(10);

/// The program with a command, without a terminal and without anything of the developer's own environment.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeout-export"));
    command.args(arguments).stdin(Stdio::null());
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("TAKEOUT_EXPORT_") {
            command.env_remove(variable);
        }
    }
    // the developer's keyring is not for tests
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    command.env("XDG_DATA_HOME", "/nonexistent/data").env("XDG_CONFIG_HOME", "/nonexistent/config");
    // a passphrase costs half a second a command; `at_rest` tests what is done without this
    command.env("TAKEOUT_EXPORT_INSECURE_PLAIN_SESSION", "1");
    command
}

/// Runs it to its end.
pub(crate) fn run(command: &mut Command) -> Ran {
    Running::start(command).end()
}

/// A program on its way. Its output goes to files, so that it can be read meanwhile.
pub(crate) struct Running {
    child: Child,
    stdout: NamedTempFile,
    stderr: NamedTempFile,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let (stdout, stderr) = (NamedTempFile::new().unwrap(), NamedTempFile::new().unwrap());
        command.stdout(stdout.reopen().unwrap()).stderr(stderr.reopen().unwrap());
        Self { child: command.spawn().unwrap(), stdout, stderr }
    }

    /// Waits until it has said this on stderr.
    pub(crate) fn wait_for(&mut self, text: &str) {
        self.watch(text, |running| read(running.stderr.path()).contains(text).then_some(()));
    }

    /// Its process number.
    #[cfg(unix)]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal, like `INT`.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(status.unwrap().success());
    }

    /// Ends it as a power cut would, and waits until it is gone. False if it had ended before.
    pub(crate) fn kill_after(&mut self, pause: Duration) -> bool {
        std::thread::sleep(pause);
        let was_running = self.child.try_wait().unwrap().is_none();
        if was_running {
            self.child.kill().unwrap();
            self.child.wait().unwrap();
        }
        was_running
    }

    pub(crate) fn end(mut self) -> Ran {
        let status = self.watch("its end", |running| running.child.try_wait().unwrap());
        Ran {
            exit: status.code().unwrap_or_else(|| panic!("ended by a signal: {status}")),
            stdout: read(self.stdout.path()),
            stderr: read(self.stderr.path()),
        }
    }

    fn watch<T>(&mut self, what: &str, look: impl Fn(&mut Self) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            if start.elapsed() > PATIENCE {
                self.child.kill().unwrap();
                panic!("waited too long for {what}; it said:\n{}", read(self.stderr.path()));
            }
            std::thread::sleep(GLANCE);
        }
    }
}

fn read(path: &Path) -> String {
    String::from_utf8(fs::read(path).unwrap()).unwrap()
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// It did what it was asked for.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        assert_eq!(self.exit, 0, "{self:?}");
        assert!(!self.stdout.is_empty() && !self.stderr.contains("error:"), "{self:?}");
        self
    }

    /// It failed with this exit code and said why: on stderr, in words, and nothing on stdout.
    #[track_caller]
    pub(crate) fn fails(self, exit: i32, says: &str) -> Self {
        assert_eq!(self.exit, exit, "{self:?}");
        assert!(self.stderr.contains("error: ") && self.stderr.contains(says), "{says:?} not in {self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        assert_eq!(self.stdout, "", "stdout is for results");
        self
    }

    /// What `--json` gave.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.stdout.lines().count(), 1, "one object on one line");
        serde_json::from_str(&self.stdout).unwrap()
    }
}
