//! Every way to write a proxy down, on the command line and in the environment; with each of them somebody logs in and exports
//! where the proxy alone leads to the data centre.

use std::io::{Read as _, Write as _};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use testdc::{Carrier, FramingName};

use crate::program::{Running, program, run};
use crate::proxies::TestProxy;
use crate::world::World;

const KEY: &str = "000102030405060708090a0b0c0d0e0f";
/// `a.example`
const DOMAIN: &str = "612e6578616d706c65";

/// A command whose server is nowhere: an MTProxy knows the data centres by their numbers.
fn nowhere(world: &World, name: &str) -> Command {
    let mut command = program(&[name, "--dc", "2=127.0.0.1:1", "--rsa-key"]);
    command.arg(world.path("key.pem")).arg("--session").arg(world.session());
    command
}

fn behind(secret: &str) -> World {
    World::new(testdc::Config {
        contacts: 20,
        saved_only: 5,
        mtproxy_secret: Some(secret.parse().unwrap()),
        ..testdc::Config::default()
    })
}

fn log_in(world: &World, proxy: &str) {
    let login = nowhere(world, "login");
    run(world.answered(login, &world.server.login_code()).args(["--proxy", proxy])).succeeds();
}

fn exports(world: &mut World, command: &mut Command, what: &str) {
    let ran = run(command.arg("--out").arg(world.out())).succeeds();
    assert_eq!(world.takeout_ends(), [true], "{what}: {}", ran.stderr);
    std::fs::remove_dir_all(world.out()).unwrap();
}

/// A secret as people find it written.
fn spellings(secret: &str) -> Vec<String> {
    let bytes = hex::decode(secret).unwrap();
    let escaped = STANDARD.encode(&bytes).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    vec![
        secret.to_owned(),
        secret.to_uppercase(),
        STANDARD.encode(&bytes),
        escaped,
        URL_SAFE.encode(&bytes),
        URL_SAFE_NO_PAD.encode(&bytes),
    ]
}

#[test]
fn an_mtproxy_in_every_spelling_of_its_link() {
    for secret in [KEY.to_owned(), format!("dd{KEY}"), format!("ee{KEY}{DOMAIN}")] {
        let mut world = behind(&secret);
        let port = world.server.mtproxy_address().unwrap().port();
        let query = |secret: &str| format!("server=127.0.0.1&port={port}&secret={secret}");
        log_in(&world, &format!("tg://proxy?{}", query(&secret)));
        let starts = [
            "tg://proxy",
            "tg:proxy",
            "https://t.me/proxy",
            "http://t.me/proxy",
            "https://telegram.me/proxy",
        ];
        let mut links: Vec<_> = starts.map(|start| format!("{start}?{}", query(&secret))).into();
        links.extend(spellings(&secret).iter().map(|spelt| format!("https://t.me/proxy?{}", query(spelt))));
        for (index, link) in links.iter().enumerate() {
            let mut export = nowhere(&world, "export");
            if index % 2 == 0 {
                export.args(["--proxy", link]);
            } else {
                export.env("TAKEOUT_EXPORT_PROXY", link);
            }
            exports(&mut world, &mut export, link);
            let is_tls = secret.starts_with("ee");
            let carrier = if is_tls { Carrier::FakeTls } else { Carrier::Mtproxy };
            let framing =
                if secret == KEY { FramingName::Intermediate } else { FramingName::PaddedIntermediate };
            assert_eq!(world.last_spoken(), Some((carrier, Some(framing), true)), "{link}");
        }
    }
}

#[test]
fn an_mtproxy_with_a_plain_secret_takes_each_framing() {
    let mut world = behind(KEY);
    let port = world.server.mtproxy_address().unwrap().port();
    let link = format!("tg://proxy?server=127.0.0.1&port={port}&secret={KEY}");
    log_in(&world, &link);
    for (framing, name) in [
        ("abridged", FramingName::Abridged),
        ("intermediate", FramingName::Intermediate),
        ("padded", FramingName::PaddedIntermediate),
    ] {
        let mut export = nowhere(&world, "export");
        exports(&mut world, export.args(["--proxy", &link, "--framing", framing]), framing);
        assert_eq!(world.last_spoken(), Some((Carrier::Mtproxy, Some(name), true)));
    }
}

#[test]
fn an_mtproxy_lets_nobody_in_with_another_secret() {
    let other = "ff".repeat(16);
    for (secret, wrong) in [
        (KEY.to_owned(), other.clone()),
        (format!("dd{KEY}"), format!("dd{other}")),
        (format!("ee{KEY}{DOMAIN}"), format!("ee{other}{DOMAIN}")),
    ] {
        let world = behind(&secret);
        run(&mut world.login()).succeeds();
        let port = world.server.mtproxy_address().unwrap().port();
        let link = format!("tg://proxy?server=127.0.0.1&port={port}&secret={wrong}");
        let mut export = nowhere(&world, "export");
        let ran = run(export.args(["--proxy", &link]).arg("--out").arg(world.out()));
        let ran = ran.fails(5, "no way through the proxy");
        assert!(ran.stderr.contains("now: check host, port and secret of --proxy"), "{}", ran.stderr);
        assert!(!ran.stderr.contains(&other), "a secret is not told: {}", ran.stderr);
    }
}

/// A proxy behind a wall that lets nothing back, or an MTProxy that lets whoever lacks its secret hang.
#[test]
fn a_proxy_that_says_nothing_is_given_up_and_blamed() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    std::thread::spawn(move || {
        // everybody is let in and nobody is answered, as long as the test lasts
        let _held = silent.incoming().map_while(Result::ok).collect::<Vec<_>>();
    });
    let mtproxy =
        |secret: &str| format!("tg://proxy?server=127.0.0.1&port={}&secret={secret}", address.port());
    let links = [
        mtproxy(KEY),
        mtproxy(&format!("dd{KEY}")),
        mtproxy(&format!("ee{KEY}{DOMAIN}")),
        format!("socks5://{address}"),
        format!("http://{address}"),
    ];
    // all at once: each of them takes the half minute that a connection may take
    let worlds = links.map(|link| (World::logged_in(), link));
    let running =
        worlds.each_ref().map(|(world, link)| Running::start(world.export().args(["--proxy", link])));
    for (running, (_, link)) in running.into_iter().zip(&worlds) {
        let ran = running.end().fails(5, "no way through the proxy");
        assert!(ran.stderr.contains("no answer through the proxy within"), "{link}: {}", ran.stderr);
        assert!(ran.stderr.contains("now: check host, port and secret of --proxy"), "{link}: {}", ran.stderr);
    }
}

/// What answers a hello of `ee` without the secret: the web site that a proxy hides behind.
#[test]
fn a_web_site_is_no_mtproxy() {
    let world = World::logged_in();
    let site = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = site.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in site.incoming().map_while(Result::ok) {
            // a greeting, a change of cipher and a first record, as TLS has them
            let hello = [&[0x16, 3, 3, 0, 50][..], &[7; 50], &[0x14, 3, 3, 0, 1, 1, 0x17, 3, 3, 0, 1, 5]];
            let _gone = stream.write_all(&hello.concat()).and_then(|()| stream.read_to_end(&mut Vec::new()));
        }
    });
    let link = format!("tg://proxy?server=127.0.0.1&port={port}&secret=ee{KEY}{DOMAIN}");
    let ran = run(world.export().args(["--proxy", &link])).fails(6, "the proxy breaks the disguise");
    assert!(ran.stderr.contains("now: check host, port and secret of --proxy"), "{}", ran.stderr);
}

#[test]
fn other_proxies_in_every_spelling() {
    let mut world = World::logged_in();
    world.takeout_ends();
    let (socks5, http) = (TestProxy::socks5("me", "p:ss@"), TestProxy::http("me", "p:ss@"));
    let (socks_port, http_port) = (socks5.port(), http.port());
    for (proxy, link) in [
        (&socks5, format!("socks5://me:p%3Ass%40@127.0.0.1:{socks_port}")),
        (&socks5, format!("socks5h://me:p%3Ass%40@127.0.0.1:{socks_port}/")),
        (&socks5, format!("tg://socks?server=127.0.0.1&port={socks_port}&user=me&pass=p%3Ass%40")),
        (&socks5, format!("https://t.me/socks?server=127.0.0.1&port={socks_port}&user=me&pass=p:ss@")),
        (&http, format!("http://me:p%3Ass%40@127.0.0.1:{http_port}")),
    ] {
        let mut command = world.command("export");
        exports(&mut world, command.args(["--proxy", &link]), &link);
        assert!(!proxy.take_asked().is_empty(), "{link}");
    }
    for wrong in [
        format!("socks5://me:another@127.0.0.1:{socks_port}"),
        format!("socks5://127.0.0.1:{socks_port}"),
        format!("http://me:another@127.0.0.1:{http_port}"),
        format!("http://127.0.0.1:{http_port}"),
    ] {
        let ran = run(world.export().args(["--proxy", &wrong])).fails(5, "proxy");
        let is_advised = ran.stderr.contains("now: check user name and password of --proxy");
        // without a user name the test's proxy just hangs up
        assert!(is_advised || !wrong.contains("another"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("another"), "a password is not told: {}", ran.stderr);
    }
}

#[test]
fn what_is_no_proxy_is_wrong_usage_and_is_not_repeated() {
    let world = World::logged_in();
    for (link, what) in [
        ("ftp://me:secret@127.0.0.1:1", "a proxy is given as"),
        ("https://t.me/proxy?server=127.0.0.1&port=1", "lacks `secret`"),
        ("tg://proxy?server=127.0.0.1&port=1&secret=5ec7e7", "bytes"),
        ("tg://proxy?server=127.0.0.1&port=0&secret=5ec7e7", "port"),
    ] {
        for given in ["argument", "environment"] {
            let mut export = world.export();
            if given == "argument" {
                export.args(["--proxy", link]);
            } else {
                export.env("TAKEOUT_EXPORT_PROXY", link);
            }
            let ran = run(&mut export).fails(2, what);
            assert!(!ran.stderr.contains("5ec7e7") && !ran.stderr.contains("me:secret"), "{}", ran.stderr);
        }
    }
}
