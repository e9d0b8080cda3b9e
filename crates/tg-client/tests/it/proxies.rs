//! A login where only a proxy knows the way.

use tg_client::{Client, Proxy, ServerState, SessionStore};

use crate::world::World;

const SECRET: &str = "ee000102030405060708090a0b0c0d0e0f612e6578616d706c65";

/// A store whose server cannot be reached at its own address.
fn without_address(world: &World) -> SessionStore {
    let mut session = world.session();
    session.server = ServerState::Custom {
        dc_id: 2,
        // "discard": nobody listens there
        address: "127.0.0.1:9".into(),
        rsa_key_pem: world.server.public_key_pem(),
    };
    SessionStore::in_memory(session)
}

#[tokio::test]
async fn a_login_through_a_proxy() {
    let mtproxy_secret = Some(SECRET.parse().unwrap());
    let mut world = World::new(testdc::Config { contacts: 20, mtproxy_secret, ..Default::default() }).await;
    let session = without_address(&world);
    let port = world.server.mtproxy_address().unwrap().port();
    let proxy: Proxy =
        format!("https://t.me/proxy?server=127.0.0.1&port={port}&secret={SECRET}").parse().unwrap();
    let client = Client::connect_through(Some(proxy), World::config(), session).await.unwrap();
    world.log_in_on(&client).await.unwrap();
    client.close().await.unwrap();
    std::sync::Arc::into_inner(world.server).unwrap().shutdown().await;
}
