//! Proxies that carry any connection, each made of a few bytes: SOCKS5 (RFC 1928, RFC 1929) and `CONNECT`.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine as _;

/// A proxy for one test, with a user name and a password. Its threads end with the process.
pub(crate) struct TestProxy {
    scheme: &'static str,
    credentials: String,
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl TestProxy {
    pub(crate) fn socks5(username: &'static str, password: &'static str) -> Self {
        Self::start("socks5", username, password, move |stream| greet_socks5(stream, username, password))
    }

    pub(crate) fn http(username: &'static str, password: &'static str) -> Self {
        let both = base64::engine::general_purpose::STANDARD.encode(format!("{username}:{password}"));
        Self::start("http", username, password, move |stream| greet_http(stream, &both))
    }

    fn start(
        scheme: &'static str,
        username: &str,
        password: &str,
        greet: impl Fn(&mut TcpStream) -> io::Result<String> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, greet) = (Arc::new(Mutex::new(Vec::new())), Arc::new(greet));
        let seen = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (greet, seen) = (Arc::clone(&greet), Arc::clone(&seen));
                // a client that goes away is nobody's fault
                thread::spawn(move || carry(stream, &*greet, &seen).unwrap_or_default());
            }
        });
        Self { scheme, credentials: format!("{username}:{password}"), address, asked }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://{}@{}", self.scheme, self.credentials, self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// What it was asked for since the last call.
    pub(crate) fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

fn carry(
    mut stream: TcpStream,
    greet: &dyn Fn(&mut TcpStream) -> io::Result<String>,
    asked: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let target = greet(&mut stream)?;
    let mut server = TcpStream::connect(&target)?;
    asked.lock().unwrap().push(target);
    let (mut from_client, mut to_server) = (stream.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let copied = io::copy(&mut server, &mut stream);
    stream.shutdown(Shutdown::Write)?;
    copied.map(|_| ())
}

fn take(stream: &mut TcpStream, len: impl Into<usize>) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; len.into()];
    stream.read_exact(&mut bytes).map(|()| bytes)
}

fn greet_socks5(stream: &mut TcpStream, username: &str, password: &str) -> io::Result<String> {
    let head = take(stream, 2_u8)?;
    let methods = take(stream, head[1])?;
    assert!(head[0] == 5 && methods.contains(&2), "user name and password are offered");
    stream.write_all(&[5, 2])?;
    assert_eq!(take(stream, 1_u8)?, [1]);
    let mut given = Vec::new();
    for _ in 0..2 {
        let len = take(stream, 1_u8)?[0];
        given.push(take(stream, len)?);
    }
    if given != [username.as_bytes(), password.as_bytes()] {
        stream.write_all(&[1, 1])?;
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    stream.write_all(&[1, 0])?;
    let request = take(stream, 4_u8)?;
    assert_eq!(request[..3], [5, 1, 0], "CONNECT");
    let host = match request[3] {
        1 => take(stream, 4_u8)?.iter().map(u8::to_string).collect::<Vec<_>>().join("."),
        3 => {
            let len = take(stream, 1_u8)?[0];
            String::from_utf8(take(stream, len)?).unwrap()
        }
        other => panic!("address type {other}"),
    };
    let port = take(stream, 2_u8)?;
    stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 9])?;
    Ok(format!("{host}:{}", u16::from_be_bytes([port[0], port[1]])))
}

fn greet_http(stream: &mut TcpStream, credentials: &str) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.extend_from_slice(&byte);
    }
    let head = String::from_utf8(head).unwrap();
    if !head.contains(&format!("Proxy-Authorization: Basic {credentials}\r\n")) {
        stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")?;
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    Ok(head.strip_prefix("CONNECT ").unwrap().split(' ').next().unwrap().to_owned())
}
