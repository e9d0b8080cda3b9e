//! What browsers would use, with this project's client at the other end: WebSocket and HTTP, in TLS or not.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mtproto::frame::{FrameKind, TransportError};
use mtproto::io::{
    Backoff, Carrier, CarrierError, Client, Config, Error, Observer, Progress, Tls, WebServer,
};
use mtproto::session::Resume;
use testdc::{FramingName, Web};
use tl_api::functions::{InvokeWithLayer, contacts};
use tl_codec::Encode as _;

use crate::client::introduction;
use crate::harness::{PATIENCE, TestServer};
use crate::obfuscated::{config, nearest_dc, run};

fn serve() -> TestServer {
    let free = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    let web = Web { ws: free, wss: free, http: free, https: free };
    TestServer::start(testdc::Config { contacts: 60, web, ..testdc::Config::default() })
}

/// `ws`, `wss`, `http`, `https`.
const CARRIERS: [&str; 4] = ["ws", "wss", "http", "https"];

fn through(server: &TestServer, carrier: &str) -> Config {
    let doors = server.web();
    let address = match carrier {
        "ws" => doors.ws,
        "wss" => doors.wss,
        "http" => doors.http,
        _ => doors.https,
    };
    let mut config = config(server, FrameKind::PaddedIntermediate);
    config.addresses = vec![address.unwrap()];
    let ca = doors.ca_pem.as_ref().unwrap().as_bytes();
    let is_tls = matches!(carrier, "wss" | "https");
    let web = |path: &str| WebServer {
        name: None,
        path: path.to_owned(),
        tls: is_tls.then(|| Tls::new(Some(ca)).unwrap()),
    };
    config.carrier =
        if carrier.starts_with('w') { Carrier::WebSocket(web("/apiws")) } else { Carrier::Http(web("/api")) };
    config
}

#[test]
fn a_key_and_calls_over_every_carrier() {
    let server = serve();
    for carrier in CARRIERS {
        let mut config = through(&server, carrier);
        run(async {
            let (client, _) = Client::connect(config.clone()).await.unwrap();
            assert_eq!(nearest_dc(&client).await, 2, "{carrier}");
            config.resume = Some(client.resume());
            client.shutdown().await;
            let (client, _) = Client::connect(config).await.unwrap();
            assert_eq!(nearest_dc(&client).await, 2, "{carrier}, the second connection");
            client.shutdown().await;
        });
        let padded = Some(FramingName::PaddedIntermediate);
        let spoken = match carrier {
            "ws" => (testdc::Carrier::Ws, padded, true),
            "wss" => (testdc::Carrier::Wss, padded, true),
            "http" => (testdc::Carrier::Http, None, false),
            _ => (testdc::Carrier::Https, None, false),
        };
        assert_eq!(server.spoken().last(), Some(&spoken));
    }
}

/// A reply of many reads and a request of many writes.
#[test]
fn long_messages_go_over_every_carrier() {
    let server = serve();
    let mut own = server.logged_in();
    let takeout_id = own.open_takeout().unwrap();
    for carrier in CARRIERS {
        let mut config = through(&server, carrier);
        config.resume = Some(Resume::new(own.key.clone().unwrap(), own.salt));
        run(async {
            let (client, _) = Client::connect(config).await.unwrap();
            let query =
                tl_api::functions::InvokeWithTakeout { takeout_id, query: contacts::GetContacts { hash: 0 } };
            let request = InvokeWithLayer { layer: 230, query: introduction(query) };
            assert!(client.invoke(request.to_bytes().into()).await.unwrap().len() > 4000, "{carrier}");
            let long = vec![0x11; 150_000];
            assert!(client.invoke(long.into()).await.is_err(), "no such call, but it arrived whole");
            assert_eq!(nearest_dc(&client).await, 2, "{carrier}");
            client.shutdown().await;
        });
    }
}

/// Asked for on wish: every request is acknowledged at once, whatever marks the frames.
#[test]
fn quick_acks_come_for_what_was_sent() {
    let server = serve();
    for frame in [FrameKind::Abridged, FrameKind::Intermediate, FrameKind::PaddedIntermediate] {
        for obfuscated in [false, true] {
            let heard = Arc::new(AtomicUsize::new(0));
            let count = Arc::clone(&heard);
            let mut config = config(&server, frame);
            config.obfuscated = obfuscated;
            config.quick_acks = true;
            config.observer = Observer::new(move |progress| {
                assert!(matches!(progress, Progress::Received), "{progress:?}");
                count.fetch_add(1, Ordering::Relaxed);
            });
            run(async {
                let (client, _) = Client::connect(config).await.unwrap();
                for _ in 0..3 {
                    nearest_dc(&client).await;
                }
                client.shutdown().await;
            });
            assert!(heard.load(Ordering::Relaxed) >= 3, "{frame:?}, obfuscated: {obfuscated}");
        }
    }
}

/// The server answers late, and by itself: the request that waits brings it.
#[test]
fn http_requests_wait_for_answers_that_take_their_time() {
    let server = serve();
    server.add_fault("delay=help.getNearestDc:400*1");
    run(async {
        let (client, _) = Client::connect(through(&server, "http")).await.unwrap();
        let started = std::time::Instant::now();
        assert_eq!(nearest_dc(&client).await, 2);
        let waited = started.elapsed();
        assert!((Duration::from_millis(400)..Duration::from_secs(4)).contains(&waited), "{waited:?}");
        // and calls beside the one that waits do not wait behind it
        for _ in 0..20 {
            assert_eq!(nearest_dc(&client).await, 2);
        }
        assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
        client.shutdown().await;
    });
}

/// Every request waits for its answer; more of them than there may be connections wait for each other.
#[test]
fn http_requests_share_a_few_connections() {
    let server = serve();
    run(async {
        let (client, _) = Client::connect(through(&server, "http")).await.unwrap();
        server.add_fault("delay=help.getNearestDc:300*");
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let client = client.clone();
            calls.spawn(async move { nearest_dc(&client).await });
            // so that each goes on its way alone
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(calls.join_all().await, [2; 10]);
        client.shutdown().await;
    });
    assert!((2..=4).contains(&server.spoken().len()), "{:?}", server.spoken());
}

#[test]
fn an_http_connection_that_breaks_is_made_again() {
    let server = serve();
    server.add_fault("close-in-reply=help.getNearestDc*1");
    run(async {
        let (client, _) = Client::connect(through(&server, "http")).await.unwrap();
        assert_eq!(nearest_dc(&client).await, 2);
        client.shutdown().await;
    });
}

#[test]
fn an_unknown_key_is_a_status_of_http() {
    let server = serve();
    let mut config = through(&server, "http");
    config.resume = Some(Resume::new(mtproto::crypto::AuthKey::new(&mut [9; 256]), 1));
    // the key itself is to be refused, and not the binding of another one to it
    config.temporary_keys = None;
    run(async {
        let (client, _) = Client::connect(config).await.unwrap();
        let error = client.invoke(vec![1; 8].into()).await.unwrap_err();
        assert!(
            matches!(error.connection(), Some(Error::Transport(TransportError::UNKNOWN_KEY))),
            "{error:?}"
        );
    });
}

#[test]
fn a_certificate_of_an_unknown_authority_is_refused_at_once() {
    let server = serve();
    for carrier in ["wss", "https"] {
        let mut config = through(&server, carrier);
        let web =
            |path: &str| WebServer { name: None, path: path.to_owned(), tls: Some(Tls::new(None).unwrap()) };
        config.carrier =
            if carrier == "wss" { Carrier::WebSocket(web("/apiws")) } else { Carrier::Http(web("/api")) };
        let error = run(Client::connect(config)).unwrap_err();
        assert!(matches!(error, Error::Carrier(CarrierError::Tls(_))), "{error:?}");
        assert!(!error.is_retryable());
    }
}

#[test]
fn a_path_that_is_not_served_is_refused() {
    let server = serve();
    let mut config = through(&server, "ws");
    config.backoff = Backoff { attempts: 1, ..config.backoff };
    config.carrier = Carrier::WebSocket(WebServer { name: None, path: "/other".to_owned(), tls: None });
    let error = run(Client::connect(config)).unwrap_err();
    assert!(matches!(error, Error::Carrier(CarrierError::WebSocket(_))), "{error:?}");
}

/// Sends a request as text and returns the first line of the answer.
fn status(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = [0; 64];
    let len = stream.read(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[..len]).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn what_is_no_request_of_a_client_is_refused() {
    let server = serve();
    let (ws, http) = (server.web().ws.unwrap(), server.web().http.unwrap());
    let cases = [
        (http, "GET /api HTTP/1.1\r\nHost: x\r\n\r\n", "405"),
        (http, "POST /elsewhere HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "404"),
        (http, "POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd", "404"),
        (http, "POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "404"),
        (
            ws,
            "GET /apiws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            "400",
        ),
    ];
    for (address, request, expected) in cases {
        let status = status(address, request);
        assert_eq!(status.split(' ').nth(1), Some(expected), "{request:?}: {status:?}");
    }
}
