//! A program that has used up its descriptors.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::tempdir;

use crate::admin::Admin;
use crate::client::{Client, Framing};
use crate::harness::PATIENCE;

/// Ends with the test.
struct Limited(Child);

impl Drop for Limited {
    fn drop(&mut self) {
        let _killed = self.0.kill();
        let _ended = self.0.wait();
    }
}

/// Whatever is wrong, the next try has the same chances: without a pause it would be made at once, for ever.
#[test]
fn a_system_that_gives_no_connection_is_asked_again_after_a_pause() {
    let folder = tempdir().unwrap();
    let log = folder.path().join("log");
    let serve = "ulimit -n 40; exec \"$0\" serve --contacts 3 --admin 127.0.0.1:0 --verbose";
    let mut program = Command::new("sh");
    program.args(["-c", serve, env!("CARGO_BIN_EXE_testdc")]);
    program.stdout(Stdio::piped()).stderr(File::create(&log).unwrap());
    let mut program = Limited(program.spawn().unwrap());
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address: SocketAddr = lines.next().unwrap().parse().unwrap();
    let told: serde_json::Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    let admin: SocketAddr = told["address"].as_str().unwrap().parse().unwrap();
    for door in [address, admin] {
        let refusals = || {
            let log = std::fs::read_to_string(&log).unwrap();
            log.lines().filter(|line| line.contains("os error 24")).count()
        };
        let (started, before) = (Instant::now(), refusals());
        let connections = (0..40).map(|_| TcpStream::connect(door).unwrap()).collect::<Vec<_>>();
        while refusals() - before < 10 {
            assert!(started.elapsed() < PATIENCE, "it does not try again");
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(started.elapsed() >= 9 * Duration::from_millis(50), "{:?}", started.elapsed());
        drop(connections);
        // both go on
        Client::connect(address, Framing::Intermediate).first_step([7; 16]).unwrap();
        Admin::connect(admin).order(&json!({ "do": "connections" }));
    }
}
