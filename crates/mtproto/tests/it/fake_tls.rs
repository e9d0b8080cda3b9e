//! What an MTProxy may say under the disguise of its `ee` secret, to the byte.

use std::io;
use std::net::SocketAddr;

use hmac::{Hmac, KeyInit as _, Mac as _};
use mtproto::crypto::{Ctr, RsaPublicKey, sha256};
use mtproto::frame::fake_tls::FakeTlsError;
use mtproto::io::{Backoff, Client, Config, Error, ProxyError};
use mtproto::proxy::{Proxy, ProxySecretError, ProxyUrlError};
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::server::keys::KeyServer;

const SECRET: [u8; 16] = [7; 16];
const DOMAIN: &str = "a.example";
const CHANGE_CIPHER_SPEC: [u8; 6] = [0x14, 3, 3, 0, 1, 1];

/// The lengths of what a proxy answers.
#[derive(Debug, Clone)]
struct Answer {
    /// The handshake records of its hello.
    handshake: Vec<u16>,
    /// The record of application data that ends the hello.
    filler: u16,
    /// The record behind it, with a message of zeros.
    record: u16,
}

const USUAL: Answer = Answer { handshake: Vec::new(), filler: 2, record: 100 };

impl Answer {
    /// The hello, signed for who sent these random bytes.
    fn hello(&self, client_random: &[u8]) -> Vec<u8> {
        let mut hello = Vec::new();
        for len in &self.handshake {
            hello.extend(record(0x16, &vec![0; usize::from(*len)]));
        }
        hello.extend(CHANGE_CIPHER_SPEC);
        hello.extend(record(0x17, &vec![0; usize::from(self.filler)]));
        let mut mac = Hmac::<Sha256>::new_from_slice(&SECRET).unwrap();
        mac.update(client_random);
        mac.update(&hello);
        hello[11..43].copy_from_slice(&mac.finalize().into_bytes());
        hello
    }

    /// What somebody hears who connects with a secret for this domain.
    async fn heard(self, domain: &str) -> Error {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let link = link(listener.local_addr().unwrap(), domain);
        let expected = domain.to_owned();
        let proxy = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            // a client that goes away is no fault of the proxy
            let _ = self.say(&mut stream, &expected).await;
        });
        let keys: Vec<RsaPublicKey> = vec![KeyServer::public_key()];
        let mut config = Config::new(Vec::new(), 2, keys);
        config.proxy = Some(link.parse().unwrap());
        config.backoff = Backoff { attempts: 1, ..Backoff::default() };
        let error = Client::connect(config).await.unwrap_err();
        proxy.await.unwrap();
        error
    }

    async fn say(&self, stream: &mut TcpStream, domain: &str) -> io::Result<()> {
        let hello = read_record(stream).await?;
        assert!(hello.windows(domain.len()).any(|window| window == domain.as_bytes()), "the domain in full");
        stream.write_all(&self.hello(&hello[11..43])).await?;
        assert_eq!(read_record(stream).await?, CHANGE_CIPHER_SPEC);
        let mut init: [u8; 64] = read_record(stream).await?[5..69].try_into().unwrap();
        init.reverse();
        let key = sha256(&[&init[8..40], &SECRET]);
        let mut message = vec![0; usize::from(self.record)];
        message[..4].copy_from_slice(&u32::from(self.record - 4).to_le_bytes());
        Ctr::new(&key, init[40..56].try_into().unwrap()).apply(&mut message);
        stream.write_all(&record(0x17, &message)).await?;
        stream.read_to_end(&mut Vec::new()).await.map(|_| ())
    }
}

fn link(address: SocketAddr, domain: &str) -> String {
    let secret = hex::encode([&[0xee], &SECRET[..], domain.as_bytes()].concat());
    format!("tg://proxy?server={}&port={}&secret={secret}", address.ip(), address.port())
}

fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3], &u16::try_from(content.len()).unwrap().to_be_bytes()[..], content].concat()
}

async fn read_record(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut record = vec![0; 5];
    stream.read_exact(&mut record).await?;
    record.resize(5 + usize::from(u16::from_be_bytes([record[3], record[4]])), 0);
    stream.read_exact(&mut record[5..]).await?;
    Ok(record)
}

/// The client has come as far as the message of zeros, whose id no server would use.
fn is_read(error: &Error) -> bool {
    matches!(error, Error::Plain(_))
}

fn refusal(error: &Error) -> FakeTlsError {
    let Error::Proxy(ProxyError::FakeTls(error)) = error else { panic!("{error:?}") };
    *error
}

fn too_long(len_bytes: usize, limit_bytes: usize) -> FakeTlsError {
    FakeTlsError::TooLong { len_bytes, limit_bytes }
}

#[tokio::test]
async fn the_longest_hello_of_a_proxy() {
    for (handshake, filler) in [(vec![40; 16], 2), (vec![16_640], 2), (vec![16_640; 3], 15_590)] {
        let error = Answer { handshake, filler, ..USUAL }.heard(DOMAIN).await;
        assert!(is_read(&error), "{error:?}");
    }
    for (handshake, filler, expected) in [
        (vec![40; 17], 2, FakeTlsError::NoRecord),
        (vec![16_641], 2, too_long(16_641, 16_640)),
        (vec![16_640; 3], 15_591, too_long(65_537, 65_536)),
    ] {
        let error = Answer { handshake, filler, ..USUAL }.heard(DOMAIN).await;
        assert_eq!(refusal(&error), expected);
    }
}

#[tokio::test]
async fn the_longest_record_behind_the_hello() {
    let behind = |record| Answer { handshake: vec![40], record, ..USUAL };
    let error = behind(16_640).heard(DOMAIN).await;
    assert!(is_read(&error), "{error:?}");
    assert_eq!(refusal(&behind(16_641).heard(DOMAIN).await), too_long(16_641, 16_640));
}

#[tokio::test]
async fn the_longest_domain_of_a_secret() {
    let longest = "d".repeat(182);
    let error = Answer { handshake: vec![40], ..USUAL }.heard(&longest).await;
    assert!(is_read(&error), "{error:?}");
    let longer = link(([127, 0, 0, 1], 443).into(), &format!("{longest}d"));
    assert_eq!(longer.parse::<Proxy>(), Err(ProxyUrlError::Secret(ProxySecretError::Domain)));
}
