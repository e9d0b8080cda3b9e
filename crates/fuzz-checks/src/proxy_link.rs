//! What a person pastes to name a proxy.

use mtproto::proxy::{Proxy, ProxySecret};

const SECRET: &str = "dd000102030405060708090a0b0c0d0e0f";

pub(crate) fn check(bytes: &[u8]) {
    let _ = ProxySecret::from_bytes(bytes);
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let _ = text.parse::<ProxySecret>();
    match text.parse::<Proxy>() {
        Ok(proxy) => {
            let shown = format!("{proxy} {proxy:?}");
            assert!(!proxy.address().host.is_empty() && proxy.address().port != 0);
            if let Some((_, password)) =
                text.split_once("://").and_then(|(_, rest)| rest.split_once(":hunter2"))
            {
                assert!(!shown.contains(":hunter2"), "{password}");
            }
            // what stands where the host or the user's name belongs is no secret
            let is_named = text.split_once("secret=").is_none_or(|(before, _)| before.contains(&SECRET[2..]));
            let is_host = proxy.address().host.contains(&SECRET[2..]);
            assert!(is_named || is_host || !shown.contains(&SECRET[2..]), "a secret is shown");
        }
        Err(error) => {
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("hunter2") && !shown.contains(&SECRET[2..]), "a secret is shown");
        }
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let links = [
        format!("tg://proxy?server=proxy.example&port=443&secret={SECRET}"),
        format!("https://t.me/proxy?server=1.2.3.4&port=8443&secret={SECRET}#name"),
        "https://t.me/proxy?server=::1&port=1&secret=7gABAgMEBQYHCAkKCwwNDg9hLmV4YW1wbGU".to_owned(),
        "tg://proxy?server=a&port=443&secret=ee000102030405060708090a0b0c0d0e0f612e6578616d706c65".to_owned(),
        "tg://socks?server=a.example&port=1080&user=me&pass=hunter2".to_owned(),
        "socks5://me:hunter2@127.0.0.1:1080".to_owned(),
        "socks5h://[::1]:1080".to_owned(),
        "http://me:hunter2@proxy.example:3128/".to_owned(),
        SECRET.to_owned(),
    ];
    links.map(String::into_bytes).into()
}
