//! A workspace with a cargo of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

/// Held while a script is written and while a program is started. One that is started has a copy of all open files until it
/// runs, and a file that anybody can write is refused as a program (`ETXTBSY`).
static PROGRAMS: Mutex<()> = Mutex::new(());

/// A folder for the length of a test.
pub(crate) struct Stage(PathBuf);

impl Stage {
    /// `cargo` is the body of a shell script; what it is asked for is kept before it begins.
    pub(crate) fn new(name: &str, cargo: &str) -> Self {
        let stage = Self(std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id())));
        stage.program("bin/cargo", &format!("echo \"$*\" >> '{}'\n{cargo}", stage.path("asked")));
        stage
    }

    /// Writes a shell script that can be run.
    pub(crate) fn program(&self, path: &str, script: &str) {
        let _held = PROGRAMS.lock().unwrap();
        self.write(path, &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(self.0.join(path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn path(&self, path: &str) -> String {
        self.0.join(path).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let file = self.0.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.0.join(path)).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.0.join(path)).ok()
    }

    /// Runs `cargo xtask WORDS` here: whether it went well, and everything that it said.
    pub(crate) fn xtask(&self, words: &[&str]) -> (bool, String) {
        let cargo = self.path("bin/cargo");
        let path = format!("{}:{}", self.path("bin"), std::env::var("PATH").unwrap());
        let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
        xtask.env("CARGO", cargo).env("PATH", path).env("CARGO_TARGET_DIR", self.path("target"));
        ran(xtask.arg("--root").arg(&self.0).args(words))
    }

    /// What cargo was asked for since the last time.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.read("asked").unwrap_or_default();
        self.write("asked", "");
        asked.lines().map(str::to_owned).collect()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

/// Runs `cargo xtask WORDS` in the project itself.
pub(crate) fn xtask(words: &[&str]) -> (bool, String) {
    ran(Command::new(env!("CARGO_BIN_EXE_xtask")).args(words))
}

fn ran(command: &mut Command) -> (bool, String) {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let held = PROGRAMS.lock().unwrap();
    let child = command.spawn().unwrap();
    drop(held);
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.success(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}
