//! Nothing that is logged, at any level, holds a key, a salt, a nonce or a body.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use mtproto::crypto::AuthKey;
use mtproto::frame::FrameKind;
use mtproto::io::{Client, Config};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

use crate::server::keys::KeyServer;
use crate::server::tcp::{Act, TcpServer};

/// Collects everything.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

struct Text<'a>(&'a mut String);

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Everything {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("mtproto")
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut Text(&mut self.0.lock().unwrap()));
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Text(&mut self.0.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = self.0.lock().unwrap();
        write!(text, "\n{} {}", event.metadata().level(), event.metadata().target()).unwrap();
        event.record(&mut Text(&mut text));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// The ways in which eight bytes could be printed.
fn forms(bytes: &[u8]) -> Vec<String> {
    let number = i64::from_le_bytes(bytes[..8].try_into().unwrap());
    vec![
        hex::encode(&bytes[..8]),
        format!("{number}"),
        format!("{number:x}"),
        format!("{:?}", &bytes[..8]).replace(['[', ']'], ""),
        String::from_utf8_lossy(&bytes[..8]).into_owned(),
    ]
}

#[tokio::test]
async fn no_secret_is_logged() {
    let everything = Everything::default();
    let log = Arc::clone(&everything.0);
    // with a single subscriber, `tracing` lets the thread that comes first to a place in the code decide for all threads whether
    // anybody listens there; and that may be another test's thread
    let _second = tracing::Dispatch::new(everything.clone());
    let _guard = tracing::subscriber::set_default(everything);

    let acts = vec![Act::ServeUntil(1000), Act::ServeUntil(100), Act::Serve];
    let server = TcpServer::echo(FrameKind::Intermediate, acts).await;
    let config = Config::new(vec![server.address], 2, vec![KeyServer::public_key()]);
    let (client, _) = Client::connect(config).await.unwrap();
    for _ in 0..3 {
        client.invoke(Bytes::from_static(b"+10000000001 code 22222 ")).await.unwrap();
    }
    let (key, salt): (AuthKey, i64) = (client.auth_key(), client.server_salt());
    client.shutdown().await;

    let log = log.lock().unwrap().clone();
    assert!(
        server.connections() > 1
            && log.contains("a new key was made is_temporary=true")
            && log.lines().count() > 5,
        "{log}"
    );
    let pieces = [&key.as_bytes()[..8], &key.as_bytes()[88..96], &key.as_bytes()[248..], &salt.to_le_bytes()];
    for form in pieces.iter().flat_map(|piece| forms(piece)).chain(forms(b"+10000000001 code 22222 ")) {
        assert!(!log.contains(&form), "{form} is in the log");
    }
}
