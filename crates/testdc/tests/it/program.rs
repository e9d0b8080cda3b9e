//! The program: what a script that drives `testdc serve` relies on.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mtproto::crypto::AuthKey;
use tempfile::tempdir;

use crate::client::{Client, Framing};
use crate::harness::PATIENCE;

pub(crate) struct Program {
    child: Child,
    lines: Option<BufReader<std::process::ChildStdout>>,
}

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_testdc"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = child.stdout.take().map(BufReader::new);
        Self { child, lines }
    }

    pub(crate) fn serve(arguments: &[&str]) -> Self {
        Self::start(&[&["serve", "--contacts", "50", "--saved-only", "5"], arguments].concat())
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.as_mut().unwrap().read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn event(&mut self) -> serde_json::Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// From now on nobody looks at what is printed; a pipe that is full would stop the program.
    #[cfg(target_os = "linux")]
    pub(crate) fn ignore_events(&mut self) {
        let mut lines = self.lines.take().unwrap();
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
    }

    /// How much of the machine's memory it holds.
    #[cfg(target_os = "linux")]
    pub(crate) fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Exit code and standard error.
    fn end(mut self) -> (Option<i32>, String) {
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (self.child.wait().unwrap().code(), errors)
    }

    fn signal(&self) {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    pub(crate) fn terminate(self) -> (Option<i32>, String) {
        self.signal();
        self.end()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // a test that failed must not leave a server behind
        let _killed = self.child.kill();
    }
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn every_port_of_every_data_centre_is_told_the_home_one_first() {
    let folder = tempdir().unwrap();
    let authority = folder.path().join("ca.pem");
    let any = "127.0.0.1:0";
    let ports = ["--ws", any, "--wss", any, "--http", any, "--https", any, "--tls-ca-out", text(&authority)];
    let mut program = Program::serve(&[&["--dcs", "3", "--dc-id", "2"], &ports[..]].concat());
    let home = program.line();
    let dcs = program.event();
    assert_eq!((&dcs["event"], &dcs["addresses"]["2"]), (&"dcs".into(), &home.into()));
    let mut addresses = Vec::new();
    for dc_id in [2, 1, 3] {
        for carrier in ["ws", "wss", "http", "https"] {
            let told = program.event();
            assert_eq!((&told["event"], &told["dc_id"]), (&carrier.into(), &dc_id.into()));
            let address = told["address"].as_str().unwrap().to_owned();
            assert!(std::net::TcpStream::connect(&address).is_ok(), "{told}");
            addresses.push(address);
        }
    }
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 12, "a port for each");
    assert!(std::fs::read_to_string(&authority).unwrap().contains("BEGIN CERTIFICATE"));
    assert_eq!(program.terminate(), (Some(0), String::new()));
}

#[test]
fn address_files_events_and_a_clean_end() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let (key, truth) = (folder.join("key.pem"), folder.join("truth.json"));
    let mut program = Program::serve(&[
        "--public-key-out",
        text(&key),
        "--truth-out",
        text(&truth),
        "--seed",
        "9",
        "--phone",
        "9996611111",
    ]);
    let address = program.line().parse().unwrap();
    let pem = std::fs::read_to_string(&key).unwrap();
    assert!(pem.starts_with("-----BEGIN RSA PUBLIC KEY-----"));
    let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(&truth).unwrap()).unwrap();
    assert_eq!(truth["seed"], 9);
    assert_eq!(truth["contacts"].as_array().unwrap().len(), 50);
    assert_eq!(truth["account"]["has_password"], false);

    let mut client = Client::connect(address, Framing::Abridged);
    client.exchange_key(&pem, 2).unwrap();
    client.introduce();
    let hash = client.send_code("9996611111").unwrap();
    let sent = program.event();
    assert_eq!(sent, serde_json::json!({ "event": "code_sent", "phone": "9996611111", "code": "11111" }));
    client.sign_in("9996611111", &hash, "11111").unwrap();
    assert_eq!(
        program.event(),
        serde_json::json!({ "event": "login", "user_id": truth["account"]["user_id"] })
    );
    let takeout_id = client.open_takeout().unwrap();
    assert_eq!(program.event(), serde_json::json!({ "event": "takeout_opened", "takeout_id": takeout_id }));
    let finish = tl_api::functions::account::FinishTakeoutSession { success: true };
    client.in_takeout(takeout_id, finish).unwrap();
    assert_eq!(
        program.event(),
        serde_json::json!({ "event": "takeout_finished", "takeout_id": takeout_id, "success": true })
    );
    client.expect(&tl_api::functions::auth::LogOut);
    assert_eq!(program.event()["event"], "logged_out");
    assert_eq!(program.terminate(), (Some(0), String::new()));
}

#[test]
fn nothing_that_happened_before_the_end_is_left_out() {
    for _ in 0..5 {
        let folder = tempdir().unwrap();
        let folder = folder.path();
        let key = folder.join("key.pem");
        let mut program = Program::serve(&["--public-key-out", text(&key)]);
        let address = program.line().parse().unwrap();
        let mut client = Client::connect(address, Framing::Intermediate);
        client.exchange_key(&std::fs::read_to_string(&key).unwrap(), 2).unwrap();
        client.introduce();
        for _ in 0..20 {
            client.send_code("9996621234").unwrap();
        }
        program.signal();
        let mut events = String::new();
        program.lines.as_mut().unwrap().read_to_string(&mut events).unwrap();
        assert_eq!(events.lines().count(), 20);
    }
}

#[test]
fn a_kept_key_is_the_same_at_every_start() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let (key, public) = (folder.join("private.pem"), folder.join("public.pem"));
    let mut pems = (0..2).map(|_| {
        let mut program = Program::serve(&["--key", text(&key), "--public-key-out", text(&public)]);
        program.line();
        program.terminate();
        std::fs::read_to_string(&public).unwrap()
    });
    assert_eq!(pems.next(), pems.next());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::write(&key, "no key").unwrap();
    let (code, errors) = Program::serve(&["--key", text(&key)]).end();
    assert_eq!(code, Some(1));
    assert!(errors.contains("key file") && errors.contains("BEGIN RSA PRIVATE KEY"), "{errors}");
}

/// Looks at the file until it holds a login by this key.
fn wait_until_login_is_kept(store: &Path, key: &AuthKey) {
    let key = serde_json::Value::from(STANDARD.encode(key.as_bytes()));
    let started = std::time::Instant::now();
    loop {
        let text = std::fs::read_to_string(store).unwrap();
        let state = serde_json::from_str::<serde_json::Value>(text.lines().nth(1).unwrap()).unwrap();
        let mut kept = state["keys"]["2"].as_array().into_iter().flatten();
        if kept.any(|kept| kept["key"] == key && kept["login"]["LoggedIn"].is_object()) {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "the login is not kept");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn a_server_that_is_killed_leaves_a_file_that_can_be_read() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let (store, public) = (folder.join("state"), folder.join("public.pem"));
    let arguments = ["--store", text(&store), "--public-key-out", text(&public)];
    let mut last = None;
    // at the latest when everything is on the disk
    for millis in [Some(0), Some(60), Some(100), Some(105), Some(120), None] {
        let mut program = Program::serve(&arguments);
        let address = program.line().parse().unwrap();
        let mut client = Client::connect(address, Framing::Intermediate);
        client.exchange_key(&std::fs::read_to_string(&public).unwrap(), 2).unwrap();
        client.introduce();
        client.log_in("9996621234", "22222").unwrap();
        match millis {
            Some(millis) => std::thread::sleep(std::time::Duration::from_millis(millis)),
            None => wait_until_login_is_kept(&store, client.key.as_ref().unwrap()),
        }
        program.child.kill().unwrap();
        program.child.wait().unwrap();
        last = Some(client);
    }
    let mut program = Program::serve(&arguments);
    let address = program.line().parse().unwrap();
    let mut last = last.unwrap();
    last.move_to(address);
    last.expect(&tl_api::functions::contacts::GetStatuses);
    assert_eq!(program.terminate(), (Some(0), String::new()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&store).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::write(&store, "{}").unwrap();
    let (code, errors) = Program::serve(&arguments).end();
    assert_eq!(code, Some(1));
    assert!(errors.contains("is not a store of testdc"), "{errors}");
}

#[test]
fn a_proxy_is_announced_behind_the_address() {
    let mut program = Program::serve(&["--mtproxy-secret", &"dd".repeat(17)]);
    let address = program.line().parse::<std::net::SocketAddr>().unwrap();
    let event = program.event();
    assert_eq!(event["event"], "mtproxy_listening");
    let proxy = event["address"].as_str().unwrap().parse::<std::net::SocketAddr>().unwrap();
    assert!(proxy != address && proxy.ip() == address.ip());
    std::net::TcpStream::connect(proxy).unwrap();
    assert_eq!(program.terminate(), (Some(0), String::new()));
    let (code, errors) = Program::serve(&["--mtproxy-secret", "12"]).end();
    assert_eq!(code, Some(2));
    assert!(errors.contains("32 hexadecimal digits"), "{errors}");
}

#[test]
fn mistakes_of_the_command_line_are_explained() {
    let (code, errors) = Program::serve(&["--fault", "explode"]).end();
    assert_eq!(code, Some(2));
    assert!(errors.contains("there is no fault `explode`; `testdc faults` lists them"), "{errors}");
    let (code, errors) = Program::serve(&["--fault", "drop=contacts.nothing"]).end();
    assert_eq!(code, Some(1));
    assert!(errors.contains("`contacts.nothing`"), "{errors}");
    let (code, errors) = Program::serve(&["--truth-out", "/nowhere/truth.json"]).end();
    assert_eq!(code, Some(1));
    assert!(errors.contains("writing /nowhere/truth.json"), "{errors}");
    let (code, errors) = Program::serve(&["--phone", "12"]).end();
    assert_eq!(code, Some(1));
    assert!(errors.contains("7 to 15 digits"), "{errors}");
    let mut first = Program::serve(&[]);
    let address = first.line();
    let (code, errors) = Program::serve(&["--listen", &address]).end();
    assert_eq!(code, Some(1));
    assert!(errors.contains("cannot listen on"), "{errors}");
}

#[test]
fn the_faults_are_listed() {
    let mut program = Program::start(&["faults"]);
    let mut lines = Vec::new();
    loop {
        let line = program.line();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    assert_eq!(lines.len(), testdc::fault::FAULT_FORMS.len());
    assert_eq!(program.end().0, Some(0));
}

#[test]
fn the_log_says_why_a_client_is_refused_and_holds_no_secret() {
    let mut program = Program::serve(&["-v", "--password", "secret-password"]);
    let address = program.line().parse().unwrap();
    let mut client = Client::connect(address, Framing::Intermediate);
    client.send_frame(&[0; 40]);
    let _refused = client.read_frame();
    let (code, log) = program.terminate();
    assert_eq!(code, Some(0));
    assert!(log.contains("not a query of the key exchange"), "{log}");
    assert!(["secret-password", "9996621234", "22222"].iter().all(|secret| !log.contains(secret)), "{log}");
}
