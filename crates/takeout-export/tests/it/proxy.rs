//! `--proxy` and its environment variable: the whole way through an MTProxy, and addresses that are none.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener};
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
fn test_dc_leads_to_telegram_s_test_servers_and_nothing_to_its_real_ones() {
    for (option, wanted) in [
        (Some("--test-dc"), ["149.154.167.40:443", "[2001:67c:4e8:f002::e]:443"]),
        (None, ["149.154.167.51:443", "[2001:67c:4e8:f002::a]:443"]),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = format!("socks5://{}", listener.local_addr().unwrap());
        let asked = std::thread::spawn(move || asked_of_socks(&listener));
        let mut doctor = program(&["doctor", "--json", "--proxy", &proxy]);
        let ran = run(doctor.args(option));
        assert_eq!(ran.exit, 5, "{ran:?}");
        let asked = asked.join().unwrap().to_string();
        assert!(wanted.contains(&asked.as_str()), "{option:?}: {asked}");
    }
}

/// The address that the first client asks for (RFC 1928), who is then left alone.
fn asked_of_socks(listener: &TcpListener) -> SocketAddr {
    let (mut client, _) = listener.accept().unwrap();
    let mut greeting = [0; 2];
    client.read_exact(&mut greeting).unwrap();
    let mut methods = vec![0; usize::from(greeting[1])];
    client.read_exact(&mut methods).unwrap();
    client.write_all(&[5, 0]).unwrap();
    let mut bytes = std::io::BufReader::new(client).bytes().map(Result::unwrap);
    let mut next = || bytes.next().unwrap();
    assert_eq!([next(), next(), next()], [5, 1, 0], "a connection, please");
    let ip = match next() {
        1 => IpAddr::from(std::array::from_fn::<u8, 4, _>(|_| next())),
        4 => IpAddr::from(std::array::from_fn::<u8, 16, _>(|_| next())),
        form => panic!("an address of form {form}"),
    };
    SocketAddr::new(ip, u16::from_be_bytes([next(), next()]))
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
