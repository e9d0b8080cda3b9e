//! The further ports of a data centre: a proxy in front, and the carriers of browsers.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::{BindError, listen, prepare};
use crate::config::Config;
use crate::door::Door;
use crate::mtproxy::Front;
#[cfg(feature = "web")]
use crate::web::TestTls;

/// What listens, and where.
#[derive(Debug, Default)]
pub(super) struct Doors {
    pub(super) open: Vec<(TcpListener, Door)>,
    pub(super) mtproxy: Option<SocketAddr>,
    #[cfg(feature = "web")]
    pub(super) web: WebDoors,
}

/// Where a server listens for the carriers of browsers.
#[cfg(feature = "web")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebDoors {
    /// WebSockets.
    pub ws: Option<SocketAddr>,
    /// WebSockets in TLS.
    pub wss: Option<SocketAddr>,
    /// HTTP.
    pub http: Option<SocketAddr>,
    /// HTTP in TLS.
    pub https: Option<SocketAddr>,
    /// The authority that signed the server's certificate (PEM), if there is TLS.
    pub ca_pem: Option<String>,
}

impl Doors {
    /// Listens wherever the configuration says.
    pub(super) async fn open(config: &Config) -> Result<Self, BindError> {
        let mut doors = Self::default();
        if let Some(secret) = config.mtproxy_secret.clone() {
            let front = Arc::new(Front::new(secret, prepare::named_dc_id(config)));
            // the proxy is on a port of its own
            let free = SocketAddr::new(config.listen.ip(), 0);
            doors.mtproxy = doors.add(Some(free), Door::Mtproxy(front)).await?;
        }
        #[cfg(feature = "web")]
        doors.open_web(config.web).await?;
        Ok(doors)
    }

    #[cfg(feature = "web")]
    async fn open_web(&mut self, wanted: crate::config::Web) -> Result<(), BindError> {
        let tls = (wanted.wss.is_some() || wanted.https.is_some()).then(TestTls::new).transpose();
        let tls = tls.map_err(|error| BindError::Certificate { reason: error.to_string() })?;
        self.web = WebDoors {
            ws: self.add(wanted.ws, Door::WebSocket(None)).await?,
            wss: self.add(wanted.wss, Door::WebSocket(tls.clone())).await?,
            http: self.add(wanted.http, Door::Http(None)).await?,
            https: self.add(wanted.https, Door::Http(tls.clone())).await?,
            ca_pem: tls.map(|tls| tls.ca_pem().to_owned()),
        };
        Ok(())
    }

    async fn add(
        &mut self,
        address: Option<SocketAddr>,
        door: Door,
    ) -> Result<Option<SocketAddr>, BindError> {
        let Some(address) = address else { return Ok(None) };
        let (listener, address) = listen(address).await?;
        self.open.push((listener, door));
        Ok(Some(address))
    }
}
