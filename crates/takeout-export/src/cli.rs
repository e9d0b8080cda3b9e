//! The program: arguments as typed, arguments as meant, and what is done about them.
//!
//! ```text
//! Arguments (clap) ──► settings (checked, secrets apart) ──► a command ──► Outcome or Failure ──► exit code
//! ```
//!
//! | module | what it owns |
//! |---|---|
//! | [`arguments`] | what can be typed |
//! | `settings` | what is meant by it: server, credentials, session file |
//! | `login`, `export`, `status`, `logout`, `demo`, `convert`, `inspect`, `diff`, `shell` | the commands |
//! | `permission` | waiting until Telegram allows an export |
//! | `output` | the only place that writes to stdout and stderr |
//! | `failure` | every way to fail: message, advice, [`Exit`] |
//! | `interrupt` | Ctrl-C and SIGTERM |
//! | `logging` | `-v` and `--log-file` |
//!
//! stdout holds results and nothing else; everything that is said on the way goes to stderr.

pub mod arguments;
mod connection;
mod convert;
mod demo;
mod diff;
mod exit;
mod export;
mod failure;
mod inspect;
mod interrupt;
mod job;
mod logging;
mod login;
mod logout;
mod meter;
mod output;
mod permission;
mod prompt;
mod settings;
mod shell;
mod status;
mod summary;

use std::panic::catch_unwind;
use std::process::ExitCode;

use clap::Parser;

use self::arguments::{Arguments, Command};
pub use self::exit::{EXIT_CODES, Exit};
use self::failure::Failure;
use self::interrupt::Interrupt;
use self::summary::Outcome;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    match Arguments::try_parse() {
        // a panic has said what it is; its exit code is the one of everything unexpected
        Ok(arguments) => catch_unwind(|| run(arguments)).unwrap_or(Exit::Unexpected).into(),
        Err(error) => {
            // clap knows which of its messages are results (--help, --version) and which are complaints
            output::clap(&error);
            if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() }
        }
    }
}

fn run(arguments: Arguments) -> Exit {
    let Arguments { command, common } = arguments;
    let Some(command) = command else {
        output::guide(settings::default_session().is_some_and(|path| path.exists()));
        return Exit::Usage;
    };
    if let Err(failure) = logging::start(common.verbose, common.log_file.as_deref()) {
        output::failure(&failure);
        return failure.exit();
    }
    let meter = meter::Meter::new(common.verbose);
    match run_command(command, &meter) {
        Ok(outcome) => {
            meter.clear();
            output::outcome(&outcome, common.json);
            outcome.exit()
        }
        Err(failure) => {
            meter.clear();
            tracing::error!(exit = failure.exit().code(), "failed");
            output::failure(&failure);
            failure.exit()
        }
    }
}

fn run_command(command: Command, meter: &meter::Meter) -> Result<Outcome, Failure> {
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
                Command::Login(login) => login::run(login, &interrupt).await,
                Command::Convert(convert) => convert::run(convert, meter, &interrupt).await,
                Command::Inspect(arguments) => inspect::run(&arguments),
                Command::Verify(arguments) => inspect::run_verify(&arguments),
                Command::Diff(arguments) => diff::run(&arguments),
                Command::History(arguments) => diff::run_history(&arguments),
                Command::Completions(arguments) => Ok(shell::completions(&arguments)),
                Command::Man(arguments) => shell::man(&arguments),
                Command::Export(export) => export::run(export, meter, &interrupt).await,
                Command::Status(status) => status::run(status),
                Command::Logout(logout) => logout::run(logout, &interrupt).await,
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
