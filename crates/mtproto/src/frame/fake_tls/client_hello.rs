//! The hello that opens the connection: what a current browser sends, with the proof in its random bytes.

use crate::frame::fake_tls::{RANDOM, digest, key_share};
use crate::random::{Random, fill_array};

/// The first bytes of a connection to a proxy.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientHello {
    /// The record as it is sent.
    pub wire: Vec<u8>,
    /// Its random bytes: what the proxy's answer is checked with.
    pub random: [u8; 32],
}

impl core::fmt::Debug for ClientHello {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ClientHello({} bytes)", self.wire.len())
    }
}

impl ClientHello {
    /// Makes the hello for a secret with this key and domain. The proxy takes it only near `unix_secs`, and once.
    pub fn new(key: &[u8; 16], domain: &str, unix_secs: u32, random: &mut dyn Random) -> Self {
        Self::sign(hello(domain, random), key, unix_secs)
    }

    /// Puts the proof in place of the 32 zeros.
    fn sign(mut wire: Vec<u8>, key: &[u8; 16], unix_secs: u32) -> Self {
        let mut random = digest(key, &[&wire]);
        for (byte, time) in random.iter_mut().skip(28).zip(unix_secs.to_le_bytes()) {
            *byte ^= time;
        }
        if let Some(place) = wire.get_mut(RANDOM) {
            place.copy_from_slice(&random);
        }
        Self { wire, random }
    }
}

/// The whole record with zeros for the random bytes.
fn hello(domain: &str, random: &mut dyn Random) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend_from_slice(&[0; 32]);
    body.push(32);
    body.extend_from_slice(&fill_array::<32>(random));
    let grease = Grease::draw(random);
    let mut suites = grease.suite.to_vec();
    for suite in SUITES {
        suites.extend_from_slice(&suite.to_be_bytes());
    }
    prefixed(&suites, &mut body);
    // no compression
    body.extend_from_slice(&[1, 0]);
    // never shorter than 517 bytes, so that nothing needs to be filled up
    let extensions = extensions(domain, &grease, random);
    prefixed(&extensions, &mut body);

    let mut handshake = vec![1, 0];
    prefixed(&body, &mut handshake);
    let mut wire = vec![0x16, 3, 1];
    prefixed(&handshake, &mut wire);
    wire
}

/// What browsers offer: TLS 1.3 first, then ECDHE with GCM and `ChaCha20`, then the old ones.
const SUITES: [u16; 15] = [
    0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d,
    0x002f, 0x0035,
];
const X25519_ML_KEM_768: [u8; 2] = [0x11, 0xec];
const X25519: [u8; 2] = [0x00, 0x1d];

/// Values without meaning that browsers send so that servers learn to pass over what they do not know (RFC 8701).
struct Grease {
    suite: [u8; 2],
    group: [u8; 2],
    version: [u8; 2],
    first_extension: u16,
    last_extension: u16,
}

impl Grease {
    fn draw(random: &mut dyn Random) -> Self {
        let [suite, group, version, first, last] = fill_array::<5>(random).map(|byte| byte & 0xf0 | 0x0a);
        // an extension may come once only
        let last = if last == first { last ^ 0x10 } else { last };
        Self {
            suite: [suite; 2],
            group: [group; 2],
            version: [version; 2],
            first_extension: u16::from_be_bytes([first; 2]),
            last_extension: u16::from_be_bytes([last; 2]),
        }
    }
}

fn extensions(domain: &str, grease: &Grease, random: &mut dyn Random) -> Vec<u8> {
    let mut out = Vec::new();
    extension(grease.first_extension, &[], &mut out);
    extension(0x0000, &server_name(domain), &mut out);
    // extended_master_secret, renegotiation_info
    extension(0x0017, &[], &mut out);
    extension(0xff01, &[0], &mut out);
    // supported_groups: x25519 with ML-KEM, x25519, P-256, P-384
    let groups = [&grease.group[..], &X25519_ML_KEM_768, &X25519, &[0, 0x17, 0, 0x18]].concat();
    extension(0x000a, &with_length(&groups), &mut out);
    // ec_point_formats: uncompressed; session_ticket
    extension(0x000b, &[1, 0], &mut out);
    extension(0x0023, &[], &mut out);
    extension(0x0010, &with_length(b"\x02h2\x08http/1.1"), &mut out);
    // status_request: OCSP
    extension(0x0005, &[1, 0, 0, 0, 0], &mut out);
    let algorithms = [4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 8, 6, 6, 1];
    extension(0x000d, &with_length(&algorithms), &mut out);
    // signed_certificate_timestamp
    extension(0x0012, &[], &mut out);
    extension(0x0033, &with_length(&key_shares(grease, random)), &mut out);
    // psk_key_exchange_modes: with a new key
    extension(0x002d, &[1, 1], &mut out);
    // supported_versions: TLS 1.3, TLS 1.2
    extension(0x002b, &[&[6], &grease.version[..], &[3, 4, 3, 3]].concat(), &mut out);
    // compress_certificate: brotli
    extension(0x001b, &[2, 0, 2], &mut out);
    extension(grease.last_extension, &[0], &mut out);
    out
}

fn server_name(domain: &str) -> Vec<u8> {
    // a host name
    let mut entry = vec![0];
    prefixed(domain.as_bytes(), &mut entry);
    with_length(&entry)
}

fn key_shares(grease: &Grease, random: &mut dyn Random) -> Vec<u8> {
    let mut out = grease.group.to_vec();
    prefixed(&[0], &mut out);
    out.extend_from_slice(&X25519_ML_KEM_768);
    let mut hybrid = key_share::ml_kem_768(random);
    hybrid.extend_from_slice(&key_share::x25519(random));
    prefixed(&hybrid, &mut out);
    out.extend_from_slice(&X25519);
    prefixed(&key_share::x25519(random), &mut out);
    out
}

fn extension(number: u16, body: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&number.to_be_bytes());
    prefixed(body, out);
}

fn with_length(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 2);
    prefixed(body, &mut out);
    out
}

/// Appends a length of two bytes and the body. Nothing here is longer: a domain has at most 182 bytes.
fn prefixed(body: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&u16::try_from(body.len()).unwrap_or(0).to_be_bytes());
    out.extend_from_slice(body);
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::frame::fake_tls) fn vector() -> serde_json::Value {
        let file: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/vectors/transports.json")).unwrap();
        file["fake_tls"].clone()
    }

    pub(in crate::frame::fake_tls) fn hex_field(vector: &serde_json::Value, field: &str) -> Vec<u8> {
        hex::decode(vector[field].as_str().unwrap()).unwrap()
    }

    #[test]
    fn the_published_proof() {
        let vector = vector();
        let key = hex_field(&vector, "secret16").try_into().unwrap();
        let unix_secs = u32::try_from(vector["unix_time"].as_u64().unwrap()).unwrap();
        let hello = ClientHello::sign(hex_field(&vector, "client_hello_zeroed_random"), &key, unix_secs);
        assert_eq!(hello.wire, hex_field(&vector, "client_hello_wire"));
        assert_eq!(hello.random.to_vec(), hex_field(&vector, "client_random"));
    }

    /// Every length in the hello fits into the one around it, to the last byte.
    #[test]
    fn the_form_of_a_hello() {
        let mut count = 0_u8;
        let mut random = |out: &mut [u8]| {
            for byte in out {
                count = count.wrapping_mul(29).wrapping_add(101);
                *byte = count;
            }
        };
        let domain = "d".repeat(182);
        let wire = ClientHello::new(&[1; 16], &domain, 5, &mut random).wire;
        let len = |at: usize| usize::from(u16::from_be_bytes([wire[at], wire[at + 1]]));
        assert_eq!((&wire[..3], len(3)), (&[0x16, 3, 1][..], wire.len() - 5));
        assert_eq!((&wire[5..7], len(7)), (&[1, 0][..], wire.len() - 9));
        assert_eq!((&wire[9..11], wire[43]), (&[3, 3][..], 32));
        let suites = 76;
        assert_eq!(len(suites), 32);
        let extensions = suites + 2 + 32 + 2;
        assert_eq!(len(extensions), wire.len() - extensions - 2);
        let mut at = extensions + 2;
        let mut numbers = Vec::new();
        while at < wire.len() {
            numbers.push(len(at));
            if len(at) == 0 {
                assert_eq!(&wire[at + 9..at + 9 + 182], domain.as_bytes());
                assert_eq!([len(at + 2), len(at + 4), len(at + 7)], [187, 185, 182]);
            }
            at += 4 + len(at + 2);
        }
        assert_eq!(at, wire.len());
        assert_eq!(numbers.len(), 16);
        assert!(wire.len() > 1400 + domain.len());
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), numbers.len(), "no extension twice");
    }
}
