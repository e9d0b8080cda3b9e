//! The server on a loopback port, with a script for each connection.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use mtproto::crypto::{AuthKey, Ctr};
use mtproto::frame::{Decoded, Decoder, Encoder, Frame, FrameKind};
use mtproto::handshake::plain;
use mtproto::schema::{functions, types};
use tl_codec::Constructor as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;

use crate::recorded::Seeded;
use crate::server::binding::Standing;
use crate::server::keys::KeyServer;
use crate::server::peer::{Peer, Serve};

/// What happens on a connection.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// All that a server does.
    Serve,
    /// The same, until so many bytes were sent; then the connection is closed.
    ServeUntil(usize),
    /// The same, until so many bytes were read.
    ReadUntil(usize),
    /// Everything is read and nothing answered.
    Silence,
    /// These bytes are sent in place of the first answer.
    Say(Vec<u8>),
    /// The connection is closed when the first message has arrived.
    Close,
}

/// An address where nobody listens, as long as the socket lives.
pub(crate) fn refusing() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// What the connections share.
pub(crate) struct State {
    pub(crate) peer: Option<Peer>,
    pub(crate) connections: usize,
    pub(crate) open: usize,
    serve: Option<Serve>,
}

impl State {
    /// What the connections to a server share that makes keys, or knows one already.
    pub(crate) fn new(key: Option<AuthKey>, serve: Serve) -> Arc<Mutex<Self>> {
        let (peer, serve) = match key {
            Some(key) => (Some(Peer::new(key, 5, serve)), None),
            None => (None, Some(serve)),
        };
        Arc::new(Mutex::new(Self { peer, connections: 0, open: 0, serve }))
    }

    /// Counts a connection: what happens on it. The last act is for all further ones.
    fn connected(&mut self, acts: &[Act]) -> Act {
        self.connections += 1;
        self.open += 1;
        if let Some(peer) = &mut self.peer {
            peer.connected();
        }
        acts[(self.connections - 1).min(acts.len() - 1)].clone()
    }

    /// Keeps a key that was made. Its salt is taken for all: no older key is used any more.
    fn keep(&mut self, key: AuthKey, made: &KeyServer) {
        let salt = made.first_salt();
        if let Some(peer) = &mut self.peer {
            let is_temporary = made.inner_id == types::PQInnerDataTempDc::ID;
            let standing = if is_temporary { Standing::Unbound } else { Standing::Permanent };
            peer.keys.insert(key, standing);
            peer.salt = salt;
        } else {
            let serve = self.serve.take().expect("the first key is made once");
            self.peer = Some(Peer::new(key, salt, serve));
        }
    }
}

pub(crate) struct TcpServer {
    pub(crate) address: SocketAddr,
    pub(crate) state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Drop for TcpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl TcpServer {
    /// Starts a server that makes keys, or knows one already.
    pub(crate) async fn start(kind: FrameKind, key: Option<AuthKey>, acts: Vec<Act>, serve: Serve) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = State::new(key, serve);
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                serve_stream(stream, kind, &acts, &shared);
            }
        });
        Self { address, state, task }
    }

    /// An echo that makes keys.
    pub(crate) async fn echo(kind: FrameKind, acts: Vec<Act>) -> Self {
        Self::start(kind, None, acts, Box::new(<[u8]>::to_vec)).await
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    pub(crate) fn done(&self) -> Vec<Vec<u8>> {
        self.state.lock().unwrap().peer.as_ref().map(|peer| peer.done().to_vec()).unwrap_or_default()
    }
}

/// Does on a connection what its act says.
pub(crate) fn serve_stream<S>(stream: S, kind: FrameKind, acts: &[Act], shared: &Arc<Mutex<State>>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let act = shared.lock().unwrap().connected(acts);
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        // a client that goes away is no fault of the server
        let _ = serve_connection(stream, kind, act, &shared).await;
        shared.lock().unwrap().open -= 1;
    });
}

async fn serve_connection(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    kind: FrameKind,
    act: Act,
    shared: &Mutex<State>,
) -> std::io::Result<()> {
    let mut streams = accept_stream(&mut stream, kind).await?;
    let (mut decoder, mut encoder) = (Decoder::new(kind), Encoder::without_tag(kind));
    let mut keys = KeyServer::new();
    keys.server_time = i32::try_from(unix_now().as_secs()).unwrap();
    let mut random = Seeded::new(3);
    let mut room = if let Act::ServeUntil(bytes) = act { bytes } else { usize::MAX };
    let mut unread = if let Act::ReadUntil(bytes) = act { bytes } else { usize::MAX };
    loop {
        let frame = loop {
            match decoder.decode().unwrap() {
                Decoded::Frame(Frame::Message(frame)) => break frame,
                Decoded::Frame(other) => panic!("a client sends messages, not {other:?}"),
                Decoded::Incomplete { .. } => {}
            }
            if unread == 0 {
                return Ok(());
            }
            let known = decoder.buffer_mut().len();
            if stream.read_buf(decoder.buffer_mut()).await? == 0 {
                return Ok(());
            }
            let fresh = decoder.buffer_mut().len() - known;
            // what stands behind the cut has not arrived
            decoder.buffer_mut().truncate(known + fresh.min(unread));
            unread -= fresh.min(unread);
            if let Some((from_client, _)) = &mut streams {
                from_client.apply(&mut decoder.buffer_mut()[known..]);
            }
        };
        match &act {
            Act::Silence => continue,
            Act::Close => return Ok(()),
            Act::Say(bytes) => {
                stream.write_all(bytes).await?;
                continue;
            }
            Act::Serve | Act::ServeUntil(_) | Act::ReadUntil(_) => {}
        }
        let Some(answer) = answer(&mut keys, shared, &frame) else { continue };
        let mut wire = Vec::new();
        encoder.encode(&answer, false, &mut random, &mut wire).unwrap();
        if let Some((_, to_client)) = &mut streams {
            to_client.apply(&mut wire);
        }
        let sent = wire.len().min(room);
        stream.write_all(&wire[..sent]).await?;
        room -= sent;
        if sent < wire.len() {
            return Ok(());
        }
    }
}

/// Reads what opens the connection: a tag, or the init of an obfuscated one (from the client, to the client).
async fn accept_stream(
    stream: &mut (impl AsyncRead + Unpin),
    kind: FrameKind,
) -> std::io::Result<Option<(Ctr, Ctr)>> {
    let mut head = vec![0; kind.tag().len()];
    stream.read_exact(&mut head).await?;
    if head == kind.tag() {
        return Ok(None);
    }
    let mut init: [u8; 64] = std::array::from_fn(|at| head.get(at).copied().unwrap_or(0));
    stream.read_exact(&mut init[head.len()..]).await?;
    let ctr = |init: &[u8; 64]| Ctr::new(init[8..40].try_into().unwrap(), init[40..56].try_into().unwrap());
    let mut from_client = ctr(&init);
    let mut plain = init;
    from_client.apply(&mut plain);
    assert_eq!(plain[56..60], kind.tag().repeat(4)[..4]);
    init.reverse();
    Ok(Some((from_client, ctr(&init))))
}

fn answer(keys: &mut KeyServer, shared: &Mutex<State>, frame: &[u8]) -> Option<Vec<u8>> {
    let mut state = shared.lock().unwrap();
    if frame[..8] != [0; 8] {
        return state.peer.as_mut()?.handle(unix_now(), frame);
    }
    let body = &frame[20..];
    let body = match u32::from_le_bytes(body[..4].try_into().unwrap()) {
        functions::ReqPqMulti::ID => keys.res_pq(body),
        functions::ReqDhParams::ID => keys.server_dh_params(body),
        functions::SetClientDhParams::ID => {
            let (body, key) = keys.dh_gen(body);
            state.keep(key, keys);
            body
        }
        other => panic!("{other:08x} is no step of the key exchange"),
    };
    // real servers append random bytes and count them
    let body = [&body[..], &[0x99; 24]].concat();
    Some(plain::wrap((i64::try_from(unix_now().as_secs()).unwrap() << 32) | 1, &body))
}

#[expect(clippy::disallowed_methods, reason = "a server over real sockets lives in real time")]
pub(crate) fn unix_now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap()
}
