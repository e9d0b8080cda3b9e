//! Connections that look like random bytes, with this project's client at the other end.

use std::future::Future;
use std::time::Duration;

use mtproto::crypto::RsaPublicKey;
use mtproto::frame::FrameKind;
use mtproto::io::{Client, Config};
use testdc::{Carrier, FramingName};
use tl_api::functions::{InvokeWithLayer, help};
use tl_api::types::NearestDc;
use tl_codec::Encode as _;

use crate::client::{Ended, Framing, ReadWhole as _, introduction};
use crate::harness::{PATIENCE, TestServer};

/// Runs the client in a runtime of its own, within the patience of a test.
pub(crate) fn run<F: Future>(work: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, work).await.unwrap() })
}

pub(crate) fn config(server: &TestServer, frame: FrameKind) -> Config {
    let key = RsaPublicKey::from_pem(&server.pem()).unwrap();
    let mut config = Config::new(vec![server.address()], 2, vec![key]);
    config.frame = frame;
    config.backoff.first_pause = Duration::from_millis(5);
    config
}

pub(crate) async fn nearest_dc(client: &Client) -> i32 {
    let request = InvokeWithLayer { layer: 230, query: introduction(help::GetNearestDc) };
    let answer = client.invoke(request.to_bytes().into()).await.unwrap();
    NearestDc::read_whole(&answer).this_dc
}

#[test]
fn a_key_and_calls_over_every_framing_that_can_be_obfuscated() {
    let server = TestServer::plain();
    for frame in [FrameKind::Abridged, FrameKind::Intermediate, FrameKind::PaddedIntermediate] {
        let mut config = config(&server, frame);
        config.obfuscated = true;
        run(async {
            let (client, _) = Client::connect(config.clone()).await.unwrap();
            assert_eq!(nearest_dc(&client).await, 2, "{frame:?}");
            config.resume = Some(client.resume());
            client.shutdown().await;
            let (client, _) = Client::connect(config).await.unwrap();
            assert_eq!(nearest_dc(&client).await, 2, "{frame:?}, the second connection");
            client.shutdown().await;
        });
        let name = match frame {
            FrameKind::Abridged => FramingName::Abridged,
            FrameKind::Intermediate => FramingName::Intermediate,
            _ => FramingName::PaddedIntermediate,
        };
        assert_eq!(server.spoken().last(), Some(&(Carrier::Tcp, Some(name), true)));
    }
}

#[test]
fn an_opening_without_a_known_tag_closes_the_connection() {
    let server = TestServer::plain();
    let mut client = crate::client::Client::connect(server.address(), Framing::Full { sent: 0, received: 0 });
    client.write(&[7; 64]);
    assert_eq!(client.read_frame(), Err(Ended::Closed { unfinished_bytes: 0 }));
}
