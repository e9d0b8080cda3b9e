//! The command line: arguments, files, and the lines on standard output. This is the only place that prints.

mod arguments;
mod output;

use std::error::Error;
use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use testdc::{Config, Entropy, Event, Events, RsaKey, Server};

use arguments::{Cli, Command, Serve};

/// Everything went well.
const EXIT_OK: u8 = 0;
/// The server cannot start, or a file cannot be read or written.
const EXIT_FAILURE: u8 = 1;

/// A failure with what was being done.
#[derive(Debug)]
struct Failure {
    doing: String,
    source: Box<dyn Error>,
}

impl Failure {
    fn new(doing: impl Into<String>, source: impl Into<Box<dyn Error>>) -> Self {
        Self { doing: doing.into(), source: source.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.doing, self.source)?;
        let mut cause = self.source.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// Does what the command line says.
pub(crate) fn run() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(serve) => run_server(*serve),
        Command::Faults => output::faults().map_err(|error| Failure::new("standard output", error)),
    };
    match outcome {
        Ok(()) => ExitCode::from(EXIT_OK),
        Err(failure) => {
            output::failure(&failure);
            ExitCode::from(EXIT_FAILURE)
        }
    }
}

fn run_server(serve: Serve) -> Result<(), Failure> {
    output::log(serve.verbose).map_err(|error| Failure::new("logging", error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::new("starting", error))?.block_on(serve_until_stopped(serve))
}

async fn serve_until_stopped(serve: Serve) -> Result<(), Failure> {
    let key = serve.key.as_deref().map(keep_key).transpose()?;
    let server = Server::bind(Config { key, ..serve.config() })
        .await
        .map_err(|error| Failure::new("starting", error))?;
    let mut events = server.events();
    if let Some(path) = &serve.public_key_out {
        write(path, server.public_key_pem().as_bytes())?;
    }
    if let Some(path) = &serve.truth_out {
        let truth = server.truth().to_json().map_err(|error| Failure::new("truth", error))?;
        write(path, &truth)?;
    }
    // one certificate for all of them
    let ca_pem = server.web().values().find_map(|doors| doors.ca_pem.as_ref());
    if let (Some(path), Some(pem)) = (&serve.tls_ca_out, ca_pem) {
        write(path, pem.as_bytes())?;
    }
    let stopped = stop_signal().map_err(|error| Failure::new("listening for signals", error))?;
    // from here on a script may connect, or send a signal: the files are there
    let begun = output::address(server.address())
        .and_then(|()| addresses(&server).try_for_each(|door| output::event(&door)));
    let control = server.control().clone();
    let stopped = async {
        tokio::select! {
            () = stopped => {}
            () = control.stopped() => {}
        }
    };
    let printed = match begun {
        Ok(()) => print_events(&mut events, stopped).await,
        Err(error) => Err(error),
    };
    server.shutdown().await;
    // what happened just before the end is told too
    let mut rest = std::iter::from_fn(|| events.try_next());
    let told = printed.and_then(|()| rest.try_for_each(|event| output::event(&event)));
    told.map_err(|error| Failure::new("standard output", error))
}

/// Where else the program listens, in the order in which it says so: the home data centre first.
fn addresses(server: &Server) -> impl Iterator<Item = Event> {
    let dcs = Some(server.addresses()).filter(|addresses| addresses.len() > 1).cloned();
    let doors = [
        server.admin_address().map(|address| Event::Admin { address }),
        dcs.map(|addresses| Event::Dcs { addresses }),
        server.mtproxy_address().map(|address| Event::MtproxyListening { address }),
    ];
    let home = server.dc_id();
    let (at_home, elsewhere) = server.web().iter().partition::<Vec<_>, _>(|(dc_id, _)| **dc_id == home);
    let web = at_home.into_iter().chain(elsewhere).flat_map(|(&dc_id, web)| {
        [
            web.ws.map(|address| Event::Ws { address, dc_id }),
            web.wss.map(|address| Event::Wss { address, dc_id }),
            web.http.map(|address| Event::Http { address, dc_id }),
            web.https.map(|address| Event::Https { address, dc_id }),
        ]
    });
    doors.into_iter().chain(web).flatten()
}

/// Prints events until somebody stops the program.
async fn print_events(events: &mut Events, stopped: impl Future<Output = ()>) -> std::io::Result<()> {
    tokio::pin!(stopped);
    loop {
        let event: Option<Event> = tokio::select! {
            event = events.next() => event,
            () = &mut stopped => None,
        };
        match event {
            Some(event) => output::event(&event)?,
            None => return Ok(()),
        }
    }
}

/// Ctrl-C, or what a supervisor sends; listened for from the moment of the call, not from the first poll.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // without a signal to wait for, the program runs until it is killed
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// Reads the key of `path`, or makes one and keeps it there.
fn keep_key(path: &Path) -> Result<RsaKey, Failure> {
    let at = |doing: &str| format!("{doing} {}", path.display());
    match std::fs::read_to_string(path) {
        Ok(text) => RsaKey::from_private_pem(&text).map_err(|error| Failure::new(at("key file"), error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut entropy = Entropy::from_system().map_err(|error| Failure::new("randomness", error))?;
            let key = RsaKey::generate(&mut entropy);
            write_private(path, key.to_private_pem().as_bytes())?;
            Ok(key)
        }
        Err(error) => Err(Failure::new(at("reading"), error)),
    }
}

fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, content).map_err(|error| Failure::new(format!("writing {}", path.display()), error))
}

/// Writes a file that only its owner can read, and never over another one.
fn write_private(path: &Path, content: &[u8]) -> Result<(), Failure> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(content));
    written.map_err(|error| Failure::new(format!("writing {}", path.display()), error))
}
