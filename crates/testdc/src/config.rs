//! What a server is started with.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use tl_codec::Redacted;

use crate::code_type::CodeType;
use crate::fault::FaultRule;
use crate::key::RsaKey;
use crate::limits::MAX_CONNECTIONS;
use crate::mtproxy::MtproxySecret;

/// What a server serves, and how.
///
/// ```
/// let config = testdc::Config { contacts: 500, saved_only: 20, ..testdc::Config::default() };
/// assert_eq!(config.phone, "9996621234");
/// ```
#[derive(Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The seed of the address book.
    pub seed: u64,
    /// Contacts with an account.
    pub contacts: usize,
    /// Saved numbers without an account.
    pub saved_only: usize,
    /// How many accounts there are. The numbers of the further ones follow the first one's, each has an address book of its
    /// own, from the seed that follows, and all of them share code and password.
    pub accounts: usize,
    /// How many of them, from the last one back, have nobody in their address book.
    pub empty_accounts: usize,
    /// The first account's number, digits only.
    pub phone: String,
    /// Its login code; if not given, that of Telegram's test numbers (99966XYYYY: XXXXX).
    pub code: Option<String>,
    /// How codes are sent: first, and each time that the client asks for another way.
    pub code_types: Vec<CodeType>,
    /// Seconds after which clients may ask for the next way.
    pub code_timeout_secs: u32,
    /// Seconds for which a code is good.
    pub code_lifetime_secs: u32,
    /// Its two-step verification password, if it has one.
    pub password: Option<String>,
    /// The number of the data centre.
    pub dc_id: i32,
    /// Whether it is one of the test data centres, which clients name in the key exchange by a number 10,000 higher.
    pub test_mode: bool,
    /// The RSA key; a new one if not given.
    pub key: Option<RsaKey>,
    /// The file that keeps the state of the server. What it holds goes before the rest of the configuration; accounts that
    /// it does not hold are made. Nothing is kept if not given.
    pub store: Option<PathBuf>,
    /// Whether there is an MTProxy in front, on a port of its own, and its secret.
    pub mtproxy_secret: Option<MtproxySecret>,
    /// How many data centres there are, numbered from 1; they share the key and everything else. Each but `dc_id` is on a
    /// free port of the same interface. With 1 there is `dc_id` alone, whatever its number.
    pub dcs: usize,
    /// Where the account lives, if not at `dc_id`: elsewhere its owner is told to go there.
    pub account_dc: Option<i32>,
    /// The data centre that is nearest to every client, if there is one: whoever wants to log in elsewhere is sent there
    /// first.
    pub network_dc: Option<i32>,
    /// How many seconds a token for the login by QR code is good for.
    pub login_token_secs: u32,
    /// Where to take commands, on the loopback interface; nowhere if not given.
    pub admin: Option<SocketAddr>,
    /// How many connections each port serves at one time; further ones are closed at once.
    pub max_connections: usize,
    /// Whether a login whose calls come over two connections by turns is ended: `406 AUTH_KEY_DUPLICATED`, as Telegram
    /// does it.
    pub ends_duplicates: bool,
    /// How many seconds the first takeout of a key has to wait, unless its owner allows it before; none: not at all.
    pub takeout_delay_secs: Option<u32>,
    /// Where to listen for the carriers of browsers.
    #[cfg(feature = "web")]
    pub web: Web,
    /// What goes wrong.
    pub faults: Vec<FaultRule>,
}

/// Where a server listens for the carriers of browsers; port 0 takes a free one, no address is no such port. Data centres
/// beside the home one listen on free ports of the same interface.
#[cfg(feature = "web")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Web {
    /// WebSockets at `/apiws`.
    pub ws: Option<SocketAddr>,
    /// WebSockets in TLS, with a certificate that is made at the start.
    pub wss: Option<SocketAddr>,
    /// HTTP requests at `/api`.
    pub http: Option<SocketAddr>,
    /// HTTP requests in TLS.
    pub https: Option<SocketAddr>,
}

impl Default for Config {
    /// An account with 200 contacts and 40 other numbers on a free port of the loopback interface.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 1,
            contacts: 200,
            saved_only: 40,
            accounts: 1,
            empty_accounts: 0,
            phone: "9996621234".to_owned(),
            code: None,
            code_types: vec![CodeType::App, CodeType::Sms, CodeType::Call],
            code_timeout_secs: 60,
            code_lifetime_secs: 300,
            password: None,
            dc_id: 2,
            test_mode: false,
            key: None,
            store: None,
            mtproxy_secret: None,
            dcs: 1,
            account_dc: None,
            network_dc: None,
            login_token_secs: 30,
            admin: None,
            max_connections: MAX_CONNECTIONS,
            ends_duplicates: false,
            takeout_delay_secs: None,
            #[cfg(feature = "web")]
            web: Web::default(),
            faults: Vec::new(),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Config");
        #[cfg(feature = "web")]
        debug.field("web", &self.web);
        debug
            .field("listen", &self.listen)
            .field("seed", &self.seed)
            .field("contacts", &self.contacts)
            .field("saved_only", &self.saved_only)
            .field("accounts", &self.accounts)
            .field("empty_accounts", &self.empty_accounts)
            .field("phone", &Redacted)
            .field("code", &self.code.as_ref().map(|_| Redacted))
            .field("code_types", &self.code_types)
            .field("code_timeout_secs", &self.code_timeout_secs)
            .field("code_lifetime_secs", &self.code_lifetime_secs)
            .field("password", &self.password.as_ref().map(|_| Redacted))
            .field("dc_id", &self.dc_id)
            .field("test_mode", &self.test_mode)
            .field("key", &self.key)
            .field("store", &self.store)
            .field("mtproxy_secret", &self.mtproxy_secret)
            .field("dcs", &self.dcs)
            .field("account_dc", &self.account_dc)
            .field("network_dc", &self.network_dc)
            .field("login_token_secs", &self.login_token_secs)
            .field("admin", &self.admin)
            .field("max_connections", &self.max_connections)
            .field("ends_duplicates", &self.ends_duplicates)
            .field("takeout_delay_secs", &self.takeout_delay_secs)
            .field("faults", &self.faults)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_in_debug_output() {
        let config = Config {
            code: Some("code-text".to_owned()),
            password: Some("password-text".to_owned()),
            ..Config::default()
        };
        let text = format!("{config:?}");
        assert!(
            ["9996621234", "code-text", "password-text"].iter().all(|secret| !text.contains(secret)),
            "{text}"
        );
    }
}
