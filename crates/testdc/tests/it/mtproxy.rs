//! The proxy in front, with this project's client at the other end.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use mtproto::frame::fake_tls::{ClientHello, FakeTlsError};
use mtproto::frame::obfuscation::ObfuscationError;
use mtproto::frame::{FrameKind, TransportError};
use mtproto::io::{Client, Config, Error, ProxyError};
use mtproto::proxy::{Proxy, ProxyAddress};
use sha2::Sha256;
use testdc::{Carrier, Entropy};

use crate::harness::{PATIENCE, TestServer};
use crate::obfuscated::{config, nearest_dc, run};

const KEY: &str = "000102030405060708090a0b0c0d0e0f";
const DOMAIN: &str = "612e6578616d706c65";

fn secrets() -> [String; 3] {
    [KEY.to_owned(), format!("dd{KEY}"), format!("ee{KEY}{DOMAIN}")]
}

fn serve(secret: &str) -> TestServer {
    let mtproxy_secret = Some(secret.parse().unwrap());
    TestServer::start(testdc::Config { contacts: 60, mtproxy_secret, ..testdc::Config::default() })
}

/// A configuration that knows the server by its number alone.
fn through(server: &TestServer, secret: &str) -> Config {
    let mut config = config(server, FrameKind::Abridged);
    config.addresses.clear();
    let front = server.mtproxy_address();
    let address = ProxyAddress { host: front.ip().to_string(), port: front.port() };
    config.proxy = Some(Proxy::MtProxy { address, secret: secret.parse().unwrap() });
    config.backoff.attempts = 1;
    config
}

fn refusal(config: Config) -> Error {
    run(Client::connect(config)).unwrap_err()
}

#[test]
fn a_key_and_calls_through_every_form_of_secret() {
    for secret in secrets() {
        let server = serve(&secret);
        let mut config = through(&server, &secret);
        run(async {
            let (client, _) = Client::connect(config.clone()).await.unwrap();
            assert_eq!(nearest_dc(&client).await, 2, "{secret}");
            config.resume = Some(client.resume());
            client.shutdown().await;
            let (client, _) = Client::connect(config).await.unwrap();
            assert_eq!(nearest_dc(&client).await, 2, "{secret}, the second connection");
            client.shutdown().await;
        });
        let carrier = if secret.starts_with("ee") { Carrier::FakeTls } else { Carrier::Mtproxy };
        assert_eq!(server.spoken().last().map(|spoken| (spoken.0, spoken.2)), Some((carrier, true)));
        // the server's own port has no secret
        run(async {
            let (client, _) =
                Client::connect(crate::obfuscated::config(&server, FrameKind::Full)).await.unwrap();
            assert_eq!(nearest_dc(&client).await, 2);
        });
    }
}

/// A reply of many records, and a request of several.
#[test]
fn long_messages_go_through_the_disguise() {
    use tl_api::functions::{InvokeWithLayer, contacts};
    use tl_codec::Encode as _;

    let secret = format!("ee{KEY}{DOMAIN}");
    let server = serve(&secret);
    let mut own = server.logged_in();
    let takeout_id = own.open_takeout().unwrap();
    let resume = mtproto::session::Resume::new(own.key.clone().unwrap(), own.salt);
    let mut config = through(&server, &secret);
    config.resume = Some(resume);
    run(async {
        let (client, _) = Client::connect(config).await.unwrap();
        let query =
            tl_api::functions::InvokeWithTakeout { takeout_id, query: contacts::GetContacts { hash: 0 } };
        let request = InvokeWithLayer { layer: 230, query: crate::client::introduction(query) };
        assert!(client.invoke(request.to_bytes().into()).await.unwrap().len() > 4000);
        let long = vec![0x11; 50_000];
        assert!(client.invoke(long.into()).await.is_err(), "no such call, but it arrived whole");
        assert_eq!(nearest_dc(&client).await, 2);
    });
}

#[test]
fn another_secret_or_form_is_not_let_in() {
    let other = "ff".repeat(16);
    for (served, used) in [
        (KEY.to_owned(), other.clone()),
        (format!("dd{KEY}"), KEY.to_owned()),
        (format!("dd{KEY}"), format!("dd{other}")),
        (format!("ee{KEY}{DOMAIN}"), format!("dd{KEY}")),
    ] {
        let server = serve(&served);
        let error = refusal(through(&server, &used));
        assert!(is_turned_away(&error), "{served} {used}: {error:?}");
    }
    let server = serve(&format!("ee{KEY}{DOMAIN}"));
    let error = refusal(through(&server, &format!("ee{other}{DOMAIN}")));
    assert!(is_turned_away(&error), "{error:?}");
}

fn is_turned_away(error: &Error) -> bool {
    matches!(error, Error::Proxy(ProxyError::Closed | ProxyError::Io(_)))
}

/// Others let whoever has another secret hang, so that nobody learns what they are.
#[test]
fn a_proxy_that_says_nothing_is_not_waited_for() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = serve(KEY);
    for secret in secrets() {
        let mut config = through(&server, &secret);
        let address = ProxyAddress { host: "127.0.0.1".to_owned(), port: address.port() };
        config.proxy = Some(Proxy::MtProxy { address, secret: secret.parse().unwrap() });
        config.connect_timeout = Duration::from_millis(200);
        config.handshake_timeout = Duration::from_millis(200);
        let error = refusal(config);
        assert!(matches!(error, Error::Proxy(ProxyError::Timeout { .. })), "{error:?}");
    }
}

#[test]
fn another_data_centre_is_refused_by_number() {
    for secret in secrets() {
        let server = serve(&secret);
        let mut config = through(&server, &secret);
        config.dc_id = 4;
        let error = refusal(config.clone());
        assert!(matches!(error, Error::KeyExchangeRefused(TransportError::WRONG_DC)), "{secret}: {error:?}");
        config.dc_id = 70_000;
        assert!(matches!(refusal(config), Error::Proxy(ProxyError::DcId { dc_id: 70_000 })));
    }
}

#[test]
fn full_frames_have_no_place_in_a_proxy() {
    let server = serve(KEY);
    let mut config = through(&server, KEY);
    config.frame = FrameKind::Full;
    let error = refusal(config);
    assert!(matches!(error, Error::Obfuscation(ObfuscationError::FullFrames)), "{error:?}");
}

/// How much the front answers to these bytes before it closes.
fn answer_bytes(server: &TestServer, wire: &[u8]) -> usize {
    let mut stream = TcpStream::connect(server.mtproxy_address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(wire).unwrap();
    let mut answer = vec![0; 1 << 14];
    // a reset is an end too
    stream.read(&mut answer).unwrap_or(0)
}

#[test]
fn a_hello_that_was_recorded_or_is_old_is_not_answered() {
    let server = serve(&format!("ee{KEY}{DOMAIN}"));
    let key = std::array::from_fn(|at| u8::try_from(at).unwrap());
    let now = u32::try_from(server.connect().next_msg_id() >> 32).unwrap();
    let mut entropy = Entropy::from_seed(1);
    let mut hello =
        |unix_secs| ClientHello::new(&key, "a.example", unix_secs, &mut |out: &mut [u8]| entropy.fill(out));
    let good = hello(now);
    assert!(answer_bytes(&server, &good.wire) > 127);
    assert_eq!(answer_bytes(&server, &good.wire), 0, "the second time");
    assert_eq!(answer_bytes(&server, &hello(now - 601).wire), 0, "too old");
    assert!(answer_bytes(&server, &hello(now - 590).wire) > 127);
    assert_eq!(answer_bytes(&server, &hello(now + 1_215).wire), 0, "from the future");
    assert!(answer_bytes(&server, &hello(now + 1_199).wire) > 127);
    // the first, and three since then
    for _ in 3..1_024 {
        assert!(answer_bytes(&server, &hello(now).wire) > 127);
    }
    assert_eq!(answer_bytes(&server, &good.wire), 0, "it is remembered");
    assert!(answer_bytes(&server, &hello(now).wire) > 127);
    assert!(answer_bytes(&server, &good.wire) > 127, "it has made room");
}

/// A hello of this length with its head, of nothing but what the front looks at.
fn hello_of(len: usize, unix_secs: u32) -> Vec<u8> {
    let key: [u8; 16] = std::array::from_fn(|at| u8::try_from(at).unwrap());
    let mut hello = vec![0; len];
    hello[..3].copy_from_slice(&[0x16, 3, 1]);
    hello[3..5].copy_from_slice(&u16::try_from(len - 5).unwrap().to_be_bytes());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(&hello);
    hello[11..43].copy_from_slice(&mac.finalize().into_bytes());
    hello[39..43].iter_mut().zip(unix_secs.to_le_bytes()).for_each(|(to, byte)| *to ^= byte);
    hello
}

#[test]
fn the_front_reads_hellos_and_records_as_long_as_those_of_tls() {
    let server = serve(&format!("ee{KEY}{DOMAIN}"));
    let now = u32::try_from(server.connect().next_msg_id() >> 32).unwrap();
    assert!(answer_bytes(&server, &hello_of(5 + (16 << 10), now)) > 127);
    assert_eq!(answer_bytes(&server, &hello_of(6 + (16 << 10), now)), 0);
    for (len, is_read) in [((16 << 10) + 256, true), ((16 << 10) + 257, false)] {
        // a record of noise, behind which the key of the frames is another one
        let head = [&[0x14, 3, 3, 0, 1, 1, 0x17, 3, 3][..], &u16::to_be_bytes(len)].concat();
        let mut stream = TcpStream::connect(server.mtproxy_address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(&hello_of(600 + usize::from(len % 2), now)).unwrap();
        assert!(stream.read(&mut [0; 1 << 14]).unwrap() > 127);
        stream.write_all(&head).unwrap();
        // what is too long is not waited for
        stream.set_read_timeout(Some(Duration::from_millis(if is_read { 300 } else { 20_000 }))).unwrap();
        let ended = loop {
            match stream.read(&mut [0; 1 << 14]) {
                Ok(0) => break true,
                Ok(_) => {}
                Err(error) => break error.kind() == std::io::ErrorKind::ConnectionReset,
            }
        };
        assert_eq!(ended, !is_read, "{len}");
    }
}

/// A web server, or somebody on the way, that answers the hello without the secret.
#[test]
fn a_server_that_does_not_know_the_secret_is_not_believed() {
    let answers: [(&[u8], FakeTlsError); 2] = [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", FakeTlsError::NoRecord),
        (
            &[&[0x16, 3, 3, 0, 50][..], &[7; 50], &[0x14, 3, 3, 0, 1, 1], &[0x17, 3, 3, 0, 1, 5]].concat(),
            FakeTlsError::WrongDigest,
        ),
    ];
    for (answer, expected) in answers {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = serve(KEY);
        let mut config = through(&server, KEY);
        let address = ProxyAddress { host: "localhost".to_owned(), port: address.port() };
        let secret = format!("ee{KEY}{DOMAIN}").parse().unwrap();
        config.proxy = Some(Proxy::MtProxy { address, secret });
        let answer = answer.to_vec();
        let impostor = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(&answer).unwrap();
            let mut rest = Vec::new();
            // until the client has gone
            let _ended = stream.read_to_end(&mut rest);
        });
        let error = refusal(config);
        assert!(error.is_peer_fault() && !error.is_retryable());
        let Error::Proxy(ProxyError::FakeTls(error)) = error else { panic!("{error:?}") };
        assert_eq!(error, expected);
        impostor.join().unwrap();
    }
}
