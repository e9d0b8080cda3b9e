//! A data centre that listens.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::account::{Account, Accounts};
use crate::centre::DataCentre;
use crate::config::Config;
use crate::connection;
use crate::entropy::Entropy;
use crate::event::{EventSink, Events};
use crate::fault::{Fault, FaultRule, MethodName, Script};
use crate::handshake::{DcIdentity, Handshakes};
use crate::key::RsaKey;
use crate::keys::KeyStore;
use crate::limits::{ACCEPT_PAUSE, MAX_CONNECTIONS};
use crate::mtproxy::Front;
use crate::truth::Truth;

/// A running data centre. It stops when it is dropped or [shut down](Self::shutdown).
pub struct Server {
    centre: Arc<DataCentre>,
    truth: Arc<Truth>,
    stop: watch::Sender<bool>,
    mtproxy_address: Option<SocketAddr>,
    accepting: Vec<JoinHandle<()>>,
}

/// A server that cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The operating system has no randomness to give.
    #[error("no randomness from the operating system: {0}")]
    Entropy(getrandom::Error),
    /// A fault waits for a method that this server does not have.
    #[error("a fault waits for `{method}`, which this server does not have")]
    UnknownMethod {
        /// The method.
        method: String,
    },
    /// The phone number of the configuration is not one.
    #[error("the phone number must be 7 to 15 digits")]
    Phone,
    /// The preparation was interrupted: the runtime is shutting down.
    #[error("the runtime is shutting down")]
    Interrupted,
}

impl Server {
    /// Prepares an account and listens.
    ///
    /// # Errors
    /// [`BindError`]: what cannot be had, or which part of the configuration is wrong.
    pub async fn bind(config: Config) -> Result<Self, BindError> {
        check(&config)?;
        let address = config.listen;
        let listen = |source| BindError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        // the proxy is on a port of its own
        let proxy_listen = SocketAddr::new(address.ip(), 0);
        let address = listener.local_addr().map_err(listen)?;
        let front = config.mtproxy_secret.clone().map(|secret| Front::new(secret, named_dc_id(&config)));
        let proxy = match front {
            Some(front) => Some((TcpListener::bind(proxy_listen).await.map_err(listen)?, Arc::new(front))),
            None => None,
        };
        let mtproxy_address = proxy.as_ref().map(|(listener, _)| listener.local_addr());
        let mtproxy_address = mtproxy_address.transpose().map_err(listen)?;
        // primes, PBKDF2 and a large book take their time: not on a thread that serves others
        let prepared = tokio::task::spawn_blocking(move || prepare(config, address));
        let (centre, truth) = prepared.await.map_err(|_| BindError::Interrupted)??;
        let centre = Arc::new(centre);
        let (stop, stopped) = watch::channel(false);
        let mut accepting = vec![tokio::spawn(accept(listener, Arc::clone(&centre), None, stopped.clone()))];
        if let Some((listener, front)) = proxy {
            accepting.push(tokio::spawn(accept(listener, Arc::clone(&centre), Some(front), stopped)));
        }
        Ok(Self { centre, truth: Arc::new(truth), stop, mtproxy_address, accepting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.centre.address
    }

    /// Where its MTProxy listens, if the configuration has a secret for one.
    pub fn mtproxy_address(&self) -> Option<SocketAddr> {
        self.mtproxy_address
    }

    /// The public key that clients must know, as PEM text (PKCS#1, `BEGIN RSA PUBLIC KEY`).
    pub fn public_key_pem(&self) -> String {
        self.centre.rsa.to_public_pem()
    }

    /// What the account is served.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// The login code of the account.
    pub fn login_code(&self) -> String {
        let account = self.centre.accounts.by_phone(&self.truth.account.phone);
        account.map(|account| account.code.clone()).unwrap_or_default()
    }

    /// What happens from now on.
    pub fn events(&self) -> Events {
        self.centre.events.subscribe()
    }

    /// Adds a fault to the script of a running server.
    ///
    /// # Errors
    /// [`BindError::UnknownMethod`].
    pub fn add_fault(&self, rule: impl Into<FaultRule>) -> Result<(), BindError> {
        let rule = rule.into();
        check_fault(&rule.fault)?;
        self.centre.faults.add(rule);
        Ok(())
    }

    /// Closes every connection and stops to listen; returns when that is done.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        for accepting in std::mem::take(&mut self.accepting) {
            // the task neither panics nor is it cancelled
            let _ended = accepting.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address()).finish_non_exhaustive()
    }
}

fn check(config: &Config) -> Result<(), BindError> {
    let phone = &config.phone;
    if !(7..=15).contains(&phone.len()) || !phone.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BindError::Phone);
    }
    config.faults.iter().try_for_each(|rule| check_fault(&rule.fault))
}

/// The data centre's number as clients name it: test data centres are 10,000 higher.
fn named_dc_id(config: &Config) -> i32 {
    if config.test_mode { config.dc_id.saturating_add(10_000) } else { config.dc_id }
}

fn check_fault(fault: &Fault) -> Result<(), BindError> {
    match fault.method() {
        Some(MethodName::Is(name)) if !crate::api::knows(name) => {
            Err(BindError::UnknownMethod { method: name.clone() })
        }
        _ => Ok(()),
    }
}

fn prepare(config: Config, address: SocketAddr) -> Result<(DataCentre, Truth), BindError> {
    let mut entropy = Entropy::from_system().map_err(BindError::Entropy)?;
    let account = Account::new(&config, &mut entropy);
    let truth = Truth::new(config.seed, &account.profile, account.password.is_some(), &account.book);
    let rsa = config.key.unwrap_or_else(|| RsaKey::generate(&mut entropy));
    let centre = DataCentre {
        identity: DcIdentity { id: config.dc_id, test_mode: config.test_mode },
        address,
        rsa,
        keys: KeyStore::default(),
        handshakes: Mutex::new(Handshakes::default()),
        accounts: Accounts::new([Arc::new(account)]),
        faults: Script::new(config.faults),
        events: EventSink::new(),
        entropy: Mutex::new(entropy),
    };
    Ok((centre, truth))
}

/// Takes connections until the server stops.
async fn accept(
    listener: TcpListener,
    centre: Arc<DataCentre>,
    front: Option<Arc<Front>>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    let mut next_id = 0_u64;
    loop {
        tokio::select! {
            () = until(&mut stopped) => break,
            // finished ones are taken off the set
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => {
                let Some(stream) = admit(accepted, connections.len()).await else { continue };
                next_id += 1;
                connections.spawn(connection::serve(next_id, stream, Arc::clone(&centre), front.clone()));
            }
        }
    }
    connections.shutdown().await;
}

/// Waits for the order to stop; a server that was dropped has given it too.
async fn until(stopped: &mut watch::Receiver<bool>) {
    let _ordered = stopped.wait_for(|stop| *stop).await.is_ok();
}

async fn admit(accepted: io::Result<(TcpStream, SocketAddr)>, connected: usize) -> Option<TcpStream> {
    match accepted {
        Ok((stream, _)) if connected < MAX_CONNECTIONS => {
            // small messages go out at once; without it a client waits for the kernel
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY");
            }
            Some(stream)
        }
        Ok(_) => {
            tracing::warn!("more than {MAX_CONNECTIONS} connections");
            None
        }
        // the client was gone before it was taken, or there are no descriptors: neither ends the server
        Err(error) => {
            tracing::debug!(%error, "accept");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}
