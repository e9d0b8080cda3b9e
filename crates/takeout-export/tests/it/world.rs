//! A data centre in this process, and the program that is pointed at it.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testdc::{Carrier, Entropy, Event, Events, FramingName, RsaKey, Server};
use tokio::net::TcpSocket;
use tokio::runtime::Runtime;

use crate::program::{Ran, program, run};

/// The key of every data centre here: primes take time.
fn rsa_key() -> RsaKey {
    static KEY: OnceLock<RsaKey> = OnceLock::new();
    KEY.get_or_init(|| RsaKey::generate(&mut Entropy::from_seed(1))).clone()
}

/// A data centre, and a folder with a session in it.
pub(crate) struct World {
    pub(crate) server: Server,
    events: Events,
    pub(crate) folder: TempDir,
    // the last to go: the server lives in it
    runtime: Runtime,
}

impl World {
    pub(crate) fn new(config: testdc::Config) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let key = config.key.clone().unwrap_or_else(rsa_key);
        let server = runtime.block_on(Server::bind(testdc::Config { key: Some(key), ..config })).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("key.pem"), server.public_key_pem()).unwrap();
        Self { events: server.events(), server, folder, runtime }
    }

    /// A few people, nobody logged in.
    pub(crate) fn small() -> Self {
        Self::new(testdc::Config { contacts: 20, saved_only: 5, ..testdc::Config::default() })
    }

    /// A few people, and a session that is logged in.
    pub(crate) fn logged_in() -> Self {
        let world = Self::small();
        run(&mut world.login()).succeeds();
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn session(&self) -> PathBuf {
        self.path("account.session")
    }

    /// A command for this data centre and this session.
    pub(crate) fn command(&self, name: &str) -> Command {
        self.command_on(&[name], &self.session())
    }

    /// A command for this data centre and another session.
    pub(crate) fn command_on(&self, words: &[&str], session: &Path) -> Command {
        let mut command = self.bare_command(words);
        command.arg("--session").arg(session);
        command
    }

    /// A command for this data centre, which finds its session by itself.
    pub(crate) fn bare_command(&self, words: &[&str]) -> Command {
        self.command_to(2, words)
    }

    /// The same, which takes the data centre for the one of this number.
    pub(crate) fn command_to(&self, dc_id: i32, words: &[&str]) -> Command {
        let mut command = program(words);
        command.arg("--dc").arg(format!("{dc_id}={}", self.server.address()));
        command.arg("--rsa-key").arg(self.path("key.pem"));
        command
    }

    /// The login with the right code.
    pub(crate) fn login(&self) -> Command {
        self.login_with(&self.server.login_code())
    }

    pub(crate) fn login_with(&self, code: &str) -> Command {
        self.answered(self.command("login"), code)
    }

    /// A login with all that would be asked.
    pub(crate) fn answered(&self, mut command: Command, code: &str) -> Command {
        command.args(["--api-id", "17", "--api-hash", "0123456789abcdef0123456789abcdef", "--code-stdin"]);
        command.args(["--phone", &self.server.truth().account.phone]);
        fs::write(self.path("code"), format!("{code}\n")).unwrap();
        command.stdin(File::open(self.path("code")).unwrap());
        command
    }

    /// Where exports go: alone in a folder of their own, so that what is left behind is seen.
    pub(crate) fn out(&self) -> PathBuf {
        self.path("exports/mine")
    }

    pub(crate) fn export(&self) -> Command {
        let mut command = self.command("export");
        command.arg("--out").arg(self.out());
        command
    }

    /// The export works, and what it wrote is taken away again.
    #[track_caller]
    pub(crate) fn exports_well(&mut self) -> Ran {
        let ran = run(&mut self.export()).succeeds();
        assert_eq!(self.takeout_ends(), [true], "the takeout session is finished with success");
        assert_eq!(
            names_in(&self.out()),
            ["archive.tkx", "contacts.csv", "contacts.parquet", "manifest.json"]
        );
        fs::remove_dir_all(self.out()).unwrap();
        ran
    }

    /// What happened at the data centre since the last look.
    pub(crate) fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.try_next()).collect()
    }

    /// How the latest connection spoke: carrier, framing, and whether it was obfuscated.
    pub(crate) fn last_spoken(&self) -> Option<(Carrier, Option<FramingName>, bool)> {
        let connections = self.server.control().connections();
        connections.last().map(|one| (one.carrier, one.framing, one.obfuscated))
    }

    /// Waits until something happens at the data centre.
    pub(crate) fn wait_for_event(&mut self, is_meant: impl Fn(&Event) -> bool) {
        let Self { events, runtime, .. } = self;
        let wait = async { while !events.next().await.as_ref().is_none_or(&is_meant) {} };
        runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), wait).await }).unwrap();
    }

    /// The takeout sessions that were finished since the last look, each with or without success. None is left open.
    #[track_caller]
    pub(crate) fn takeout_ends(&mut self) -> Vec<bool> {
        let events = self.events();
        let opened = events.iter().filter(|event| matches!(event, Event::TakeoutOpened { .. })).count();
        let ends: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::TakeoutFinished { success, .. } => Some(*success),
                _ => None,
            })
            .collect();
        assert_eq!(opened, ends.len(), "every takeout session is finished: {events:?}");
        ends
    }

    /// Nothing of an export is to be seen, not even under a hidden name.
    #[track_caller]
    pub(crate) fn assert_nothing_is_left(&self) {
        let parent = self.out().parent().unwrap().to_owned();
        if parent.exists() {
            assert_eq!(names_in(&parent), [""; 0]);
        }
    }

    /// The manifest of the export.
    pub(crate) fn manifest(&self) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.out().join("manifest.json")).unwrap()).unwrap()
    }

    /// Ends the data centre and starts another one, on another port; folder and session are the same.
    pub(crate) fn restarted(self, config: testdc::Config) -> Self {
        let Self { server, folder, runtime, .. } = self;
        let next = testdc::Config { key: Some(rsa_key()), ..config };
        let server = runtime.block_on(async {
            server.shutdown().await;
            Server::bind(next).await.unwrap()
        });
        Self { events: server.events(), server, folder, runtime }
    }

    /// Ends the data centre; its address refuses connections as long as what is left is kept.
    pub(crate) fn end_server(self) -> Remains {
        let address = self.server.address();
        self.runtime.block_on(self.server.shutdown());
        Remains { folder: self.folder, _refusing: refusing(address) }
    }
}

/// A socket that is bound and does not listen: no other test's server is given this port.
fn refusing(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    // a program that another test starts at this moment holds a copy of the former socket until it runs
    let deadline = Instant::now() + Duration::from_secs(10);
    while let Err(error) = socket.bind(address) {
        assert!(Instant::now() < deadline, "{address}: {error}");
        std::thread::sleep(Duration::from_millis(5));
    }
    socket.set_reuseaddr(false).unwrap();
    socket
}

/// The folder of a world whose data centre has ended, and the address that answers nobody any more.
pub(crate) struct Remains {
    folder: TempDir,
    _refusing: TcpSocket,
}

impl Remains {
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// What is in a folder, sorted.
#[track_caller]
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
