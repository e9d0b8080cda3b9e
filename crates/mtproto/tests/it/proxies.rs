//! The driver through proxies that carry any connection, each made of a few bytes here.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use mtproto::crypto::RsaPublicKey;
use mtproto::frame::FrameKind;
use mtproto::io::{Backoff, Carrier, CarrierError, Client, Config, Error, Opener, ProxyError};
use mtproto::proxy::{Proxy, ProxyUrlError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::server::keys::KeyServer;
use crate::server::tcp::{Act, TcpServer, refusing};

const REQUEST: &[u8] = &[1, 1, 1, 1, 2, 2, 2, 2];

/// What a proxy does with those who connect.
#[derive(Debug, Clone)]
enum Kind {
    Socks5 {
        login: Option<(&'static str, &'static str)>,
        answer: u8,
    },
    Http {
        status: &'static str,
    },
    /// Says these bytes and waits.
    Says(Vec<u8>),
}

/// A proxy for one test: where it listens, and what it was asked for.
struct TestProxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl TestProxy {
    async fn start(kind: Kind) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(carry(stream, kind.clone(), Arc::clone(&seen)));
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn carry(mut stream: TcpStream, kind: Kind, asked: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let target = match kind {
        Kind::Socks5 { login, answer } => {
            let Some(target) = socks5(&mut stream, login).await? else { return Ok(()) };
            stream.write_all(&[5, answer, 0, 1, 127, 0, 0, 1, 0, 9]).await?;
            if answer != 0 {
                return Ok(());
            }
            asked.lock().unwrap().push(target.to_string());
            target
        }
        Kind::Http { status } => {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await?);
            }
            let head = String::from_utf8(head).unwrap();
            asked.lock().unwrap().push(head.clone());
            stream.write_all(format!("HTTP/1.1 {status}\r\nServer: test\r\n\r\n").as_bytes()).await?;
            if !status.starts_with("200") {
                return Ok(());
            }
            head.split(' ').nth(1).unwrap().parse().unwrap()
        }
        Kind::Says(bytes) => {
            stream.write_all(&bytes).await?;
            let _ = stream.read_to_end(&mut Vec::new()).await;
            return Ok(());
        }
    };
    let mut server = TcpStream::connect(target).await?;
    copy_bidirectional(&mut stream, &mut server).await.map(|_| ())
}

/// The proxy's side of RFC 1928 and 1929 up to the client's request.
async fn socks5(stream: &mut TcpStream, login: Option<(&str, &str)>) -> std::io::Result<Option<SocketAddr>> {
    assert_eq!(stream.read_u8().await?, 5);
    let mut methods = vec![0; usize::from(stream.read_u8().await?)];
    stream.read_exact(&mut methods).await?;
    if let Some((username, password)) = login {
        if !methods.contains(&2) {
            stream.write_all(&[5, 0xff]).await?;
            return Ok(None);
        }
        stream.write_all(&[5, 2]).await?;
        assert_eq!(stream.read_u8().await?, 1);
        let mut given = Vec::new();
        for _ in 0..2 {
            let mut text = vec![0; usize::from(stream.read_u8().await?)];
            stream.read_exact(&mut text).await?;
            given.push(text);
        }
        let is_right = given == [username.as_bytes(), password.as_bytes()];
        stream.write_all(&[1, u8::from(!is_right)]).await?;
        if !is_right {
            return Ok(None);
        }
    } else {
        stream.write_all(&[5, 0]).await?;
    }
    let mut head = [0; 10];
    stream.read_exact(&mut head).await?;
    assert_eq!(head[..4], [5, 1, 0, 1], "CONNECT to an IPv4 address");
    Ok(Some(SocketAddr::from(([head[4], head[5], head[6], head[7]], u16::from_be_bytes([head[8], head[9]])))))
}

fn config(server: &TcpServer, url: &str) -> Config {
    let keys: Vec<RsaPublicKey> = vec![KeyServer::public_key()];
    let mut config = Config::new(vec![server.address], 2, keys);
    config.proxy = Some(url.parse().unwrap());
    config.connect_timeout = Duration::from_secs(5);
    config.backoff =
        Backoff { first_pause: Duration::from_millis(5), max_pause: Duration::from_millis(20), attempts: 1 };
    config
}

async fn server() -> TcpServer {
    TcpServer::echo(FrameKind::Intermediate, vec![Act::Serve]).await
}

async fn refusal(kind: Kind, url: &str) -> ProxyError {
    let (server, proxy) = (server().await, TestProxy::start(kind).await);
    let config = config(&server, &url.replace("PROXY", &proxy.address.to_string()));
    let error = Client::connect(config).await.unwrap_err();
    assert_eq!(server.connections(), 0, "nothing goes past the proxy");
    let Error::Proxy(error) = error else { panic!("{error:?}") };
    error
}

#[tokio::test]
async fn a_key_and_a_request_through_every_proxy() {
    for (kind, url) in [
        (Kind::Socks5 { login: None, answer: 0 }, "socks5://PROXY"),
        (Kind::Socks5 { login: None, answer: 0 }, "socks5://not:asked@PROXY"),
        (Kind::Socks5 { login: Some(("me", "p@ss")), answer: 0 }, "socks5://me:p%40ss@PROXY"),
        (Kind::Http { status: "200 Yes" }, "http://PROXY"),
        (Kind::Http { status: "200 Yes" }, "http://me:p%40ss@PROXY"),
    ] {
        for obfuscated in [false, true] {
            let (server, proxy) = (server().await, TestProxy::start(kind.clone()).await);
            let mut config = config(&server, &url.replace("PROXY", &proxy.address.to_string()));
            config.obfuscated = obfuscated;
            let (client, _) = Client::connect(config).await.unwrap();
            assert_eq!(client.invoke(Bytes::from_static(REQUEST)).await.unwrap(), REQUEST, "{url}");
            let asked = proxy.asked();
            assert_eq!(asked.len(), 1);
            assert!(asked[0].contains(&server.address.to_string()), "{asked:?}");
            assert_eq!(asked[0].contains("Basic bWU6cEBzcw=="), url.starts_with("http://me"), "{asked:?}");
            client.shutdown().await;
        }
    }
}

#[tokio::test]
async fn what_a_proxy_refuses_is_said() {
    let locked = Kind::Socks5 { login: Some(("me", "pass")), answer: 0 };
    for url in ["socks5://PROXY", "socks5://me:wrong@PROXY"] {
        let error = refusal(locked.clone(), url).await;
        assert!(matches!(error, ProxyError::Unauthorised), "{url}: {error:?}");
        assert!(!error.is_retryable());
    }
    let error = refusal(Kind::Socks5 { login: None, answer: 2 }, "socks5://PROXY").await;
    assert!(matches!(error, ProxyError::Refused { .. }), "{error:?}");
    let error = refusal(Kind::Http { status: "407 No" }, "http://me:secret-text@PROXY").await;
    assert!(matches!(error, ProxyError::Unauthorised), "{error:?}");
    let error = refusal(Kind::Http { status: "503 Busy" }, "http://PROXY").await;
    assert!(matches!(error, ProxyError::HttpStatus { status: 503 }) && error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn what_is_no_proxy_is_recognised() {
    let ssh = || Kind::Says(b"SSH-2.0-x\r\n".to_vec());
    let error = refusal(ssh(), "socks5://PROXY").await;
    assert!(matches!(error, ProxyError::NoSocks { .. }) && error.is_peer_fault(), "{error:?}");
    let error = refusal(ssh(), "http://PROXY").await;
    assert!(matches!(error, ProxyError::NoHttp) && error.is_peer_fault(), "{error:?}");
    let server = server().await;
    let (_socket, address) = refusing();
    let error = Client::connect(config(&server, &format!("socks5://{address}"))).await.unwrap_err();
    assert!(matches!(error, Error::Proxy(ProxyError::Connect { .. })), "{error:?}");
    let error = Client::connect(config(&server, "http://no.such.host.invalid:1")).await.unwrap_err();
    assert!(matches!(error, Error::Proxy(ProxyError::Resolve { .. })), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn the_silence_of_a_proxy_ends() {
    for url in ["socks5://PROXY", "http://PROXY"] {
        let error = refusal(Kind::Says(Vec::new()), url).await;
        assert!(matches!(error, ProxyError::Timeout { .. }) && error.is_retryable(), "{error:?}");
    }
}

/// Whole or endless, in however many pieces it arrives.
#[tokio::test]
async fn the_longest_answer_of_an_http_proxy() {
    let busy = |len: usize| format!("HTTP/1.1 503 {:x<1$}\r\n\r\n", "", len - 17).into_bytes();
    let error = refusal(Kind::Says(busy(8192)), "http://PROXY").await;
    assert!(matches!(error, ProxyError::HttpStatus { status: 503 }), "{error:?}");
    for longer in [busy(8193), busy(8193)[..8192].to_vec()] {
        let error = refusal(Kind::Says(longer), "http://PROXY").await;
        assert!(matches!(error, ProxyError::NoHttp), "{error:?}");
    }
}

/// The longest name that DNS has, and one that is longer.
#[test]
fn the_longest_name_of_a_proxys_host() {
    let host = "h".repeat(253);
    let proxy: Proxy = format!("socks5://{host}:1080").parse().unwrap();
    assert_eq!(proxy.address().host, host);
    assert_eq!(format!("socks5://{host}h:1080").parse::<Proxy>(), Err(ProxyUrlError::Host));
}

#[tokio::test]
async fn streams_of_the_callers_own_carry_a_request_and_go_through_no_proxy() {
    let server = server().await;
    let address = server.address;
    let mut config = config(&server, "socks5://127.0.0.1:1");
    config.carrier = Carrier::Own(Opener::new(move || TcpStream::connect(address)));
    config.addresses.clear();
    let error = Client::connect(config.clone()).await.unwrap_err();
    assert!(matches!(error, Error::Carrier(CarrierError::OwnAlone)), "{error:?}");
    assert_eq!(server.connections(), 0);

    config.proxy = None;
    let (client, _updates) = Client::connect(config.clone()).await.unwrap();
    assert_eq!(client.invoke(Bytes::from_static(REQUEST)).await.unwrap(), REQUEST);
    client.shutdown().await;

    let refuse = || async { Err::<TcpStream, _>(std::io::ErrorKind::ConnectionRefused.into()) };
    config.carrier = Carrier::Own(Opener::new(refuse));
    let error = Client::connect(config).await.unwrap_err();
    assert!(matches!(error, Error::Carrier(CarrierError::Own(_))), "{error:?}");
}
