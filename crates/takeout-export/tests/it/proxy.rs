//! `--proxy` and its environment variable: the whole way through an MTProxy, and addresses that are none.

use std::process::Command;

use crate::program::{program, run};
use crate::world::World;

/// A fake-TLS secret: `ee`, sixteen bytes, the name of the site that the connection pretends to visit.
const SECRET: &str = "ee000102030405060708090a0b0c0d0e0f6578616d706c652e636f6d";

#[test]
fn login_and_export_through_an_mtproxy() {
    let mut world = World::new(testdc::Config {
        contacts: 20,
        saved_only: 5,
        mtproxy_secret: Some(SECRET.parse().unwrap()),
        ..testdc::Config::default()
    });
    let front = world.server.mtproxy_address().unwrap();
    let link = format!("tg://proxy?server={}&port={}&secret={SECRET}", front.ip(), front.port());
    let mut login = indirect(&world, "login");
    login.args(["--api-id", "17", "--api-hash", "0123456789abcdef0123456789abcdef", "--code-stdin"]);
    login.args(["--phone", &world.server.truth().account.phone]);
    std::fs::write(world.path("code"), world.server.login_code()).unwrap();
    login.stdin(std::fs::File::open(world.path("code")).unwrap()).env("TAKEOUT_EXPORT_PROXY", &link);
    run(&mut login).succeeds();
    let mut export = indirect(&world, "export");
    export.args(["--proxy", &link]).arg("--out").arg(world.out());
    run(&mut export).succeeds();
    assert_eq!(world.takeout_ends(), [true]);
    let session = std::fs::read_to_string(world.session()).unwrap();
    assert!(
        !session.contains("proxy") && !session.contains(&SECRET[2..34]),
        "the session keeps nothing of it"
    );
}

/// A command for an address where nobody listens: what works, works through the proxy.
fn indirect(world: &World, name: &str) -> Command {
    let mut command = program(&[name, "--dc", "2=127.0.0.1:1", "--rsa-key"]);
    command.arg(world.path("key.pem")).arg("--session").arg(world.session());
    command
}

#[test]
fn an_address_that_is_none_is_wrong_usage_and_not_repeated() {
    for url in ["ftp://secret@host:1", "tg://proxy?server=h&port=1&secret=xyz", "nonsense-secret"] {
        let world = World::small();
        let mut login = world.login();
        login.args(["--proxy", url]);
        let ran = run(&mut login).fails(2, "--proxy is not the address of a proxy");
        assert!(!ran.stderr.contains("secret@") && !ran.stderr.contains("xyz"), "{}", ran.stderr);
    }
    run(&mut program(&["export", "--out", "x", "--proxy"])).fails(2, "--proxy");
}
