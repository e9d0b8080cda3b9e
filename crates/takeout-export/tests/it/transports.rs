//! Every way to a server that the command line can name: each transport, plain and obfuscated, straight on and through
//! each kind of proxy. A whole export goes over each of them.

use std::net::SocketAddr;
use std::process::Command;

use testdc::{Carrier, FramingName, Web};

use crate::program::{program, run};
use crate::proxies::TestProxy;
use crate::world::World;

const KEY: &str = "000102030405060708090a0b0c0d0e0f";

/// The framings that can be obfuscated, by both names.
const FRAMINGS: [(&str, FramingName); 3] = [
    ("abridged", FramingName::Abridged),
    ("intermediate", FramingName::Intermediate),
    ("padded", FramingName::PaddedIntermediate),
];

/// A data centre with every port that it can have.
fn world(mtproxy_secret: Option<&str>) -> World {
    let free = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    let world = World::new(testdc::Config {
        contacts: 20,
        saved_only: 5,
        web: Web { ws: free, wss: free, http: free, https: free },
        mtproxy_secret: mtproxy_secret.map(|secret| secret.parse().unwrap()),
        ..testdc::Config::default()
    });
    std::fs::write(world.path("ca.pem"), world.server.web()[&2].ca_pem.as_ref().unwrap()).unwrap();
    world
}

/// A command whose server is the transport's port.
fn command(world: &World, name: &str, transport: &str) -> Command {
    let web = &world.server.web()[&2];
    let port = match transport {
        "ws" => web.ws,
        "wss" => web.wss,
        "http" => web.http,
        "https" => web.https,
        _ => Some(world.server.address()),
    };
    // by name: that is what a certificate is for, and what a proxy looks up
    let address = format!("2=localhost:{}", port.unwrap().port());
    let mut command = program(&[name, "--dc", &address, "--transport", transport, "--rsa-key"]);
    command.arg(world.path("key.pem")).arg("--session").arg(world.session());
    command
}

fn export(world: &World, transport: &str) -> Command {
    let mut command = command(world, "export", transport);
    trusting(&mut command, world, transport).arg("--out").arg(world.out());
    command
}

/// With the authority of the server's certificate, where there is one to show.
fn trusting<'a>(command: &'a mut Command, world: &World, transport: &str) -> &'a mut Command {
    if ["wss", "https"].contains(&transport) {
        command.arg("--ca").arg(world.path("ca.pem"));
    }
    command
}

fn ends_well(world: &mut World, command: &mut Command, what: &str) {
    let ran = run(command).succeeds();
    assert_eq!(world.takeout_ends(), [true], "{what}: {}", ran.stderr);
    std::fs::remove_dir_all(world.out()).unwrap();
}

#[test]
fn an_export_by_every_way() {
    let mut world = world(None);
    run(&mut world.login()).succeeds();
    world.takeout_ends();
    let (socks5, http) = (TestProxy::socks5("me", "pass"), TestProxy::http("me", "pass"));
    for (transport, options, spoken) in ways() {
        for proxy in [None, Some(&socks5), Some(&http)] {
            let mut command = export(&world, transport);
            command.args(&options);
            if let Some(proxy) = proxy {
                command.env("TAKEOUT_EXPORT_PROXY", proxy.url());
            }
            let what = format!("{transport} {options:?} through {:?}", proxy.map(TestProxy::url));
            ends_well(&mut world, &mut command, &what);
            assert_eq!(world.last_spoken(), Some(spoken), "{what}");
            let asked = proxy.map(TestProxy::take_asked).unwrap_or_default();
            // who looks the name up: for TCP we do, for a web server the proxy
            let expected = if transport == "tcp" { "127.0.0.1:" } else { "localhost:" };
            assert!(
                asked.iter().any(|asked| asked.starts_with(expected)) == proxy.is_some(),
                "{what}: {asked:?}"
            );
        }
    }
}

/// A transport, its options, and how the data centre must see it.
type Way = (&'static str, Vec<&'static str>, (Carrier, Option<FramingName>, bool));

/// Every transport, with every framing that it can have, plain and obfuscated.
fn ways() -> Vec<Way> {
    let mut ways = vec![
        ("http", vec![], (Carrier::Http, None, false)),
        ("https", vec![], (Carrier::Https, None, false)),
        ("tcp", vec![], (Carrier::Tcp, Some(FramingName::Intermediate), false)),
        ("tcp", vec!["--framing", "full"], (Carrier::Tcp, Some(FramingName::Full), false)),
    ];
    for (framing, name) in FRAMINGS {
        let (options, name) = (vec!["--framing", framing], Some(name));
        ways.push(("tcp", options.clone(), (Carrier::Tcp, name, false)));
        ways.push(("tcp", [options.as_slice(), &["--obfuscated"]].concat(), (Carrier::Tcp, name, true)));
        ways.push(("ws", options.clone(), (Carrier::Ws, name, true)));
        ways.push(("wss", options, (Carrier::Wss, name, true)));
    }
    ways
}

#[test]
fn a_login_makes_its_key_over_every_carrier() {
    for transport in ["ws", "wss", "http", "https"] {
        let mut world = world(None);
        let mut login = world.answered(command(&world, "login", transport), &world.server.login_code());
        run(trusting(&mut login, &world, transport)).succeeds();
        let mut export = export(&world, transport);
        ends_well(&mut world, &mut export, transport);
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let world = world(None);
    run(&mut world.login()).succeeds();
    for transport in ["wss", "https"] {
        let mut command = command(&world, "export", transport);
        command.arg("--out").arg(world.out());
        let ran = run(&mut command).fails(6, "no TLS with the server");
        assert!(ran.stderr.contains("certificate"), "{}", ran.stderr);
    }
}

#[test]
fn what_cannot_go_together_is_wrong_usage() {
    let world = world(Some(KEY));
    run(&mut world.login()).succeeds();
    let link = format!("tg://proxy?server=127.0.0.1&port=1&secret={KEY}");
    let no_certificate = world.path("key.pem").to_string_lossy().into_owned();
    let padded_only = format!("tg://proxy?server=127.0.0.1&port=1&secret=dd{KEY}");
    let certificate = world.path("ca.pem").to_string_lossy().into_owned();
    let cases: [(&[&str], &str); 14] = [
        (&["--transport", "ws", "--proxy", &link], "an MTProxy carries TCP only"),
        (&["--transport", "wss", "--proxy", &link], "an MTProxy carries TCP only"),
        (&["--transport", "http", "--proxy", &link], "an MTProxy carries TCP only"),
        (&["--transport", "https", "--proxy", &link], "an MTProxy carries TCP only"),
        (&["--framing", "full", "--proxy", &link], "full frames cannot be obfuscated"),
        (&["--framing", "abridged", "--proxy", &padded_only], "demands padded frames"),
        (&["--framing", "full", "--obfuscated"], "full frames cannot be obfuscated"),
        (&["--framing", "full", "--transport", "ws"], "full frames cannot go over WebSockets"),
        (&["--framing", "full", "--transport", "wss"], "full frames cannot go over WebSockets"),
        (&["--framing", "padded", "--transport", "http"], "HTTP has no frames"),
        (&["--obfuscated", "--transport", "https"], "HTTP has no frames"),
        (&["--ca", &certificate], "--ca is for"),
        (&["--ca", &certificate, "--transport", "http"], "--ca is for"),
        (&["--transport", "wss", "--ca", &no_certificate], "holds no certificate"),
    ];
    for (arguments, what) in cases {
        let mut command = world.export();
        command.args(arguments);
        run(&mut command).fails(2, what);
    }
}

/// A dead server is no silence: each further attempt is told.
#[test]
fn attempts_are_told() {
    let world = World::logged_in();
    let mut command = program(&["export", "--dc", "2=127.0.0.1:1", "--rsa-key"]);
    command.arg(world.path("key.pem")).arg("--session").arg(world.session()).arg("--out").arg(world.out());
    let ran = run(&mut command).fails(5, "cannot connect to 127.0.0.1:1");
    assert!(ran.stderr.contains("cannot connect to 127.0.0.1:1: Connection refused"), "{}", ran.stderr);
    for attempt in 2..=6 {
        assert!(ran.stderr.contains(&format!("({attempt} of 6)")), "{}", ran.stderr);
    }
}
