//! What a proxy that does not carry means for whoever gave it.

use tg_client::ProxyError;

/// What to do now.
pub(super) fn advice(error: &ProxyError) -> &'static str {
    match error {
        // by what it is not told, nobody learns that it is a proxy
        ProxyError::Closed | ProxyError::Io(_) | ProxyError::Timeout { .. } | ProxyError::FakeTls(_) => {
            "check host, port and secret of --proxy (an MTProxy says nothing to whoever lacks its secret), or take a \
             different proxy"
        }
        ProxyError::Resolve { .. } | ProxyError::Connect { .. } => {
            "check host and port of --proxy, and the network; or take a different proxy"
        }
        ProxyError::Unauthorised => "check user name and password of --proxy",
        ProxyError::NoSocks { .. } | ProxyError::NoHttp => {
            "check what kind of proxy it is: socks5://, http://, or the link of an MTProxy"
        }
        _ => "take a different proxy: this one does not lead to Telegram",
    }
}
