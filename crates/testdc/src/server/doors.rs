//! The further ports: a proxy in front of all data centres, and for each of them the carriers of browsers.

#[cfg(feature = "web")]
use std::collections::BTreeMap;
use std::net::SocketAddr;

use tokio::net::TcpListener;

#[cfg(feature = "web")]
use super::prepare;
use super::{BindError, listen};
use crate::config::Config;
use crate::door::Door;
#[cfg(feature = "web")]
use crate::web::TestTls;

/// What listens, and where.
#[derive(Debug, Default)]
pub(super) struct Doors {
    /// With the number of the data centre behind it.
    pub(super) open: Vec<(TcpListener, i32, Door)>,
    pub(super) mtproxy: Option<(TcpListener, SocketAddr)>,
    #[cfg(feature = "web")]
    pub(super) web: BTreeMap<i32, WebDoors>,
}

/// Where a data centre listens for the carriers of browsers.
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
        if config.mtproxy_secret.is_some() {
            // the proxy is on a port of its own
            doors.mtproxy = Some(listen(SocketAddr::new(config.listen.ip(), 0)).await?);
        }
        #[cfg(feature = "web")]
        doors.open_web(config).await?;
        Ok(doors)
    }

    /// The home data centre listens where the configuration says, the others beside it, on free ports.
    #[cfg(feature = "web")]
    async fn open_web(&mut self, config: &Config) -> Result<(), BindError> {
        let wanted = config.web;
        let tls = (wanted.wss.is_some() || wanted.https.is_some()).then(TestTls::new).transpose();
        let tls = tls.map_err(|error| BindError::Certificate { reason: error.to_string() })?;
        for dc_id in std::iter::once(config.dc_id).chain(prepare::other_dcs(config)) {
            let at = |address: Option<SocketAddr>| {
                let free = address.map(|address| SocketAddr::new(address.ip(), 0));
                if dc_id == config.dc_id { address } else { free }
            };
            let doors = WebDoors {
                ws: self.add(at(wanted.ws), dc_id, Door::WebSocket(None)).await?,
                wss: self.add(at(wanted.wss), dc_id, Door::WebSocket(tls.clone())).await?,
                http: self.add(at(wanted.http), dc_id, Door::Http(None)).await?,
                https: self.add(at(wanted.https), dc_id, Door::Http(tls.clone())).await?,
                ca_pem: tls.as_ref().map(|tls| tls.ca_pem().to_owned()),
            };
            self.web.insert(dc_id, doors);
        }
        Ok(())
    }

    #[cfg(feature = "web")]
    async fn add(
        &mut self,
        address: Option<SocketAddr>,
        dc_id: i32,
        door: Door,
    ) -> Result<Option<SocketAddr>, BindError> {
        let Some(address) = address else { return Ok(None) };
        let (listener, address) = listen(address).await?;
        self.open.push((listener, dc_id, door));
        Ok(Some(address))
    }
}
