//! The arguments.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use testdc::{CodeType, Config, FaultRule, MtproxySecret, Web};

/// A local Telegram data centre: real protocol, made-up people.
#[derive(Parser)]
#[command(name = "testdc", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve accounts until Ctrl-C.
    ///
    /// The first line on standard output is the address. Each further line is one event as a JSON object.
    Serve(Box<Serve>),
    /// List the faults that `serve --fault` takes.
    Faults,
}

#[derive(Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Write the public RSA key to this file (PEM, PKCS#1), for clients.
    #[arg(long, value_name = "FILE")]
    pub(crate) public_key_out: Option<PathBuf>,
    /// Write what is served to this file (JSON), for comparison.
    #[arg(long, value_name = "FILE")]
    pub(crate) truth_out: Option<PathBuf>,
    /// Keep the private RSA key in this file; it is made if it is missing. Without it every start has a new key.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Keep the state of the server in this file (accounts, contacts, keys, logins, takeouts), and begin with what is in it.
    /// It is written 100 ms after a change and at the end, as a whole. What it holds goes before the other options.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// The seed of the address book: the same seed, the same people.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Contacts with an account.
    #[arg(long, value_name = "N", default_value_t = 200)]
    contacts: usize,
    /// Saved numbers without an account.
    #[arg(long, value_name = "M", default_value_t = 40)]
    saved_only: usize,
    /// How many accounts there are: each further one has the next number, and an address book from the next seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    accounts: usize,
    /// How many of them, from the last one back, have nobody in their address book.
    #[arg(long, value_name = "N", default_value_t = 0)]
    empty_accounts: usize,
    /// The first account's number, digits only.
    #[arg(long, default_value = "9996621234")]
    phone: String,
    /// The login code; by default that of Telegram's test numbers (99966XYYYY: XXXXX).
    #[arg(long)]
    code: Option<String>,
    /// How codes are sent: first, and each time that the client asks for another way, by the
    /// schema's names: `app`, `sms`, `call`, `flashCall`, `missedCall`, `emailCode`, `setUpEmailRequired`,
    /// `fragmentSms`, `firebaseSms`, `smsWord`, `smsPhrase`.
    #[arg(long, value_name = "TYPE", value_delimiter = ',', default_value = "app,sms,call")]
    code_type: Vec<CodeType>,
    /// When clients may ask for the next way.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    code_timeout: u32,
    /// How long a code is good for.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    code_lifetime: u32,
    /// A two-step verification password.
    #[arg(long)]
    password: Option<String>,
    /// The number of the data centre.
    #[arg(long, default_value_t = 2)]
    dc_id: i32,
    /// Be a test data centre: clients name it DC + 10000 in the key exchange.
    #[arg(long)]
    test_mode: bool,
    /// Have an MTProxy in front, on a free port that an event tells: 32 hexadecimal digits, `dd` and 32 digits, or `ee`,
    /// 32 digits and a domain in hexadecimal.
    #[arg(long, value_name = "HEX")]
    mtproxy_secret: Option<MtproxySecret>,
    /// How many data centres there are, numbered from 1; an event tells where they are.
    #[arg(long, value_name = "N", default_value_t = 1)]
    dcs: usize,
    /// The data centre where the account lives; by default --dc-id. Elsewhere its owner is sent there.
    #[arg(long, value_name = "N")]
    account_dc: Option<i32>,
    /// The nearest data centre: whoever wants to log in elsewhere is sent there first.
    #[arg(long, value_name = "N")]
    network_dc: Option<i32>,
    /// How long a token for the login by QR code is good for.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    login_token_lifetime: u32,
    /// Take commands at this address of the loopback interface: a JSON object a line. An event tells where; port 0 takes a
    /// free one.
    #[arg(long, value_name = "ADDRESS")]
    admin: Option<SocketAddr>,
    /// End a login whose calls come over two connections by turns: `406 AUTH_KEY_DUPLICATED`, as Telegram does it.
    #[arg(long)]
    end_duplicates: bool,
    /// The first takeout of each key has to wait so long, unless the command `allow_takeout` ends the wait.
    #[arg(long, value_name = "SECONDS")]
    takeout_delay: Option<u32>,
    /// Listen here for WebSockets too (path /apiws, subprotocol `binary`); an event tells the port.
    #[arg(long, value_name = "ADDRESS")]
    ws: Option<SocketAddr>,
    /// The same in TLS, with a new certificate for `localhost`, `127.0.0.1` and `::1`.
    #[arg(long, value_name = "ADDRESS")]
    wss: Option<SocketAddr>,
    /// Listen here for HTTP requests too (path /api, long polling).
    #[arg(long, value_name = "ADDRESS")]
    http: Option<SocketAddr>,
    /// The same in TLS.
    #[arg(long, value_name = "ADDRESS")]
    https: Option<SocketAddr>,
    /// Write the authority that signed the certificate to this file (PEM), for clients.
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_ca_out: Option<PathBuf>,
    /// Say on standard error what happens and why clients are refused; twice: everything.
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Something to do wrong, `NAME[=ARGUMENTS][*TIMES]`; may be repeated. `testdc faults` lists them.
    #[arg(long = "fault", value_name = "SPEC")]
    faults: Vec<FaultRule>,
}

impl Serve {
    /// The server's configuration, without the key, which is in a file.
    pub(crate) fn config(&self) -> Config {
        Config {
            listen: self.listen,
            seed: self.seed,
            contacts: self.contacts,
            saved_only: self.saved_only,
            accounts: self.accounts,
            empty_accounts: self.empty_accounts,
            phone: self.phone.clone(),
            code: self.code.clone(),
            code_types: self.code_type.clone(),
            code_timeout_secs: self.code_timeout,
            code_lifetime_secs: self.code_lifetime,
            password: self.password.clone(),
            dc_id: self.dc_id,
            test_mode: self.test_mode,
            key: None,
            store: self.store.clone(),
            mtproxy_secret: self.mtproxy_secret.clone(),
            dcs: self.dcs,
            account_dc: self.account_dc,
            network_dc: self.network_dc,
            login_token_secs: self.login_token_lifetime,
            admin: self.admin,
            ends_duplicates: self.end_duplicates,
            takeout_delay_secs: self.takeout_delay,
            web: Web { ws: self.ws, wss: self.wss, http: self.http, https: self.https },
            faults: self.faults.clone(),
            ..Config::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every option with a value that is not its default, and what the configuration makes of it.
    const OPTIONS: &[(&str, &str)] = &[
        ("--listen 127.0.0.1:11", "listen: 127.0.0.1:11"),
        ("--store s.json", "store: Some(\"s.json\")"),
        ("--seed 12", "seed: 12"),
        ("--contacts 13", "contacts: 13"),
        ("--saved-only 14", "saved_only: 14"),
        ("--accounts 15", "accounts: 15"),
        ("--empty-accounts 16", "empty_accounts: 16"),
        ("--code 17171", "code: Some(<redacted>)"),
        ("--code-type smsWord,call", "code_types: [SmsWord, Call]"),
        ("--code-timeout 18", "code_timeout_secs: 18"),
        ("--code-lifetime 19", "code_lifetime_secs: 19"),
        ("--password p", "password: Some(<redacted>)"),
        ("--dc-id 3", "dc_id: 3"),
        ("--test-mode", "test_mode: true"),
        ("--mtproxy-secret 000102030405060708090a0b0c0d0e0f", "MtproxySecret(Plain, <redacted>)"),
        ("--dcs 4", "dcs: 4"),
        ("--account-dc 1", "account_dc: Some(1)"),
        ("--network-dc 4", "network_dc: Some(4)"),
        ("--login-token-lifetime 20", "login_token_secs: 20"),
        ("--admin 127.0.0.1:21", "admin: Some(127.0.0.1:21)"),
        ("--end-duplicates", "ends_duplicates: true"),
        ("--takeout-delay 22", "takeout_delay_secs: Some(22)"),
        ("--ws 127.0.0.1:23", "ws: Some(127.0.0.1:23)"),
        ("--wss 127.0.0.1:24", "wss: Some(127.0.0.1:24)"),
        ("--http 127.0.0.1:25", "http: Some(127.0.0.1:25)"),
        ("--https 127.0.0.1:26", "https: Some(127.0.0.1:26)"),
        ("--fault wrong-salt", "fault: WrongSalt"),
    ];

    fn config(line: &str) -> Config {
        let words = ["testdc", "serve"].into_iter().chain(line.split_whitespace());
        match Cli::try_parse_from(words).map(|cli| cli.command) {
            Ok(Command::Serve(serve)) => serve.config(),
            Ok(Command::Faults) => panic!("{line}"),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn every_option_reaches_the_configuration() {
        for (option, shown) in OPTIONS {
            let (without, with) = (format!("{:?}", config("")), format!("{:?}", config(option)));
            assert!(with.contains(shown) && !without.contains(shown), "{option}: {with}");
        }
        assert_eq!(config("--phone 4915112345678").phone, "4915112345678");
    }

    #[test]
    fn no_option_is_left_out() {
        use clap::CommandFactory as _;

        let command = Cli::command();
        let serve = command.find_subcommand("serve").unwrap();
        // these are the program's own affair, and `tests/it/program.rs` is about them
        let outside = ["public-key-out", "truth-out", "key", "tls-ca-out", "phone", "verbose", "help"];
        for option in serve.get_arguments().filter_map(clap::Arg::get_long) {
            let is_tried =
                OPTIONS.iter().any(|(line, _)| line.split(' ').next() == Some(&format!("--{option}")));
            assert!(is_tried || outside.contains(&option), "{option}");
        }
    }
}
