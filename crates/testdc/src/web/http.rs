//! A message in each request, an answer to each of them, and patience in between (protocol, "HTTP").

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::arrivals::{Arrival, Carrier};
use crate::centre::DataCentre;
use crate::connection::harmed::Harmed;
use crate::limits::{FRAME_TIMEOUT, IDLE_TIMEOUT, MAX_REQUEST_BYTES};
use crate::link::{Link, Output};

/// Where clients post: over HTTP and, with other headers, from browsers; at data centres and at test data centres.
const PATHS: [&str; 4] = ["/api", "/api_test", "/apiw1", "/apiw_test1"];

/// What a request comes to.
enum Said {
    Message(Vec<u8>),
    /// A status in place of a transport error.
    Refusal(StatusCode),
    /// Nothing: the connection is closed, as the script has it.
    Closed,
}

/// Serves the requests of one connection until it ends.
pub(crate) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    centre: Arc<DataCentre>,
    carrier: Carrier,
) {
    let arrival = Arrival { dc_id: centre.identity.id, carrier, framing: None, obfuscated: false };
    centre.cloud.arrivals.note(arrival);
    let service = service_fn(|request| answer(request, Arc::clone(&centre)));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_TIMEOUT)
        .serve_connection(TokioIo::new(Harmed::new(stream, Arc::clone(&centre))), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "an HTTP connection ended");
    }
}

/// An error closes the connection.
async fn answer(request: Request<Incoming>, centre: Arc<DataCentre>) -> io::Result<Response<Full<Bytes>>> {
    let (status, body) = match read(request).await {
        Err(status) => (status, Vec::new()),
        Ok(content) => match converse(&content, centre).await {
            Said::Message(message) => (StatusCode::OK, message),
            Said::Refusal(status) => (status, Vec::new()),
            Said::Closed => return Err(io::ErrorKind::ConnectionReset.into()),
        },
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    Ok(response)
}

async fn read(request: Request<Incoming>) -> Result<Bytes, StatusCode> {
    if !PATHS.contains(&request.uri().path()) {
        return Err(StatusCode::NOT_FOUND);
    }
    if *request.method() != Method::POST {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let body = Limited::new(request.into_body(), MAX_REQUEST_BYTES).collect();
    match timeout(FRAME_TIMEOUT, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// Takes the message and waits, as long as the client wants, for something to say.
async fn converse(content: &[u8], centre: Arc<DataCentre>) -> Said {
    let mut link = Link::for_request(centre);
    let taken = link.take(content, false);
    if let Some(said) = first_said(taken).await {
        return said;
    }
    let wait = link.http_wait;
    let deadline = Instant::now() + wait.max_wait.min(IDLE_TIMEOUT);
    let bell = Arc::clone(&link.bell);
    loop {
        if let Some(said) = first_said(link.next().unwrap_or_default()).await {
            return said;
        }
        if timeout_at(deadline, bell.notified()).await.is_err() {
            // with no session at all there is nothing to seal it with
            return link.nothing().map_or(Said::Refusal(StatusCode::NOT_FOUND), Said::Message);
        }
        // others may follow the first message and travel with it
        sleep(wait.wait_after.min(wait.max_delay).min(FRAME_TIMEOUT)).await;
    }
}

/// What of these outputs fits into a response, when its time has come.
async fn first_said(outputs: Vec<Output>) -> Option<Said> {
    for output in outputs {
        if let Output::Late { by, .. } = &output {
            sleep(*by).await;
        }
        if let Some(said) = said(output) {
            return Some(said);
        }
    }
    None
}

/// What of an output fits into a response.
fn said(output: Output) -> Option<Said> {
    match output {
        Output::Message(message) | Output::Late { message, .. } => Some(Said::Message(message)),
        Output::Error(code) => {
            let status = u16::try_from(code.unsigned_abs()).ok();
            let status = status.and_then(|status| StatusCode::from_u16(status).ok());
            Some(Said::Refusal(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)))
        }
        Output::Cut { .. } => Some(Said::Closed),
        // there is nothing to acknowledge quickly, and a connection of requests has its own end
        Output::QuickAck(_) | Output::CloseAfter(_) => None,
    }
}
