//! The ports of a data centre: what each of them expects of a connection.

use std::sync::Arc;

use tokio::net::TcpStream;

#[cfg(feature = "web")]
use crate::arrivals::Carrier;
use crate::centre::DataCentre;
use crate::connection;
use crate::mtproxy::Front;
#[cfg(feature = "web")]
use crate::web::{self, TestTls};

/// What is spoken on a port.
#[derive(Debug, Clone)]
pub(crate) enum Door {
    /// Frames, obfuscated or not.
    Tcp,
    /// An MTProxy.
    Mtproxy(Arc<Front>),
    /// A WebSocket with obfuscated frames in it, in TLS or not.
    #[cfg(feature = "web")]
    WebSocket(Option<TestTls>),
    /// A message in each HTTP request, in TLS or not.
    #[cfg(feature = "web")]
    Http(Option<TestTls>),
}

impl Door {
    /// Serves one connection until it ends.
    pub(crate) async fn serve(self, id: u64, stream: TcpStream, centre: Arc<DataCentre>) {
        match self {
            Self::Tcp => connection::serve(id, stream, centre, connection::Entrance::Open).await,
            Self::Mtproxy(front) => {
                connection::serve(id, stream, centre, connection::Entrance::Mtproxy(front)).await;
            }
            #[cfg(feature = "web")]
            Self::WebSocket(None) => web::websocket(id, stream, centre, Carrier::Ws).await,
            #[cfg(feature = "web")]
            Self::WebSocket(Some(tls)) => {
                if let Some(stream) = tls.accept(stream).await {
                    Box::pin(web::websocket(id, stream, centre, Carrier::Wss)).await;
                }
            }
            #[cfg(feature = "web")]
            Self::Http(None) => web::http(stream, centre, Carrier::Http).await,
            #[cfg(feature = "web")]
            Self::Http(Some(tls)) => {
                if let Some(stream) = tls.accept(stream).await {
                    web::http(stream, centre, Carrier::Https).await;
                }
            }
        }
    }
}
