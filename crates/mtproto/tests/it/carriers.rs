//! What the carriers of browsers take at one time, from web servers of a few lines.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use mtproto::io::{Backoff, Carrier, Client, Config, Error, WebServer};
use mtproto::session::Resume;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

use crate::script::key;
use crate::server::keys::KeyServer;
use crate::server::peer::Peer;
use crate::server::tcp::unix_now;

/// 24 MiB, and 1024 bytes.
const LONGEST_MESSAGE_BYTES: usize = (24 << 20) + 1024;

fn config(address: SocketAddr, carrier: fn(WebServer) -> Carrier) -> Config {
    let mut config = Config::new(vec![address], 2, vec![KeyServer::public_key()]);
    config.carrier = carrier(WebServer { name: None, path: "/path".to_owned(), tls: None });
    config.temporary_keys = None;
    config.backoff = Backoff { attempts: 1, ..Backoff::default() };
    config
}

/// What a web server says in place of the first answer: pieces of messages, and for the last one its head alone. Then it
/// is gone. A message goes on until there is a piece with 0x80 in its first byte.
async fn said_in_a_websocket(pieces: &'static [usize], first_byte: u8) -> Error {
    #[expect(
        clippy::result_large_err,
        clippy::unnecessary_wraps,
        reason = "the crate's own form of a callback"
    )]
    fn admit(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
        let protocol = request.headers()["sec-websocket-protocol"].clone();
        response.headers_mut().insert("sec-websocket-protocol", protocol);
        Ok(response)
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = config(listener.local_addr().unwrap(), Carrier::WebSocket);
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = accept_hdr_async(stream, admit).await.unwrap().into_inner();
        let mut first_byte = first_byte;
        for (number, len) in pieces.iter().enumerate() {
            let head = [&[first_byte, 127][..], &u64::try_from(*len).unwrap().to_be_bytes()].concat();
            stream.write_all(&head).await.unwrap();
            if number + 1 < pieces.len() {
                stream.write_all(&vec![7; *len]).await.unwrap();
            }
            // a continuation
            first_byte &= 0x80;
        }
        stream.shutdown().await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let error = Client::connect(config).await.unwrap_err();
    server.await.unwrap();
    error
}

/// How long the message is that is refused, and the limit; nothing if it is none of that.
fn too_long(error: &Error) -> Option<(usize, usize)> {
    let Error::Io(error) = error else { return None };
    match error.get_ref()?.downcast_ref()? {
        tungstenite::Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => {
            Some((*size, *max_size))
        }
        _ => None,
    }
}

#[tokio::test]
async fn the_longest_message_of_a_websocket() {
    const WHOLE: u8 = 0x82;
    const BEGUN: u8 = 0x02;
    let longer = Some((LONGEST_MESSAGE_BYTES + 1, LONGEST_MESSAGE_BYTES));
    let error = said_in_a_websocket(&[LONGEST_MESSAGE_BYTES], WHOLE).await;
    assert_eq!(too_long(&error), None, "{error:?}");
    let error = said_in_a_websocket(&[LONGEST_MESSAGE_BYTES + 1], WHOLE).await;
    assert_eq!(too_long(&error), longer, "{error:?}");
    // no piece is too long, but all of them
    let error = said_in_a_websocket(&[LONGEST_MESSAGE_BYTES - 1, 1, 9], BEGUN).await;
    assert_eq!(too_long(&error), None, "{error:?}");
    let error = said_in_a_websocket(&[LONGEST_MESSAGE_BYTES - 1, 2, 9], BEGUN).await;
    assert_eq!(too_long(&error), longer, "{error:?}");
}

/// A web server that answers when the test lets it.
struct PatientServer {
    address: SocketAddr,
    /// A word for each request that has arrived.
    arrived: mpsc::UnboundedReceiver<()>,
    answers: Arc<Semaphore>,
}

impl PatientServer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, arrived) = mpsc::unbounded_channel();
        let answers = Arc::new(Semaphore::new(0));
        let peer = Arc::new(Mutex::new(Peer::new(key(), 5, Box::new(<[u8]>::to_vec))));
        let allowed = Arc::clone(&answers);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&peer), sender.clone(), Arc::clone(&allowed)));
            }
        });
        Self { address, arrived, answers }
    }

    async fn request(&mut self) {
        timeout(Duration::from_secs(20), self.arrived.recv()).await.expect("a request").unwrap();
    }

    /// No request arrives, however long it is waited for.
    async fn no_request(&mut self) {
        tokio::time::pause();
        assert!(timeout(Duration::from_secs(5), self.arrived.recv()).await.is_err());
        tokio::time::resume();
    }
}

async fn answer(
    mut stream: TcpStream,
    peer: Arc<Mutex<Peer>>,
    arrived: mpsc::UnboundedSender<()>,
    allowed: Arc<Semaphore>,
) -> std::io::Result<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let (_, len) = head.split_once("content-length: ").unwrap();
        let mut message = vec![0; len.split_once("\r\n").unwrap().0.parse().unwrap()];
        stream.read_exact(&mut message).await?;
        let _ = arrived.send(());
        allowed.acquire().await.unwrap().forget();
        // an empty answer where there is nothing to say
        let body = peer.lock().unwrap().handle(unix_now(), &message).unwrap_or_default();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(&[head.as_bytes(), &body].concat()).await?;
    }
}

#[tokio::test]
async fn requests_of_http_at_one_time() {
    let mut server = PatientServer::start().await;
    let mut config = config(server.address, Carrier::Http);
    config.resume = Some(Resume::new(key(), 5));
    let (client, _updates) = Client::connect(config).await.unwrap();
    let mut calls = JoinSet::new();
    for number in 1..=6 {
        let (client, call) = (client.clone(), Bytes::from(vec![number; 4]));
        calls.spawn(async move { client.invoke(call.clone()).await.unwrap() == call });
        // each in a request of its own, as long as there may be another one
        if number <= 4 {
            server.request().await;
        }
    }
    server.no_request().await;
    server.answers.add_permits(1);
    server.request().await;
    server.no_request().await;
    server.answers.add_permits(Semaphore::MAX_PERMITS - 1000);
    assert!(calls.join_all().await.into_iter().all(|equal| equal));
    client.shutdown().await;
}
