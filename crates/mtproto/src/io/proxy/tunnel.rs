//! Proxies that carry any connection once they were asked: SOCKS5 and the `CONNECT` method of HTTP.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_socks::TargetAddr;
use tokio_socks::tcp::Socks5Stream;
use zeroize::Zeroizing;

use crate::io::ProxyError;
use crate::io::proxy::Target;
use crate::limits::MAX_HTTP_HEAD_BYTES;
use crate::proxy::Credentials;

/// Asks a SOCKS5 proxy (RFC 1928) for a connection to `target`.
pub(super) async fn socks5(
    stream: TcpStream,
    target: &Target,
    credentials: Option<&Credentials>,
) -> Result<TcpStream, ProxyError> {
    let target = match target {
        Target::Address(address) => TargetAddr::Ip(*address),
        #[cfg(feature = "web")]
        Target::Name(name, port) => TargetAddr::Domain(name.as_str().into(), *port),
    };
    let connected = match credentials {
        Some(credentials) => {
            let (username, password) = (credentials.username(), credentials.password());
            Socks5Stream::connect_with_password_and_socket(stream, target, username, password).await
        }
        None => Socks5Stream::connect_with_socket(stream, target).await,
    };
    connected.map(Socks5Stream::into_inner).map_err(from_socks)
}

fn from_socks(error: tokio_socks::Error) -> ProxyError {
    use tokio_socks::Error as Socks;
    match error {
        Socks::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => ProxyError::Closed,
        Socks::Io(error) => ProxyError::Io(error),
        Socks::PasswordAuthFailure(_) | Socks::NoAcceptableAuthMethods | Socks::AuthorizationRequired => {
            ProxyError::Unauthorised
        }
        Socks::GeneralSocksServerFailure
        | Socks::ConnectionNotAllowedByRuleset
        | Socks::NetworkUnreachable
        | Socks::HostUnreachable
        | Socks::ConnectionRefused
        | Socks::TtlExpired => ProxyError::Refused { reason: error.to_string() },
        other => ProxyError::NoSocks { reason: other.to_string() },
    }
}

/// Asks an HTTP proxy (RFC 9110, 9.3.6) for a connection to `target`.
pub(super) async fn http_connect(
    mut stream: TcpStream,
    target: &Target,
    credentials: Option<&Credentials>,
) -> Result<TcpStream, ProxyError> {
    let request = connect_request(target, credentials);
    stream.write_all(request.as_bytes()).await.map_err(ProxyError::Io)?;
    let mut head = Vec::new();
    loop {
        match stream.read_buf(&mut head).await {
            Ok(0) => return Err(ProxyError::Closed),
            Ok(_) => {}
            Err(error) => return Err(ProxyError::Io(error)),
        }
        if read_answer(&head)? {
            return Ok(stream);
        }
    }
}

fn connect_request(target: &Target, credentials: Option<&Credentials>) -> Zeroizing<String> {
    let mut request = Zeroizing::new(format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n"));
    if let Some(credentials) = credentials {
        let both = Zeroizing::new(format!("{}:{}", credentials.username(), credentials.password()));
        request.push_str("Proxy-Authorization: Basic ");
        request.push_str(&Zeroizing::new(STANDARD.encode(both.as_bytes())));
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    request
}

/// Whether the proxy has said yes; false while its answer is incomplete.
fn read_answer(head: &[u8]) -> Result<bool, ProxyError> {
    const VERSION: &[u8] = b"HTTP/1.";
    if !head.starts_with(VERSION.get(..head.len()).unwrap_or(VERSION)) {
        return Err(ProxyError::NoHttp);
    }
    // what counts is where the head ends, not how much has arrived at once
    let bounded = head.get(..MAX_HTTP_HEAD_BYTES).unwrap_or(head);
    let end = bounded.windows(4).position(|window| window == b"\r\n\r\n");
    let Some(end) = end.map(|start| start + 4) else {
        return if bounded.len() == MAX_HTTP_HEAD_BYTES { Err(ProxyError::NoHttp) } else { Ok(false) };
    };
    // HTTP/1.1 200 and whatever the proxy likes to say
    let status = match head.get(VERSION.len()..) {
        Some([_, b' ', status @ ..]) => {
            status.first_chunk::<3>().and_then(|digits| std::str::from_utf8(digits).ok())
        }
        _ => None,
    };
    match status.and_then(|digits| digits.parse::<u16>().ok()) {
        // the server is silent until we have spoken, so that nothing can follow
        Some(200..=299) if end == head.len() => Ok(true),
        Some(407) => Err(ProxyError::Unauthorised),
        Some(status @ 300..=599) => Err(ProxyError::HttpStatus { status }),
        _ => Err(ProxyError::NoHttp),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_http_in_any_pieces() {
        let yes = b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n";
        for len in 0..yes.len() {
            assert!(matches!(read_answer(&yes[..len]), Ok(false)), "{len} bytes");
        }
        assert!(matches!(read_answer(yes), Ok(true)));
        assert!(matches!(read_answer(b"HTTP/1.0 204 \r\n\r\n"), Ok(true)));
        let status = |text: &str| read_answer(format!("HTTP/1.1 {text}\r\n\r\n").as_bytes());
        assert!(matches!(status("407 Proxy Authentication Required"), Err(ProxyError::Unauthorised)));
        assert!(matches!(status("502 Bad Gateway"), Err(ProxyError::HttpStatus { status: 502 })));
        for wrong in ["100 Continue", "99", "2", "x00", "700 x"] {
            assert!(matches!(status(wrong), Err(ProxyError::NoHttp)), "{wrong}");
        }
        assert!(matches!(read_answer(b"HTTP/1.1 200 OK\r\n\r\nmore"), Err(ProxyError::NoHttp)));
        assert!(matches!(read_answer(b"SSH-2.0"), Err(ProxyError::NoHttp)));
    }

    #[test]
    fn the_request_says_who_asks() {
        let target = &Target::Address("[::1]:443".parse().unwrap());
        assert_eq!(*connect_request(target, None), "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n");
        let credentials = Credentials::new("Aladdin".to_owned(), "open sesame".to_owned()).unwrap();
        let request = connect_request(target, Some(&credentials));
        assert!(request.ends_with("\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n"));
    }
}
