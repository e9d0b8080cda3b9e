//! The program: arguments as typed, arguments as meant, and what is done about them.
//!
//! ```text
//! Arguments (clap) ──► settings (checked, secrets apart) ──► a command ──► Outcome or Failure ──► exit code
//! ```
//!
//! | module | what it owns |
//! |---|---|
//! | [`arguments`] | what can be typed |
//! | `settings` | what is meant by it: server, credentials |
//! | `config` | the settings of the file, and where each comes from |
//! | `places` | where sessions lie: the data folder, accounts |
//! | `vault` | the key that sessions are encrypted to: `keyring`, passphrase |
//! | `login`, `export`, `status`, `logout`, `demo`, `convert`, `inspect`, `diff`, `shell`, `accounts`, `whoami`, `doctor` | the commands |
//! | `permission` | waiting until Telegram allows an export |
//! | `output` | the only place that writes to stdout and stderr |
//! | `failure` | every way to fail: message, advice, [`Exit`] |
//! | `interrupt` | Ctrl-C and SIGTERM |
//! | `logging` | `-v` and `--log-file` |
//!
//! stdout holds results and nothing else; everything that is said on the way goes to stderr.

mod accounts;
pub mod arguments;
mod config;
mod connection;
mod convert;
mod demo;
mod diff;
mod doctor;
mod exit;
mod export;
mod extras;
mod failure;
mod inspect;
mod interrupt;
mod job;
mod keyring;
mod logging;
mod login;
mod logout;
mod meter;
mod output;
mod people;
mod permission;
pub mod places;
mod prompt;
mod route;
mod settings;
mod shell;
mod status;
mod summary;
mod told;
mod vault;
mod whoami;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use self::arguments::{Arguments, Command};
use self::config::{ConfigFile, Origins};
pub use self::exit::{EXIT_CODES, Exit};
use self::failure::Failure;
use self::interrupt::Interrupt;
use self::summary::Outcome;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let matches = Arguments::command().try_get_matches();
    // with the values, where they come from: `config show` tells it
    let parsed =
        matches.and_then(|matches| Ok((Arguments::from_arg_matches(&matches)?, Origins::new(matches))));
    match parsed {
        // a panic has said what it is; its exit code is the one of everything unexpected
        Ok((arguments, origins)) => {
            catch_unwind(AssertUnwindSafe(|| run(arguments, &origins))).unwrap_or(Exit::Unexpected).into()
        }
        Err(error) => {
            // clap knows which of its messages are results (--help, --version) and which are complaints
            output::clap(&error);
            if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() }
        }
    }
}

fn run(arguments: Arguments, origins: &Origins) -> Exit {
    let Arguments { command, common } = arguments;
    let Some(mut command) = command else {
        output::guide(places::has_session());
        return Exit::Usage;
    };
    if let Err(failure) = logging::start(common.verbose, common.log_file.as_deref()) {
        output::failure(&failure, places::LOGIN);
        return failure.exit();
    }
    let meter = meter::Meter::new(common.verbose);
    let mut login = places::LOGIN.to_owned();
    let outcome = ConfigFile::read().and_then(|file| {
        config::complete(&mut command, &file);
        login = config::login_command(&mut command);
        run_command(command, &file, origins, &meter)
    });
    match outcome {
        Ok(outcome) => {
            meter.clear();
            output::outcome(&outcome, common.json);
            outcome.exit()
        }
        Err(failure) => {
            meter.clear();
            tracing::error!(exit = failure.exit().code(), "failed");
            output::failure(&failure, &login);
            failure.exit()
        }
    }
}

fn run_command(
    command: Command,
    file: &ConfigFile,
    origins: &Origins,
    meter: &meter::Meter,
) -> Result<Outcome, Failure> {
    // two threads: one for the connection, one for what the demo's server does
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Failure::Runtime)?;
    let outcome = runtime.block_on(async {
        let interrupt = Interrupt::install().map_err(Failure::Runtime)?;
        let work = async {
            match command {
                Command::Demo(demo) => demo::run(demo, meter, &interrupt).await,
                Command::Login(login) => Box::pin(login::run(login, &interrupt)).await,
                Command::Convert(convert) => convert::run(convert, meter, &interrupt).await,
                Command::Inspect(arguments) => inspect::run(&arguments),
                Command::Verify(arguments) => inspect::run_verify(&arguments),
                Command::Diff(arguments) => diff::run(&arguments),
                Command::History(arguments) => diff::run_history(&arguments),
                Command::Completions(arguments) => Ok(shell::completions(&arguments)),
                Command::Man(arguments) => shell::man(&arguments),
                Command::Export(export) => Box::pin(export::run(export, meter, &interrupt)).await,
                Command::Contacts(people) => people::run(*people, &interrupt).await,
                Command::Status(status) => status::run(status, &interrupt).await,
                Command::Logout(logout) => logout::run(logout, &interrupt).await,
                Command::Whoami(whoami) => whoami::run(whoami, &interrupt).await,
                Command::Accounts(accounts) => accounts::run(accounts, &interrupt).await,
                Command::Config(config) => config::run(config, file, origins),
                Command::Doctor(doctor) => doctor::run(doctor, &interrupt).await,
            }
        };
        tokio::select! {
            biased;
            outcome = work => outcome,
            // the first signal lets the work end well; the second one does not wait for it
            signal = interrupt.second() => Err(Failure::Interrupted(signal)),
        }
    });
    // a prompt may still be waiting for a line that nobody will type
    runtime.shutdown_background();
    outcome
}
