//! How a server is reached: what the arguments say of carrier, framing, proxy and certificates, and what of it cannot go
//! together.

use std::fs;
use std::time::Duration;

use secrecy::ExposeSecret;
use tg_client::{FrameKind, Observer, Progress, Proxy, Route, SecretForm, Tls, Transport};

use super::arguments::{FramingName, Server, TransportName};
use super::connection::NEWS;
use super::failure::{Failure, duration_text};
use super::{output, settings};

/// The way to the server. `say` tells the user why it takes so long.
pub(super) fn route(server: &Server, say: impl Fn(&str) + Send + Sync + 'static) -> Result<Route, Failure> {
    let mut route = Route::through(proxy(server)?);
    route.dc_addresses = settings::dc_addresses(server)?;
    route.transport = match server.transport {
        TransportName::Tcp => Transport::Tcp,
        TransportName::Ws => Transport::Ws,
        TransportName::Wss => Transport::Wss,
        TransportName::Http => Transport::Http,
        TransportName::Https => Transport::Https,
    };
    if let Some(contradiction) = contradiction(server, route.proxy.as_ref()) {
        return Err(Failure::Usage { what: contradiction.to_owned() });
    }
    route.framing = server.framing.map_or_else(FrameKind::default, |framing| match framing {
        FramingName::Abridged => FrameKind::Abridged,
        FramingName::Intermediate => FrameKind::Intermediate,
        FramingName::Padded => FrameKind::PaddedIntermediate,
        FramingName::Full => FrameKind::Full,
    });
    route.obfuscated = server.obfuscated;
    if let Some(path) = &server.ca {
        let pem = fs::read(path).map_err(|source| Failure::Input { path: path.clone(), source })?;
        let wrong =
            |_| Failure::Usage { what: format!("--ca: {} holds no certificate (PEM)", path.display()) };
        route.tls = Some(Tls::new(Some(&pem)).map_err(wrong)?);
    }
    route.observer = Observer::new(move |progress| {
        if let Progress::TryingAgain { attempt, attempts, pause, reason } = progress {
            say(&trying_again(*attempt, *attempts, *pause, &output::in_a_line(reason)));
        }
    });
    Ok(route)
}

/// A wait of seconds is no silence: it is said how long it takes.
fn trying_again(attempt: u32, attempts: Option<u32>, pause: Duration, reason: &str) -> String {
    let when = if pause < NEWS { String::new() } else { format!(" in {}", duration_text(pause)) };
    let which = match attempts {
        Some(attempts) => format!("{attempt} of {attempts}"),
        None => format!("attempt {attempt}"),
    };
    format!("{reason}: trying again{when} ({which})")
}

/// What it goes through. The text may hold a password or a secret, so no message repeats it.
fn proxy(server: &Server) -> Result<Option<Proxy>, Failure> {
    let Some(url) = &server.proxy else { return Ok(None) };
    url.expose_secret().parse().map(Some).map_err(Failure::Proxy)
}

/// What cannot go together, if anything: a wish that would be ignored is refused.
fn contradiction(server: &Server, proxy: Option<&Proxy>) -> Option<&'static str> {
    let is_full = server.framing == Some(FramingName::Full);
    let secret = match proxy {
        Some(Proxy::MtProxy { secret, .. }) => Some(secret),
        _ => None,
    };
    let is_other_than_padded = server.framing.is_some_and(|framing| framing != FramingName::Padded);
    let demands_padding = secret.is_some_and(|secret| secret.form() != SecretForm::Plain);
    let is_tls = matches!(server.transport, TransportName::Wss | TransportName::Https);
    let contradictions = [
        (server.ca.is_some() && !is_tls, "--ca is for --transport wss and https"),
        (
            secret.is_some() && server.transport != TransportName::Tcp,
            "an MTProxy carries TCP only: leave out --transport, or name another --proxy",
        ),
        (
            matches!(server.transport, TransportName::Http | TransportName::Https)
                && (server.framing.is_some() || server.obfuscated),
            "HTTP has no frames: leave out --framing and --obfuscated",
        ),
        (
            matches!(server.transport, TransportName::Ws | TransportName::Wss) && is_full,
            "full frames cannot go over WebSockets: name another --framing",
        ),
        (
            is_full && (server.obfuscated || secret.is_some()),
            "full frames cannot be obfuscated: name another --framing",
        ),
        (
            demands_padding && is_other_than_padded,
            "the secret of this MTProxy demands padded frames: leave out --framing",
        ),
    ];
    contradictions.into_iter().find_map(|(is_so, what)| is_so.then_some(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_for_a_connection_is_told_why_and_for_how_long() {
        let reason = "the server has closed the connection";
        let told = |attempts, millis| trying_again(2, attempts, Duration::from_millis(millis), reason);
        assert_eq!(told(Some(6), 300), format!("{reason}: trying again (2 of 6)"));
        assert_eq!(told(None, 300), format!("{reason}: trying again (attempt 2)"));
        assert_eq!(told(None, 30_200), format!("{reason}: trying again in 30 s (attempt 2)"));
    }
}
