//! Settings: from options, the environment, and the file `config.toml`, in this order.
//!
//! ```toml
//! # ~/.config/takeout-export/config.toml, or where the platform wants it
//! api_id = 12345
//! api_hash = "0123456789abcdef0123456789abcdef"
//! account = "main"
//! ```

mod file;
mod show;

use clap::ArgMatches;
use clap::parser::ValueSource;

pub(super) use self::file::ConfigFile;
use super::arguments::accounts::{Accounts, AccountsCommand, Config, ConfigCommand};
use super::arguments::{Command, Credentials, Server, Session};
use super::failure::Failure;
use super::places;
use super::summary::Outcome;

/// Where the values of the options come from.
#[derive(Debug, Default)]
pub(super) struct Origins {
    matches: ArgMatches,
}

impl Origins {
    /// Of the command at the end of the line.
    pub(super) fn new(mut matches: ArgMatches) -> Self {
        while let Some((_, inner)) = matches.remove_subcommand() {
            matches = inner;
        }
        Self { matches }
    }

    fn of(&self, id: &str) -> Option<&'static str> {
        match self.matches.try_get_raw(id).is_ok().then(|| self.matches.value_source(id)).flatten()? {
            ValueSource::CommandLine => Some("option"),
            ValueSource::EnvVariable => Some("environment"),
            _ => None,
        }
    }
}

/// What is not given is taken from the file.
pub(super) fn complete(command: &mut Command, file: &ConfigFile) {
    if let Command::Status(status) = command {
        // the session that is chosen is one of several that are told of
        status.also = file.session();
        return file.complete_passphrase(&mut status.session);
    }
    if let Some(api_id) = api_id(command) {
        *api_id = api_id.or(file.api_id());
    }
    let (server, credentials, session) = parts(command);
    if let Some(server) = server {
        file.complete_server(server);
    }
    if let Some(credentials) = credentials {
        file.complete_credentials(credentials);
    }
    if let Some(session) = session {
        file.complete_session(session);
    }
}

/// Where a command wants the application's number alone.
fn api_id(command: &mut Command) -> Option<&mut Option<i32>> {
    match command {
        Command::Accounts(Accounts { command: AccountsCommand::Import(import) }) => Some(&mut import.api_id),
        _ => None,
    }
}

/// The login of the account that a command is about, as one types it.
pub(super) fn login_command(command: &mut Command) -> String {
    let named = match command {
        Command::Accounts(of) => match &of.command {
            AccountsCommand::Rename { old: name, .. }
            | AccountsCommand::Remove { name, .. }
            | AccountsCommand::Default { name: Some(name) } => Some(name),
            _ => None,
        },
        _ => None,
    };
    if let Some(name) = named {
        return places::login_command_as(name);
    }
    let session = match command {
        Command::Status(status) => Some(&mut status.session),
        other => parts(other).2,
    };
    session.map_or_else(|| places::LOGIN.to_owned(), |session| places::login_command(session))
}

type Parts<'a> = (Option<&'a mut Server>, Option<&'a mut Credentials>, Option<&'a mut Session>);

/// The settings of a command.
fn parts(command: &mut Command) -> Parts<'_> {
    match command {
        Command::Login(of) => (Some(&mut of.server), Some(&mut of.credentials), Some(&mut of.session)),
        Command::Export(of) => (Some(&mut of.server), None, Some(&mut of.session)),
        Command::Logout(of) => (Some(&mut of.server), None, Some(&mut of.session)),
        Command::Contacts(of) => {
            let account = of.operation.account_mut();
            (Some(&mut account.server), None, Some(&mut account.session))
        }
        Command::Whoami(of) => (Some(&mut of.server), None, Some(&mut of.session)),
        Command::Doctor(of) => (Some(&mut of.server), None, Some(&mut of.session)),
        Command::Config(Config { command: ConfigCommand::Show(of) }) => {
            (Some(&mut of.server), Some(&mut of.credentials), Some(&mut of.session))
        }
        Command::Accounts(of) => match &mut of.command {
            AccountsCommand::Show(of) => (None, None, Some(&mut of.session)),
            AccountsCommand::Import(of) => (Some(&mut of.server), None, Some(&mut of.session)),
            AccountsCommand::Export(of) => (None, None, Some(&mut of.session)),
            _ => (None, None, None),
        },
        _ => (None, None, None),
    }
}

/// `takeout-export config`
pub(super) fn run(config: Config, file: &ConfigFile, origins: &Origins) -> Result<Outcome, Failure> {
    match config.command {
        ConfigCommand::Show(settings) => show::run(&settings, file, origins),
    }
}
