//! `takeout-export doctor`: what would keep the other commands from working, and what to do about it.

use std::time::Duration;

use serde_json::json;
use tg_client::session::{self, Form};
use tg_client::{ServerState, Timeouts};

use super::arguments::accounts::Doctor;
use super::exit::Exit;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::places::{self, DataFolder};
use super::summary::Outcome;
use super::told::Told;
use super::vault::Vault;
use super::{keyring, output, route, settings};

/// A clock that is wrong by more is told: messages have to be dated within 30 s of the server's time, or come 300 s
/// late at most, and files will carry wrong dates. The program itself corrects it for the protocol.
const CLOCK_LIMIT_SECS: i64 = 30;

/// One thing that was looked at.
struct Check {
    what: &'static str,
    result: Result<String, Trouble>,
}

/// What is wrong, what to do, and what the process ends with because of it.
struct Trouble {
    what: String,
    advice: Option<String>,
    exit: Exit,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        let what = [failure.to_string()].into_iter().chain(output::causes(&failure));
        let what = what.collect::<Vec<_>>().join(": ");
        Self { what, advice: failure.advice(places::LOGIN), exit: failure.exit() }
    }
}

/// Looks at everything, says everything, and ends with the code of the first trouble.
pub(super) async fn run(doctor: Doctor, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let mut checks = vec![
        Check { what: "data folder", result: data_folder() },
        Check {
            what: "key of the sessions",
            result: interrupt.or(identity(doctor.session.no_keyring)).await?,
        },
        Check { what: "session", result: interrupt.or(session_file(&doctor)).await? },
        Check { what: "proxy", result: proxy(&doctor) },
    ];
    let (connection, clock) = interrupt.or(server(&doctor)).await?;
    checks.push(Check { what: "server", result: connection });
    checks.extend(clock.map(|result| Check { what: "clock", result }));

    let mut lines = Vec::new();
    let mut listed = Vec::new();
    let mut exit = Exit::Done;
    for Check { what, result } in checks {
        match result {
            Ok(found) => {
                lines.push(format!("ok    {what}: {found}"));
                listed.push(json!({ "check": what, "ok": true, "found": found, "now": null }));
            }
            Err(trouble) => {
                lines.push(format!("wrong {what}: {}", trouble.what));
                lines.extend(trouble.advice.as_ref().map(|advice| format!("      now: {advice}")));
                listed.push(
                    json!({ "check": what, "ok": false, "found": trouble.what, "now": trouble.advice }),
                );
                if exit == Exit::Done {
                    exit = trouble.exit;
                }
            }
        }
    }
    let value = json!({ "result": "doctor", "healthy": exit == Exit::Done, "checks": listed });
    Ok(Told::with_exit(lines.join("\n"), value, exit))
}

fn data_folder() -> Result<String, Trouble> {
    let folder = DataFolder::find().ok_or(Failure::NoDataFolder)?;
    let root = folder.root();
    if !root.exists() {
        return Ok(format!("{} is not there yet; the first login makes it", root.display()));
    }
    session::private::demand_private_folder(root).map_err(Failure::Session)?;
    Ok(format!("{} is yours alone", root.display()))
}

async fn identity(no_keyring: bool) -> Result<String, Trouble> {
    let folder = DataFolder::find().ok_or(Failure::NoDataFolder)?;
    let (note, wrapped) = (folder.keyring_note(), folder.wrapped_identity());
    if note.exists() {
        super::vault::from_keyring(&note).await?;
        return Ok("in the keyring, which gives it".to_owned());
    }
    if wrapped.exists() {
        session::private::read(&wrapped).map_err(Failure::Session)?;
        return Ok(format!("{}, guarded by a passphrase", wrapped.display()));
    }
    if no_keyring {
        return Ok("none yet; a passphrase will guard it, as you asked for".to_owned());
    }
    match keyring::probe().await {
        Ok(()) => Ok("none yet; the keyring of this system answers and will hold it".to_owned()),
        Err(error) => Ok(format!("none yet; a passphrase will guard it ({error})")),
    }
}

async fn session_file(doctor: &Doctor) -> Result<String, Trouble> {
    let path = places::session_path(&doctor.session)?;
    Ok(match session::form(&path).map_err(Failure::Session)? {
        Form::Missing => {
            format!("{} is not there; {} makes it", path.display(), places::login_command(&doctor.session))
        }
        Form::Sealed => {
            let vault = Vault::new(&doctor.session);
            if !vault.opens_unasked() {
                let found =
                    format!("{} is encrypted; with --passphrase-file it is opened too", path.display());
                return Ok(found);
            }
            vault.peek(&path).await?;
            format!("{} is encrypted, and opens", path.display())
        }
        Form::Plain => {
            Vault::new(&doctor.session).peek(&path).await?;
            format!("{} is not encrypted; the next command encrypts it", path.display())
        }
    })
}

fn proxy(doctor: &Doctor) -> Result<String, Trouble> {
    let route = route::route(&doctor.server, |_| ())?;
    Ok(if route.proxy.is_some() { "in force; the server is asked through it" } else { "none" }.to_owned())
}

type Found = Result<String, Trouble>;

/// A key exchange and nothing else: no login is used, and the key is thrown away.
async fn server(doctor: &Doctor) -> (Found, Option<Found>) {
    match probe(doctor).await {
        Ok((server, probe)) => {
            let who = format!("data centre {} answers in {} ms", server.dc_id(), probe.elapsed.as_millis());
            (Ok(who), Some(clock(probe.time_offset_secs)))
        }
        Err(failure) => (Err(failure.into()), None),
    }
}

async fn probe(doctor: &Doctor) -> Result<(ServerState, tg_client::Probe), Failure> {
    let server = settings::server(&doctor.server)?.unwrap_or_else(ServerState::production);
    // how often it was tried does not matter here
    let route = route::route(&doctor.server, |_| ())?;
    let timeouts = Timeouts { connect: Duration::from_secs(15), ..Timeouts::default() };
    let probe = tg_client::probe(&server, &route, &timeouts).await.map_err(Failure::Client)?;
    Ok((server, probe))
}

fn clock(offset_secs: i64) -> Found {
    if offset_secs.abs() <= CLOCK_LIMIT_SECS {
        return Ok("right".to_owned());
    }
    let direction = if offset_secs > 0 { "slow" } else { "fast" };
    Err(Trouble {
        what: format!("{} s {direction}", offset_secs.abs()),
        advice: Some("set the clock of this machine; dates in exports come from it".to_owned()),
        exit: Exit::Unexpected,
    })
}
