//! The way to a server: what carries the bytes, what they look like, and what they go through.
//!
//! A route is a matter of the network that somebody is in today, so a session keeps nothing of it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use mtproto::frame::FrameKind;
use mtproto::io::{Breakers, Carrier, CarrierError, Error, Observer, Opener, Tls, WebServer};
use mtproto::proxy::Proxy;

use crate::dc;
use crate::error::ClientError;
use crate::session::ServerState;

/// The port of plain `ws` and `http` at Telegram.
const HTTP_PORT: u16 = 80;
/// The port of `wss` and `https`.
const HTTPS_PORT: u16 = 443;

/// What carries a connection ("MTProto transports").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Transport {
    /// TCP.
    #[default]
    Tcp,
    /// A WebSocket.
    Ws,
    /// A WebSocket in TLS: to everybody on the way it is a visit to a web site.
    Wss,
    /// HTTP requests.
    Http,
    /// HTTP requests in TLS.
    Https,
}

/// How a server is reached. By default straight on, over TCP, in intermediate frames.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Route {
    /// What carries the connection.
    pub transport: Transport,
    /// How frames are written; not for HTTP, which has none.
    pub framing: FrameKind,
    /// Whether a TCP connection looks like random bytes; what a WebSocket carries always does.
    pub obfuscated: bool,
    /// What opens the streams that carry frames, in place of a TCP connection to the server: a tunnel, or a pipe in memory.
    /// It knows where the server is, and goes through no proxy.
    pub opener: Option<Opener>,
    /// Where data centres of the user's own are today (`host:port`), by their numbers. It goes before what a session or
    /// the server itself says, and a transport other than TCP has no other list: `help.getConfig` names TCP ports alone.
    pub dc_addresses: BTreeMap<i32, String>,
    /// What the connection goes through.
    pub proxy: Option<Proxy>,
    /// Whose certificates count; without, those that browsers trust.
    pub tls: Option<Tls>,
    /// Whether the server is asked to say at once that it has a request.
    pub quick_acks: bool,
    /// Who is told what a connection does while somebody waits for it.
    pub observer: Observer,
    /// The circuit breakers of the data centres. Clones share them.
    pub breakers: Breakers,
}

impl Route {
    /// Straight on, or through a proxy.
    pub fn through(proxy: Option<Proxy>) -> Self {
        Self { proxy, ..Self::default() }
    }

    /// The same server where it is today.
    pub(crate) fn locate(&self, server: ServerState) -> ServerState {
        match server {
            ServerState::Custom { dc_id, address, rsa_key_pem } => {
                let address = self.dc_addresses.get(&dc_id).cloned().unwrap_or(address);
                ServerState::Custom { dc_id, address, rsa_key_pem }
            }
            telegram => telegram,
        }
    }

    /// The same kind of server with another number. Where Telegram's own are is built in, for every transport; where the
    /// user's own are the route says or, for TCP, the server itself: `listed`.
    pub(crate) fn moved(
        &self,
        server: &ServerState,
        dc_id: i32,
        listed: Option<SocketAddr>,
    ) -> Result<ServerState, ClientError> {
        let address = match (self.dc_addresses.get(&dc_id), listed) {
            (Some(named), _) => Some(named.clone()),
            (None, Some(listed)) if self.transport == Transport::Tcp => Some(listed.to_string()),
            (None, _) => None,
        };
        match (server, address) {
            (ServerState::Custom { rsa_key_pem, .. }, Some(address)) => {
                Ok(ServerState::Custom { dc_id, address, rsa_key_pem: rsa_key_pem.clone() })
            }
            (ServerState::Production { .. }, _) if !dc::production(dc_id).is_empty() => {
                Ok(ServerState::Production { dc_id })
            }
            (ServerState::Test { .. }, _) if !dc::test(dc_id).is_empty() => Ok(ServerState::Test { dc_id }),
            _ => Err(ClientError::UnknownDataCentre { dc_id }),
        }
    }

    /// The carrier to a server, and the addresses that it needs.
    pub(crate) fn carrier(
        &self,
        server: &ServerState,
        addresses: &mut [SocketAddr],
    ) -> Result<Carrier, ClientError> {
        if let Some(opener) = &self.opener {
            return match self.transport {
                Transport::Tcp => Ok(Carrier::Own(opener.clone())),
                _ => Err(Error::from(CarrierError::OwnAlone).into()),
            };
        }
        let (is_http, is_tls) = match self.transport {
            Transport::Tcp => return Ok(Carrier::Tcp),
            Transport::Ws => (false, false),
            Transport::Wss => (false, true),
            Transport::Http => (true, false),
            Transport::Https => (true, true),
        };
        let name = match server {
            ServerState::Custom { address, .. } => web_name(address),
            ServerState::Production { dc_id } | ServerState::Test { dc_id } if is_tls => {
                let unknown = ClientError::UnknownDataCentre { dc_id: *dc_id };
                Some((dc::web_host(*dc_id).ok_or(unknown)?, HTTPS_PORT))
            }
            ServerState::Production { .. } | ServerState::Test { .. } => {
                for address in addresses {
                    address.set_port(HTTP_PORT);
                }
                None
            }
        };
        let mut path = if is_http { "/api" } else { "/apiws" }.to_owned();
        if matches!(server, ServerState::Test { .. }) {
            path.push_str("_test");
        }
        let tls = match (&self.tls, is_tls) {
            (_, false) => None,
            (Some(tls), true) => Some(tls.clone()),
            (None, true) => Some(Tls::new(None).map_err(Error::from)?),
        };
        let web = WebServer { name, path, tls };
        Ok(if is_http { Carrier::Http(web) } else { Carrier::WebSocket(web) })
    }
}

/// Name and port of an address; nothing for one that is a number already.
fn web_name(address: &str) -> Option<(String, u16)> {
    if address.parse::<SocketAddr>().is_ok() {
        return None;
    }
    let (host, port) = address.rsplit_once(':')?;
    Some((host.to_owned(), port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carrier(transport: Transport, server: &ServerState) -> (String, Vec<SocketAddr>) {
        let mut addresses = dc::production(2);
        let route = Route { transport, ..Route::default() };
        let carrier = route.carrier(server, &mut addresses).unwrap();
        let text = match carrier {
            Carrier::WebSocket(web) => {
                format!("ws {:?} {} {}", web.name, web.path, web.tls.is_some())
            }
            Carrier::Http(web) => format!("http {:?} {} {}", web.name, web.path, web.tls.is_some()),
            other => format!("{other:?}"),
        };
        (text, addresses)
    }

    #[test]
    fn the_addresses_are_those_of_the_transports_page() {
        let production = ServerState::Production { dc_id: 2 };
        let (text, _) = carrier(Transport::Wss, &production);
        assert_eq!(text, r#"ws Some(("venus.web.telegram.org", 443)) /apiws true"#);
        let (text, _) = carrier(Transport::Https, &ServerState::Test { dc_id: 3 });
        assert_eq!(text, r#"http Some(("aurora.web.telegram.org", 443)) /api_test true"#);
        let (text, addresses) = carrier(Transport::Ws, &ServerState::Test { dc_id: 2 });
        assert_eq!(text, "ws None /apiws_test false");
        assert!(addresses.iter().all(|address| address.port() == 80), "{addresses:?}");
        let (text, _) = carrier(Transport::Http, &production);
        assert_eq!(text, "http None /api false");
        let (text, addresses) = carrier(Transport::Tcp, &production);
        assert_eq!((text.as_str(), addresses[0].port()), ("Tcp", 443));
    }

    #[test]
    fn a_server_moves_without_leaving_the_transport() {
        let own = |dc_id: i32, address: &str| ServerState::Custom {
            dc_id,
            address: address.to_owned(),
            rsa_key_pem: "key".to_owned(),
        };
        let (here, listed) = (own(2, "a.example:443"), "192.0.2.3:80".parse().ok());
        let mut route = Route::default();
        assert_eq!(route.moved(&here, 3, listed).unwrap(), own(3, "192.0.2.3:80"));
        assert!(route.moved(&here, 3, None).is_err());
        route.transport = Transport::Wss;
        let unknown = route.moved(&here, 3, listed).unwrap_err();
        assert!(matches!(unknown, ClientError::UnknownDataCentre { dc_id: 3 }), "the list is of TCP ports");
        for transport in [Transport::Tcp, Transport::Https] {
            let dc_addresses = BTreeMap::from([(3, "b.example:443".to_owned())]);
            route = Route { transport, dc_addresses, ..Route::default() };
            assert_eq!(route.moved(&here, 3, listed).unwrap(), own(3, "b.example:443"));
            assert_eq!(route.locate(own(3, "c.example:1")), own(3, "b.example:443"));
            assert_eq!(route.locate(here.clone()), here);
            let production = ServerState::production();
            assert_eq!(route.locate(production.clone()), production);
            let moved = route.moved(&production, 4, listed).unwrap();
            assert_eq!(moved, ServerState::Production { dc_id: 4 });
            assert!(route.moved(&ServerState::test(), 4, listed).is_err());
        }
    }

    #[test]
    fn a_server_of_ones_own_is_named_as_its_certificate_names_it() {
        assert_eq!(web_name("localhost:4430"), Some(("localhost".to_owned(), 4430)));
        for address in ["127.0.0.1:4430", "[::1]:4430", "nonsense", "host:port"] {
            assert_eq!(web_name(address), None, "{address}");
        }
    }
}
