//! A process full of data centres that listens.

mod accept;
mod doors;
mod prepare;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::admin;
use crate::centre::DataCentre;
use crate::config::Config;
use crate::connection::{self, Entrance};
use crate::control::{Control, ControlError};
use crate::door::Door;
use crate::event::Events;
use crate::fault::FaultRule;
use crate::limits::{MAX_ACCOUNTS, MAX_DCS};
use crate::mtproxy::Front;
use crate::store::{Keeper, StoreError};
use crate::truth::Truth;
use doors::Doors;
#[cfg(feature = "web")]
pub use doors::WebDoors;
use prepare::Prepared;

/// A running server: one data centre, or several. It stops when it is dropped or [shut down](Self::shutdown).
pub struct Server {
    control: Control,
    truth: Arc<Truth>,
    mtproxy_address: Option<SocketAddr>,
    #[cfg(feature = "web")]
    web: BTreeMap<i32, WebDoors>,
    admin_address: Option<SocketAddr>,
    accepting: Vec<JoinHandle<()>>,
    keeper: Option<Keeper>,
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
    /// A fault of the configuration waits for a method that this server does not have.
    #[error(transparent)]
    Fault(#[from] ControlError),
    /// The phone number of the configuration is not one.
    #[error("the phone number must be 7 to 15 digits")]
    Phone,
    /// There can be no such number of accounts.
    #[error(
        "there can be 1 to {MAX_ACCOUNTS} accounts, whose numbers have as many digits as the first one's; not {accounts}"
    )]
    Accounts {
        /// How many there were to be.
        accounts: usize,
    },
    /// The file with the state of the server.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The numbers of the data centres do not fit together.
    #[error("data centre {dc_id} is none of 1 to {dcs}, of which there may be {MAX_DCS} at the most")]
    Dcs {
        /// The number that names none.
        dc_id: i32,
        /// How many there were to be.
        dcs: usize,
    },
    /// Commands would be taken from other machines.
    #[error("the admin socket may listen on the loopback interface only, not on {address}")]
    AdminNotLoopback {
        /// Where it was to listen.
        address: SocketAddr,
    },
    /// A certificate for TLS cannot be made.
    #[cfg(feature = "web")]
    #[error("no certificate: {reason}")]
    Certificate {
        /// Why.
        reason: String,
    },
    /// The preparation was interrupted: the runtime is shutting down.
    #[error("the runtime is shutting down")]
    Interrupted,
}

impl Server {
    /// Prepares the accounts and listens.
    ///
    /// # Errors
    /// [`BindError`]: what cannot be had, or which part of the configuration is wrong.
    pub async fn bind(config: Config) -> Result<Self, BindError> {
        prepare::check(&config)?;
        let home = listen(config.listen).await?;
        let mut dcs = vec![(config.dc_id, home)];
        for id in prepare::other_dcs(&config) {
            dcs.push((id, listen(SocketAddr::new(config.listen.ip(), 0)).await?));
        }
        let doors = Doors::open(&config).await?;
        let admin = match config.admin {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let addresses = dcs.iter().map(|(id, (_, address))| (*id, *address)).collect();
        let mtproxy_secret = config.mtproxy_secret.clone();
        let max_connections = config.max_connections;
        // primes, PBKDF2 and a large book take their time: not on a thread that serves others
        let prepared = tokio::task::spawn_blocking(move || prepare::prepare(config, addresses));
        let Prepared { home, others, truth, keeper } =
            prepared.await.map_err(|_| BindError::Interrupted)??;
        let control = Control::new(Arc::clone(&home));
        let admin_address = admin.as_ref().map(|(_, address)| *address);
        let accepting = |listener, centre: &Arc<DataCentre>, door| {
            tokio::spawn(accept::accept(
                listener,
                Arc::clone(centre),
                door,
                control.orders(),
                max_connections,
            ))
        };
        let centres = || std::iter::once(&home).chain(&others);
        let open = dcs.into_iter().map(|(id, (listener, _))| (listener, id, Door::Tcp)).chain(doors.open);
        let at = |dc_id| centres().find(|centre| centre.identity.id == dc_id).unwrap_or(&home);
        let mut tasks =
            open.map(|(listener, dc_id, door)| accepting(listener, at(dc_id), door)).collect::<Vec<_>>();
        let mtproxy_address = doors.mtproxy.as_ref().map(|(_, address)| *address);
        tasks.extend(doors.mtproxy.zip(mtproxy_secret).map(|((listener, _), secret)| {
            let front = Front::new(secret, centres().cloned());
            accepting(listener, &home, Door::Mtproxy(Arc::new(front)))
        }));
        tasks.extend(admin.map(|(listener, _)| tokio::spawn(admin::serve(listener, control.clone()))));
        tasks.extend(keeper.clone().map(|keeper| tokio::spawn(keeper.run(control.orders()))));
        Ok(Self {
            control,
            truth: Arc::new(truth),
            mtproxy_address,
            #[cfg(feature = "web")]
            web: doors.web,
            admin_address,
            accepting: tasks,
            keeper,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.control.home_address()
    }

    /// Serves a client at the other end of a stream that is no socket: a pipe in memory, or a tunnel. It is served until
    /// the stream ends or the server stops.
    pub fn serve_stream(&self, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) {
        let (home, control) = (self.control.shared_home(), self.control.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = connection::serve(accept::next_id(), stream, home, Entrance::Open) => {}
                () = control.stopped() => {}
            }
        });
    }

    /// Where each of its data centres listens.
    pub fn addresses(&self) -> &BTreeMap<i32, SocketAddr> {
        &self.control.home().cloud.addresses
    }

    /// Where its MTProxy listens, if the configuration has a secret for one.
    pub fn mtproxy_address(&self) -> Option<SocketAddr> {
        self.mtproxy_address
    }

    /// The number of its home data centre.
    pub fn dc_id(&self) -> i32 {
        self.control.home().identity.id
    }

    /// Where each of its data centres listens for the carriers of browsers, and whose certificates they must trust.
    #[cfg(feature = "web")]
    pub fn web(&self) -> &BTreeMap<i32, WebDoors> {
        &self.web
    }

    /// Where it takes commands, if the configuration says so ([`admin`](crate::admin)).
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin_address
    }

    /// What can be done to it while it runs.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// The public key that clients must know, as PEM text (PKCS#1, `BEGIN RSA PUBLIC KEY`).
    pub fn public_key_pem(&self) -> String {
        self.control.home().rsa.to_public_pem()
    }

    /// What the account is served.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// The login code of the account.
    pub fn login_code(&self) -> String {
        let account = self.control.account(&self.truth.account.phone);
        account.map(|account| account.code.clone()).unwrap_or_default()
    }

    /// What happens from now on.
    pub fn events(&self) -> Events {
        self.control.events()
    }

    /// Adds a fault to the script of a running server.
    ///
    /// # Errors
    /// [`ControlError::UnknownMethod`].
    pub fn add_fault(&self, rule: impl Into<FaultRule>) -> Result<(), ControlError> {
        self.control.add_fault(rule)
    }

    /// Closes every connection and stops to listen; returns when that is done.
    pub async fn shutdown(mut self) {
        self.control.stop();
        for accepting in std::mem::take(&mut self.accepting) {
            // the task neither panics nor is it cancelled
            let _ended = accepting.await;
        }
        // the connections are gone: this is how it ends
        if let Some(keeper) = &self.keeper {
            keeper.write_now().await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.control.stop();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address()).finish_non_exhaustive()
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), BindError> {
    let failed = |source| BindError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}
