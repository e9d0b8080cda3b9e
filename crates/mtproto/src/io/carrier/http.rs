//! HTTP requests in place of a stream ("MTProto transports", "HTTP"): each message is the body of a POST, each answer's
//! body a message.
//!
//! ```text
//! Posts ──body──► task: up to MAX_HTTP_CONNECTIONS requests at a time, each on a connection of its own ──► Answers
//! ```
//! A server answers a request only, so one request at a time waits for what it has to say (`http_wait`, which the session
//! packs); others come back at once. That is why there are several connections: nothing may wait behind the one that waits.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request, Response, StatusCode, body, header};
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::frame::TransportError;
use crate::io::dial::open::{self, Opened};
use crate::io::{CarrierError, Config, Error};
use crate::limits::{MAX_FRAME_BYTES, MAX_HTTP_CONNECTIONS};

/// How much longer than `http_wait` asks for a server may take to answer.
const ANSWER_GRACE: Duration = Duration::from_secs(20);

/// A message on its way out.
#[derive(Debug)]
struct Post {
    body: Bytes,
    is_poll: bool,
}

/// What a request came back with.
#[derive(Debug)]
pub(in crate::io) struct Answer {
    pub(in crate::io) body: BytesMut,
    /// Whether it was the one that waited.
    pub(in crate::io) is_poll: bool,
}

/// The reading end.
#[derive(Debug)]
pub(in crate::io) struct Answers {
    receiver: mpsc::Receiver<Result<Answer, Error>>,
}

/// The writing end. Once it is dropped, the task and its connections end.
#[derive(Debug)]
pub(in crate::io) struct Posts {
    sender: mpsc::Sender<Post>,
    unsent: std::collections::VecDeque<Post>,
    unsent_bytes: usize,
}

/// Opens a first connection and starts the task.
pub(in crate::io) async fn open(config: Arc<Config>, path: &str) -> Result<(Posts, Answers), Error> {
    let first = connect(&config).await?;
    let (sender, posts) = mpsc::channel(1);
    let (answers, receiver) = mpsc::channel(MAX_HTTP_CONNECTIONS);
    let pool = Pool { config, path: path.into(), idle: vec![first], busy: JoinSet::new(), answers };
    tokio::spawn(pool.run(posts));
    Ok((Posts { sender, unsent: std::collections::VecDeque::new(), unsent_bytes: 0 }, Answers { receiver }))
}

impl Answers {
    /// Waits for an answer. Safe to cancel.
    pub(in crate::io) async fn next(&mut self) -> Result<Answer, Error> {
        self.receiver.recv().await.unwrap_or(Err(Error::Closed))
    }
}

impl Posts {
    pub(in crate::io) fn queue(&mut self, message: Vec<u8>, is_poll: bool) {
        self.unsent_bytes += message.len();
        self.unsent.push_back(Post { body: message.into(), is_poll });
    }

    pub(in crate::io) fn unsent_bytes(&self) -> usize {
        self.unsent_bytes
    }

    /// Hands one message to the task, when that has a connection for it. Safe to cancel.
    pub(in crate::io) async fn send(&mut self) -> Result<(), Error> {
        let place = self.sender.reserve().await.map_err(|_| Error::Closed)?;
        if let Some(post) = self.unsent.pop_front() {
            self.unsent_bytes -= post.body.len();
            place.send(post);
        }
        Ok(())
    }
}

/// A connection on which one request at a time can be made.
struct Connection {
    requests: SendRequest<Full<Bytes>>,
    host: header::HeaderValue,
}

async fn connect(config: &Config) -> Result<Connection, Error> {
    let failed = |error: hyper::Error| CarrierError::Http(error.into());
    let Opened { stream, host } = open::stream(config, &mut None).await?;
    let host = header::HeaderValue::try_from(&host).map_err(|_| CarrierError::Name { name: host })?;
    let (requests, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    // it ends with the last request, or when the sender is dropped
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "an HTTP connection ended");
        }
    });
    Ok(Connection { requests, host })
}

struct Pool {
    config: Arc<Config>,
    path: Arc<str>,
    idle: Vec<Connection>,
    busy: JoinSet<Result<(Answer, Connection), Error>>,
    answers: mpsc::Sender<Result<Answer, Error>>,
}

impl Pool {
    async fn run(mut self, mut posts: mpsc::Receiver<Post>) {
        loop {
            tokio::select! {
                post = posts.recv(), if self.busy.len() < MAX_HTTP_CONNECTIONS => match post {
                    Some(post) => self.begin(post),
                    None => return,
                },
                Some(done) = self.busy.join_next() => {
                    let answer = match done {
                        Ok(Ok((answer, connection))) => {
                            self.idle.push(connection);
                            Ok(answer)
                        }
                        Ok(Err(error)) => Err(error),
                        Err(_) => Err(Error::Closed),
                    };
                    if self.answers.send(answer).await.is_err() {
                        return;
                    }
                }
                else => return,
            }
        }
    }

    fn begin(&mut self, post: Post) {
        // one that the server has closed meanwhile is of no use
        self.idle.retain(|connection| !connection.requests.is_closed());
        let (idle, config, path) = (self.idle.pop(), Arc::clone(&self.config), Arc::clone(&self.path));
        self.busy.spawn(async move {
            let connection = match idle {
                Some(connection) => connection,
                None => connect(&config).await?,
            };
            let after = config.session.http_wait + ANSWER_GRACE;
            timeout(after, request(connection, &path, post))
                .await
                .map_err(|_| CarrierError::Timeout { after })?
        });
    }
}

async fn request(mut connection: Connection, path: &str, post: Post) -> Result<(Answer, Connection), Error> {
    let failed = |error: hyper::Error| CarrierError::Http(error.into());
    connection.requests.ready().await.map_err(failed)?;
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, connection.host.clone())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::new(post.body))
        .map_err(|error| CarrierError::Http(error.into()))?;
    let answer = connection.requests.send_request(request).await.map_err(failed)?;
    let body = read(answer).await?;
    Ok((Answer { body, is_poll: post.is_poll }, connection))
}

/// The message in an answer. A refusal is the number of a transport error, without its sign.
async fn read(answer: Response<body::Incoming>) -> Result<BytesMut, Error> {
    let status = answer.status();
    if status.is_client_error() {
        return Err(TransportError { code: -i32::from(status.as_u16()) }.into());
    }
    if status != StatusCode::OK {
        return Err(CarrierError::HttpStatus { status: status.as_u16() }.into());
    }
    let body = Limited::new(answer.into_body(), MAX_FRAME_BYTES).collect().await;
    Ok(body.map_err(CarrierError::Http)?.to_bytes().into())
}
