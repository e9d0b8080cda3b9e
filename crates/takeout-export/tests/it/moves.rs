//! An account that lives in another data centre than the one that is asked: the login goes there, and stays on the way that
//! the user asked for.

use std::net::SocketAddr;
use std::process::Command;

use testdc::{Carrier, Web, WebDoors};

use crate::program::{program, run};
use crate::world::World;

const SECRET: &str = "dd000102030405060708090a0b0c0d0e0f";
/// Where the account lives; logins begin in data centre 2.
const HOME: i32 = 3;

/// Three data centres with every port that they can have, and an MTProxy in front of all.
fn world() -> World {
    let free = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    let world = World::new(testdc::Config {
        contacts: 20,
        saved_only: 5,
        dcs: 3,
        account_dc: Some(HOME),
        web: Web { ws: free, wss: free, http: free, https: free },
        mtproxy_secret: Some(SECRET.parse().unwrap()),
        ..testdc::Config::default()
    });
    std::fs::write(world.path("ca.pem"), world.server.web()[&2].ca_pem.as_ref().unwrap()).unwrap();
    world
}

/// A command over a transport that is told where these data centres are.
fn command(world: &World, name: &str, transport: &str, dcs: &[i32]) -> Command {
    let port = |doors: &WebDoors| match transport {
        "ws" => doors.ws,
        "wss" => doors.wss,
        "http" => doors.http,
        _ => doors.https,
    };
    let mut command = program(&[name, "--transport", transport, "--rsa-key"]);
    command.arg(world.path("key.pem")).arg("--session").arg(world.session());
    for dc_id in dcs {
        let port = port(&world.server.web()[dc_id]).unwrap().port();
        command.args(["--dc", &format!("{dc_id}=localhost:{port}")]);
    }
    if ["wss", "https"].contains(&transport) {
        command.arg("--ca").arg(world.path("ca.pem"));
    }
    command
}

/// Every connection was of this kind, and the last one came to the account's data centre.
#[track_caller]
fn assert_spoken(world: &World, carrier: Carrier) {
    let connections = world.server.control().connections();
    assert!(connections.iter().all(|one| one.carrier == carrier), "{connections:?}");
    assert_eq!(connections.last().map(|one| one.dc_id), Some(HOME));
}

fn exports(world: &mut World, mut export: Command) {
    run(export.arg("--out").arg(world.out())).succeeds();
    assert_eq!(world.takeout_ends(), [true]);
    std::fs::remove_dir_all(world.out()).unwrap();
}

#[test]
fn a_login_that_moves_stays_on_its_transport() {
    for (transport, carrier) in
        [("ws", Carrier::Ws), ("wss", Carrier::Wss), ("http", Carrier::Http), ("https", Carrier::Https)]
    {
        let mut world = world();
        let login = command(&world, "login", transport, &[2, HOME]);
        run(&mut world.answered(login, &world.server.login_code())).succeeds();
        // the session knows where its data centre is; another one that is named does not lead away from it
        for dcs in [&[2, HOME][..], &[2]] {
            let export = command(&world, "export", transport, dcs);
            exports(&mut world, export);
        }
        assert_spoken(&world, carrier);
    }
}

#[test]
fn a_login_that_cannot_move_on_its_transport_says_what_is_missing() {
    let world = world();
    let login = command(&world, "login", "wss", &[2]);
    let ran = run(&mut world.answered(login, &world.server.login_code())).fails(5, "data centre 3");
    assert!(ran.stderr.contains("--dc 3=HOST:PORT"), "{}", ran.stderr);
    let connections = world.server.control().connections();
    assert!(connections.iter().all(|one| one.carrier == Carrier::Wss), "{connections:?}");
}

#[test]
fn a_data_centre_that_was_named_goes_before_the_servers_own_list() {
    let mut world = world();
    let address = world.server.addresses()[&HOME];
    let mut login = world.command("login");
    login.args(["--dc", &format!("{HOME}=localhost:{}", address.port())]);
    run(&mut world.answered(login, &world.server.login_code())).succeeds();
    let session = std::fs::read_to_string(world.session()).unwrap();
    assert!(session.contains(&format!("localhost:{}", address.port())), "by the name that was given");
    let export = world.command("export");
    exports(&mut world, export);
    assert_spoken(&world, Carrier::Tcp);
}

#[test]
fn an_mtproxy_leads_to_every_data_centre() {
    let mut world = world();
    let port = world.server.mtproxy_address().unwrap().port();
    let link = format!("tg://proxy?server=127.0.0.1&port={port}&secret={SECRET}");
    let mut login = world.command("login");
    login.args(["--proxy", &link]);
    run(&mut world.answered(login, &world.server.login_code())).succeeds();
    let mut export = world.command("export");
    export.args(["--proxy", &link]);
    exports(&mut world, export);
    assert_spoken(&world, Carrier::Mtproxy);
}
