//! From a configuration to a stream of bytes: TCP or a proxy, and TLS around it.

use std::net::SocketAddr;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::eyeballs;
use crate::io::link::ByteStream;
use crate::io::proxy::{self, ProxyError, Target};
use crate::io::{Carrier, CarrierError, Config, Error};
use crate::proxy::Proxy;

/// A stream to a server.
pub(in crate::io) struct Opened {
    pub(in crate::io) stream: Box<dyn ByteStream>,
    /// The server's name and port, as requests of HTTP want it.
    #[cfg(feature = "web")]
    pub(in crate::io) host: String,
}

/// Opens a stream as the configuration's carrier wants it. `preferred` is the address that answered last.
pub(in crate::io) async fn stream(
    config: &Config,
    preferred: &mut Option<SocketAddr>,
) -> Result<Opened, Error> {
    match &config.carrier {
        Carrier::Tcp => {
            let connected = to_addresses(config, &config.addresses, preferred).await?;
            Ok(Opened {
                stream: Box::new(connected.0),
                #[cfg(feature = "web")]
                host: connected.1.to_string(),
            })
        }
        Carrier::Own(opener) => {
            let after = config.connect_timeout;
            let connected = timeout(after, opener.open()).await;
            let stream =
                connected.map_err(|_| CarrierError::Timeout { after })?.map_err(CarrierError::Own)?;
            Ok(Opened {
                stream,
                #[cfg(feature = "web")]
                host: String::new(),
            })
        }
        #[cfg(feature = "web")]
        Carrier::WebSocket(web) | Carrier::Http(web) => to_web_server(config, web, preferred).await,
    }
}

#[cfg(feature = "web")]
async fn to_web_server(
    config: &Config,
    web: &crate::io::WebServer,
    preferred: &mut Option<SocketAddr>,
) -> Result<Opened, Error> {
    let (stream, host, name) = if let Some((name, port)) = &web.name {
        let stream = to_name(config, name, *port, preferred).await?;
        (stream, Target::Name(name.clone(), *port).to_string(), name.clone())
    } else {
        let (stream, address) = to_addresses(config, &config.addresses, preferred).await?;
        (stream, address.to_string(), address.ip().to_string())
    };
    let stream: Box<dyn ByteStream> = Box::new(stream);
    let Some(tls) = &web.tls else { return Ok(Opened { stream, host }) };
    let after = config.connect_timeout;
    let opened = timeout(after, tls.open(&name, stream)).await;
    let stream = opened.map_err(|_| CarrierError::Timeout { after })??;
    Ok(Opened { stream: Box::new(stream), host })
}

#[cfg(feature = "web")]
async fn to_name(
    config: &Config,
    name: &str,
    port: u16,
    preferred: &mut Option<SocketAddr>,
) -> Result<TcpStream, Error> {
    let after = config.connect_timeout;
    if let Some(proxy) = &config.proxy {
        // the proxy looks the name up: where we are, the answer may be a lie
        return through(proxy, &Target::Name(name.to_owned(), port), after).await;
    }
    let looked_up = timeout(after, tokio::net::lookup_host((name, port))).await;
    let looked_up = looked_up.map_err(|_| CarrierError::Timeout { after })?;
    let resolved = |source| CarrierError::Resolve { name: name.to_owned(), source };
    let addresses: Vec<_> = looked_up.map_err(resolved)?.collect();
    Ok(to_addresses(config, &addresses, preferred).await?.0)
}

/// Connects to the first address that accepts; through a proxy one after the other, otherwise side by side.
async fn to_addresses(
    config: &Config,
    addresses: &[SocketAddr],
    preferred: &mut Option<SocketAddr>,
) -> Result<(TcpStream, SocketAddr), Error> {
    let after = config.connect_timeout;
    let order = eyeballs::order(addresses, *preferred);
    let (stream, address) = match &config.proxy {
        None => {
            eyeballs::first(order, |address| async move {
                let connected = timeout(after, proxy::open_tcp(address)).await;
                let connected = connected.map_err(|_| Error::ConnectTimeout { address, after })?;
                connected.map_err(|source| Error::Connect { address, source })
            })
            .await?
        }
        Some(proxy) => one_after_the_other(proxy, order, after).await?,
    };
    tracing::debug!(%address, "connected");
    *preferred = Some(address);
    Ok((stream, address))
}

async fn one_after_the_other(
    proxy: &Proxy,
    order: Vec<SocketAddr>,
    after: std::time::Duration,
) -> Result<(TcpStream, SocketAddr), Error> {
    let mut last_error = Error::NoAddress;
    for address in order {
        match through(proxy, &Target::Address(address), after).await {
            Ok(stream) => return Ok((stream, address)),
            Err(error) => {
                tracing::debug!(%address, %error, "no connection through the proxy");
                last_error = error;
            }
        }
    }
    Err(last_error)
}

async fn through(proxy: &Proxy, target: &Target, after: std::time::Duration) -> Result<TcpStream, Error> {
    let stream = proxy::connect(proxy.address(), after).await?;
    let asked = timeout(after, proxy::ask(proxy, stream, target)).await;
    Ok(asked.map_err(|_| ProxyError::Timeout { after })??)
}
