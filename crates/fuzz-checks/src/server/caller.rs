//! A client of testdc: mtproto's sans-IO core over a socket of the standard library.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use mtproto::Now;
use mtproto::crypto::RsaPublicKey;
use mtproto::frame::{Decoded, Decoder, Encoder, Frame, FrameKind};
use mtproto::handshake::{DhGen, Established, KeyUse, Parameters, plain, start};
use mtproto::session::{CallError, CallId, Config, Event, Resume, Session};
use testdc::Server;
use tl_api::{enums, functions as f};
use tl_codec::{Decode, Encode};
use tokio::runtime::Runtime;

/// Telegram's form of a test number; its code follows from it.
pub(super) const PHONE: &str = "9996621234";
const CODE: &str = "22222";
const DC_ID: i32 = 2;
/// A server that is silent for so long has lost the request.
const PATIENCE: Duration = Duration::from_secs(20);

/// A data centre with one account, and a key that is logged in.
pub(super) struct Account {
    server: Server,
    key: Established,
    /// The server lives in it.
    _runtime: Runtime,
}

impl Account {
    pub(super) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let config =
            testdc::Config { contacts: 20, saved_only: 5, phone: PHONE.into(), ..Default::default() };
        let server = runtime.block_on(Server::bind(config)).expect("a server");
        let rsa_key = RsaPublicKey::from_pem(&server.public_key_pem()).expect("its key");
        let key = Socket::connect(server.address()).exchange(rsa_key);
        Self { server, key, _runtime: runtime }
    }
}

/// A connection with a session of its own.
pub(super) struct Caller {
    socket: Socket,
    session: Session,
}

impl Caller {
    /// Connects and says who it is; logs in if the last one has logged out.
    pub(super) fn connect(account: &mut Account) -> Self {
        let mut resume = Resume::new(account.key.auth_key.clone(), account.key.server_salt);
        resume.clock_is_fresh = true;
        let session = Session::new(Config::default(), resume, &mut random);
        let mut caller = Self { socket: Socket::connect(account.server.address()), session };
        caller.session.handle_connected(now());
        let init = f::InitConnection {
            api_id: 1,
            device_model: "fuzz".into(),
            system_version: "1".into(),
            app_version: "1".into(),
            system_lang_code: "en".into(),
            lang_code: "en".into(),
            query: f::help::GetNearestDc,
            ..Default::default()
        };
        let hello = f::InvokeWithLayer { layer: tl_api::LAYER, query: init };
        caller.ask(vec![hello.to_bytes()]).remove(0).expect("anybody may ask this");
        if caller.ask(vec![f::updates::GetState.to_bytes()])[0].is_err() {
            caller.log_in();
        }
        account.key.server_salt = caller.session.server_salt();
        caller
    }

    fn log_in(&mut self) {
        let api_hash = "0".repeat(32);
        let ask = f::auth::SendCode { phone_number: PHONE.into(), api_id: 1, api_hash, ..Default::default() };
        let answer = self.ask(vec![ask.to_bytes()]).remove(0).expect("a code is sent");
        let Ok(enums::auth::SentCodeRef::SentCode(sent)) = Decode::from_bytes(&answer) else {
            panic!("auth.sentCode")
        };
        let sign_in = f::auth::SignIn {
            phone_number: PHONE.into(),
            phone_code_hash: sent.phone_code_hash.to_str_lossy().into_owned(),
            phone_code: Some(CODE.into()),
            ..Default::default()
        };
        self.ask(vec![sign_in.to_bytes()]).remove(0).expect("the code is right");
    }

    /// Sends requests together and waits for every answer.
    pub(super) fn ask(&mut self, requests: Vec<Vec<u8>>) -> Vec<Result<Bytes, CallError>> {
        let calls: Vec<CallId> = requests
            .into_iter()
            .map(|body| self.session.request(body.into()).expect("whole words"))
            .collect();
        let mut answers = BTreeMap::new();
        let deadline = Instant::now() + PATIENCE;
        loop {
            while let Some(envelope) = self.session.poll_transmit(now(), &mut random) {
                self.socket.send(&envelope);
            }
            while let Some(event) = self.session.poll_event() {
                if let Event::Answer { call, result } = event {
                    let at = calls.iter().position(|known| *known == call).expect("one of the calls");
                    answers.insert(at, result);
                }
            }
            if answers.len() == calls.len() {
                return answers.into_values().collect();
            }
            assert!(Instant::now() < deadline, "{} of {} answers", answers.len(), calls.len());
            let frame = self.socket.receive();
            self.session.handle_frame(now(), frame).expect("testdc keeps the protocol");
        }
    }
}

/// Frames over a socket.
struct Socket {
    stream: TcpStream,
    encoder: Encoder,
    decoder: Decoder,
}

impl Socket {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("testdc listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_nodelay(true).expect("an option");
        let kind = FrameKind::Intermediate;
        Self { stream, encoder: Encoder::new(kind), decoder: Decoder::new(kind) }
    }

    fn send(&mut self, message: &[u8]) {
        let mut wire = Vec::new();
        self.encoder.encode(message, false, &mut random, &mut wire).expect("a message");
        self.stream.write_all(&wire).expect("testdc reads");
    }

    fn receive(&mut self) -> bytes::BytesMut {
        let mut piece = [0; 16 << 10];
        loop {
            match self.decoder.decode().expect("testdc's frames") {
                Decoded::Frame(Frame::Message(message)) => return message,
                Decoded::Frame(frame) => panic!("{frame:?} instead of a message"),
                Decoded::Incomplete { .. } => {}
            }
            // the fuzzer's clock is a signal, which ends a read that has a limit
            let read = self.stream.read(&mut piece);
            if read.as_ref().is_err_and(|error| error.kind() == ErrorKind::Interrupted) {
                continue;
            }
            let len = read.expect("testdc answers in time");
            assert!(len > 0, "testdc closed the connection");
            self.decoder.feed(&piece[..len]);
        }
    }

    /// Makes a key.
    fn exchange(mut self, rsa_key: RsaPublicKey) -> Established {
        let parameters = Parameters { dc_id: DC_ID, rsa_keys: vec![rsa_key], key_use: KeyUse::Permanent };
        let (state, request) = start(parameters, &mut random);
        let (state, request) = state.handle(&self.plain(&request), &mut random).expect("resPQ");
        let answer = self.plain(&request);
        let (state, request) = state.handle(&answer, now().unix, &mut random).expect("server_DH_params_ok");
        match state.handle(&self.plain(&request), &mut random).expect("dh_gen_ok") {
            DhGen::Done(done) => done,
            DhGen::Retry(..) => panic!("testdc takes the first secret"),
        }
    }

    fn plain(&mut self, request: &[u8]) -> Vec<u8> {
        let unix = i64::try_from(now().unix.as_secs()).expect("this century");
        self.send(&plain::wrap(unix << 32, request));
        plain::unwrap(&self.receive()).expect("a plain message").to_vec()
    }
}

fn now() -> Now {
    let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    Now { monotonic: unix, unix }
}

/// Differs from call to call, which is all that a session of a test needs.
fn random(bytes: &mut [u8]) {
    use std::hash::{BuildHasher as _, RandomState};
    for chunk in bytes.chunks_mut(8) {
        let word = RandomState::new().hash_one(0).to_le_bytes();
        chunk.copy_from_slice(&word[..chunk.len()]);
    }
}
