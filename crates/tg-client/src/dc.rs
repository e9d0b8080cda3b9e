//! Where Telegram's data centres are.
//!
//! Source: the addresses built into TDLib (protocol digest, section 5.4); a server's own list (`help.getConfig`) is
//! newer where it differs, but these are where a first connection can go.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The port that every built-in address answers on; 80 and 5222 are the others.
const PORT: u16 = 443;

/// The addresses of a production data centre, IPv4 first. Empty for a number that does not exist.
pub(crate) fn production(dc_id: i32) -> Vec<SocketAddr> {
    match dc_id {
        1 => both(&[[149, 154, 175, 50]], [0x2001, 0xb28, 0xf23d, 0xf001, 0, 0, 0, 0xa]),
        2 => both(&[[149, 154, 167, 51], [95, 161, 76, 100]], [0x2001, 0x67c, 0x4e8, 0xf002, 0, 0, 0, 0xa]),
        3 => both(&[[149, 154, 175, 100]], [0x2001, 0xb28, 0xf23d, 0xf003, 0, 0, 0, 0xa]),
        4 => both(&[[149, 154, 167, 91]], [0x2001, 0x67c, 0x4e8, 0xf004, 0, 0, 0, 0xa]),
        5 => both(&[[149, 154, 171, 5]], [0x2001, 0xb28, 0xf23f, 0xf005, 0, 0, 0, 0xa]),
        _ => Vec::new(),
    }
}

/// The addresses of a test data centre.
pub(crate) fn test(dc_id: i32) -> Vec<SocketAddr> {
    match dc_id {
        1 => both(&[[149, 154, 175, 10]], [0x2001, 0xb28, 0xf23d, 0xf001, 0, 0, 0, 0xe]),
        2 => both(&[[149, 154, 167, 40]], [0x2001, 0x67c, 0x4e8, 0xf002, 0, 0, 0, 0xe]),
        3 => both(&[[149, 154, 175, 117]], [0x2001, 0xb28, 0xf23d, 0xf003, 0, 0, 0, 0xe]),
        _ => Vec::new(),
    }
}

/// The name of a data centre's web server, for WebSockets and HTTP in TLS ("MTProto transports", "URI format"); its test
/// data centre has the same.
pub(crate) fn web_host(dc_id: i32) -> Option<String> {
    let name = match dc_id {
        1 => "pluto",
        2 => "venus",
        3 => "aurora",
        4 => "vesta",
        5 => "flora",
        _ => return None,
    };
    Some(format!("{name}.web.telegram.org"))
}

fn both(v4: &[[u8; 4]], v6: [u16; 8]) -> Vec<SocketAddr> {
    let v4 = v4.iter().map(|octets| IpAddr::V4(Ipv4Addr::from(*octets)));
    v4.chain([IpAddr::V6(Ipv6Addr::from(v6))]).map(|ip| SocketAddr::new(ip, PORT)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_data_centre_has_an_address_of_each_family() {
        let listed = (1..=5).map(production).chain((1..=3).map(test));
        for addresses in listed {
            assert!(addresses.iter().any(SocketAddr::is_ipv4) && addresses.iter().any(SocketAddr::is_ipv6));
        }
        assert_eq!(production(2)[0].to_string(), "149.154.167.51:443");
        assert_eq!(production(5)[1].to_string(), "[2001:b28:f23f:f005::a]:443");
        assert_eq!(test(3)[1].to_string(), "[2001:b28:f23d:f003::e]:443");
        assert!(production(6).is_empty() && test(4).is_empty());
    }
}
