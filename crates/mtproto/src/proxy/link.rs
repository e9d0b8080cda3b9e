//! The text form of a proxy: an URL, or a link that Telegram's users share.

use core::str::FromStr;

use crate::limits::MAX_HOST_BYTES;
use crate::proxy::{Credentials, Proxy, ProxyAddress, ProxySecretError};

/// What links of the web begin with, after their scheme.
const WEB_HOSTS: [&str; 3] = ["t.me", "telegram.me", "telegram.dog"];

/// A text that names no proxy. It holds nothing of the text, which may have secrets in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyUrlError {
    /// The text begins with no scheme that we know.
    #[error("a proxy is given as socks5://, http://, tg://proxy?… or https://t.me/proxy?…")]
    UnknownScheme,
    /// There is no host, or it is none.
    #[error("the proxy's address has no valid host")]
    Host,
    /// There is no port, or it is none.
    #[error("the proxy's address has no valid port")]
    Port,
    /// Something follows the address that has no meaning there.
    #[error("the proxy's URL goes on after the port")]
    Trailing,
    /// A link lacks something.
    #[error("the link of the proxy lacks `{name}`")]
    Missing {
        /// The parameter.
        name: &'static str,
    },
    /// The secret of an MTProxy is none.
    #[error(transparent)]
    Secret(#[from] ProxySecretError),
    /// The name is empty, or the name or the password is too long or no text.
    #[error("the proxy's user name or password is not valid")]
    Credentials,
}

impl FromStr for Proxy {
    type Err = ProxyUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (scheme, rest) = text.split_once(':').ok_or(ProxyUrlError::UnknownScheme)?;
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        match scheme.to_ascii_lowercase().as_str() {
            "tg" => shared_link(rest),
            "https" => web_link(rest).unwrap_or(Err(ProxyUrlError::UnknownScheme)),
            "http" => match web_link(rest) {
                Some(linked) => linked,
                None => {
                    authority(rest).map(|(address, credentials)| Self::HttpConnect { address, credentials })
                }
            },
            "socks5" | "socks5h" => {
                authority(rest).map(|(address, credentials)| Self::Socks5 { address, credentials })
            }
            _ => Err(ProxyUrlError::UnknownScheme),
        }
    }
}

/// A link to Telegram's own site; `None` for any other site.
fn web_link(rest: &str) -> Option<Result<Proxy, ProxyUrlError>> {
    let (host, path) = rest.split_once('/')?;
    WEB_HOSTS.iter().any(|known| host.eq_ignore_ascii_case(known)).then(|| shared_link(path))
}

/// `proxy?server=…&port=…&secret=…` or `socks?server=…&port=…&user=…&pass=…`.
fn shared_link(rest: &str) -> Result<Proxy, ProxyUrlError> {
    let (kind, query) = rest.split_once('?').ok_or(ProxyUrlError::UnknownScheme)?;
    let query = query.split('#').next().unwrap_or_default();
    let address = ProxyAddress {
        host: check_host(required(query, "server")?)?,
        port: read_port(&required(query, "port")?)?,
    };
    match kind.trim_end_matches('/') {
        "proxy" => Ok(Proxy::MtProxy { address, secret: required(query, "secret")?.parse()? }),
        "socks" => {
            let username = parameter(query, "user")?.filter(|username| !username.is_empty());
            let password = parameter(query, "pass")?.unwrap_or_default();
            let credentials = username.map(|username| Credentials::new(username, password)).transpose()?;
            Ok(Proxy::Socks5 { address, credentials })
        }
        _ => Err(ProxyUrlError::UnknownScheme),
    }
}

fn required(query: &str, name: &'static str) -> Result<String, ProxyUrlError> {
    parameter(query, name)?.filter(|value| !value.is_empty()).ok_or(ProxyUrlError::Missing { name })
}

fn parameter(query: &str, name: &str) -> Result<Option<String>, ProxyUrlError> {
    let mut parameters = query.split('&').filter_map(|each| each.split_once('='));
    let Some((_, value)) = parameters.find(|(found, _)| *found == name) else { return Ok(None) };
    unescape(value).map(Some).ok_or(ProxyUrlError::Credentials)
}

/// `[USER[:PASSWORD]@]HOST:PORT[/]`
fn authority(rest: &str) -> Result<(ProxyAddress, Option<Credentials>), ProxyUrlError> {
    // a password may hold an @ that was not escaped, a host may not
    let (login, place) = rest.rsplit_once('@').map_or((None, rest), |(login, place)| (Some(login), place));
    let credentials = login.map(read_credentials).transpose()?;
    let place = place.strip_suffix('/').unwrap_or(place);
    if place.contains(['/', '?', '#']) {
        return Err(ProxyUrlError::Trailing);
    }
    let (host, port) = match place.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once("]:").ok_or(ProxyUrlError::Port)?,
        None => place.rsplit_once(':').ok_or(ProxyUrlError::Port)?,
    };
    if host.contains(':') != place.starts_with('[') {
        return Err(ProxyUrlError::Host);
    }
    Ok((ProxyAddress { host: check_host(host.to_owned())?, port: read_port(port)? }, credentials))
}

fn read_credentials(login: &str) -> Result<Credentials, ProxyUrlError> {
    let (username, password) = login.split_once(':').unwrap_or((login, ""));
    let part = |text| unescape(text).ok_or(ProxyUrlError::Credentials);
    Credentials::new(part(username)?, part(password)?)
}

fn check_host(host: String) -> Result<String, ProxyUrlError> {
    let is_ipv6 = host.contains(':') && host.parse::<core::net::Ipv6Addr>().is_ok();
    let is_name = (1..=MAX_HOST_BYTES).contains(&host.len())
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    if is_ipv6 || is_name { Ok(host) } else { Err(ProxyUrlError::Host) }
}

fn read_port(text: &str) -> Result<u16, ProxyUrlError> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let port = if is_number { text.parse().ok() } else { None };
    port.filter(|port| *port != 0).ok_or(ProxyUrlError::Port)
}

/// Undoes percent-encoding. A `+` stays what it is: base64 has it, and user names too.
fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        if first == b'%' {
            let (digits, behind) = rest.split_first_chunk::<2>()?;
            bytes.extend_from_slice(&hex::decode(digits).ok()?);
            rest = behind;
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::SecretForm;

    const SECRET: &str = "ee000102030405060708090a0b0c0d0e0f612e6578616d706c65";

    fn parse(text: &str) -> Result<Proxy, ProxyUrlError> {
        text.parse()
    }

    #[test]
    fn links_of_every_spelling() {
        let query = format!("server=p.example&port=443&secret={SECRET}");
        for start in [
            "tg://proxy?",
            "tg:proxy?",
            "TG://proxy/?",
            "https://t.me/proxy?",
            "http://T.me/proxy?",
            "https://telegram.me/proxy?",
        ] {
            let Proxy::MtProxy { address, secret } = parse(&format!("{start}{query}")).unwrap() else {
                panic!("{start}")
            };
            assert_eq!(address.to_string(), "p.example:443");
            assert_eq!(secret.form(), SecretForm::FakeTls { domain: "a.example" });
        }
        let link =
            parse("https://t.me/proxy?port=1&x=y&secret=3fvvvv%2F7777/++++//vvvv8&server=1.2.3.4#f").unwrap();
        assert_eq!(link.to_string(), "MTProxy at 1.2.3.4:1");
        let socks = parse("tg://socks?server=::1&port=1080&user=a%20b&pass=c%3a").unwrap();
        let Proxy::Socks5 { address, credentials: Some(credentials) } = socks else {
            panic!("no credentials")
        };
        assert_eq!(address.to_string(), "[::1]:1080");
        assert_eq!((credentials.username(), credentials.password()), ("a b", "c:"));
    }

    #[test]
    fn urls_with_and_without_credentials() {
        let socks = parse(" socks5://me:p%40ss%3A@[2001:db8::1]:1080/\n").unwrap();
        assert_eq!(socks.to_string(), "SOCKS5 proxy at [2001:db8::1]:1080");
        let Proxy::Socks5 { credentials: Some(credentials), .. } = &socks else { panic!("no credentials") };
        assert_eq!((credentials.username(), credentials.password()), ("me", "p@ss:"));
        assert!(!format!("{socks:?}").contains("p@ss"));
        let http = parse("http://host:3128").unwrap();
        let address = ProxyAddress { host: "host".to_owned(), port: 3128 };
        assert_eq!(http, Proxy::HttpConnect { address: address.clone(), credentials: None });
        assert_eq!(parse("SOCKS5H://host:3128").unwrap(), Proxy::Socks5 { address, credentials: None });
    }

    #[test]
    fn what_is_no_proxy() {
        let long = "u".repeat(256);
        for (text, error) in [
            ("", ProxyUrlError::UnknownScheme),
            ("host:1080", ProxyUrlError::UnknownScheme),
            ("ftp://host:1080", ProxyUrlError::UnknownScheme),
            ("https://host:1080", ProxyUrlError::UnknownScheme),
            ("https://t.me/durov", ProxyUrlError::UnknownScheme),
            ("tg://resolve?server=a&port=1", ProxyUrlError::UnknownScheme),
            ("socks5://host", ProxyUrlError::Port),
            ("socks5://host:0", ProxyUrlError::Port),
            ("socks5://host:65536", ProxyUrlError::Port),
            ("socks5://host:+1", ProxyUrlError::Port),
            ("socks5://:1080", ProxyUrlError::Host),
            ("socks5://ho st:1080", ProxyUrlError::Host),
            ("socks5://::1:1080", ProxyUrlError::Host),
            ("socks5://[x:y]:1080", ProxyUrlError::Host),
            ("socks5://[host]:1080", ProxyUrlError::Host),
            ("http://host:1/path", ProxyUrlError::Trailing),
            ("http://:p@host:1", ProxyUrlError::Credentials),
            ("http://u:%zz@host:1", ProxyUrlError::Credentials),
            ("http://u:%ff@host:1", ProxyUrlError::Credentials),
            ("http://u:%f@host:1", ProxyUrlError::Credentials),
            (&format!("http://{long}@host:1"), ProxyUrlError::Credentials),
            ("tg://proxy?port=1&secret=00", ProxyUrlError::Missing { name: "server" }),
            ("tg://proxy?server=a&secret=00", ProxyUrlError::Missing { name: "port" }),
            ("tg://proxy?server=a&port=1&secret=", ProxyUrlError::Missing { name: "secret" }),
            (
                "tg://proxy?server=a&port=1&secret=00",
                ProxyUrlError::Secret(ProxySecretError::Length { len_bytes: 1 }),
            ),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn no_prefix_of_a_link_panics() {
        let link = format!("https://t.me/proxy?server=p.example&port=443&secret={SECRET}");
        for end in 0..link.len() {
            // many are links of their own
            let _ = parse(&link[..end]);
            let _ = parse(&format!("{}%{}", &link[..end], &link[end..]));
        }
    }
}
