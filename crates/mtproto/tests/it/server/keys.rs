//! The server's side of the key exchange, with a place for a fault at every step.

use mtproto::crypto::dh::KNOWN_PRIME;
use mtproto::crypto::ige::{self, KeyIv};
use mtproto::crypto::{AuthKey, RsaPublicKey, kdf, mod_pow, sha1, sha256};
use mtproto::schema::{functions, types};
use tl_codec::{Decode as _, Encode as _, Reader};

use crate::vector_file::{bytes, open};

/// Changes what the server says.
pub(crate) type Edit<T> = Box<dyn Fn(&mut T) + Send>;

fn faithful<T>() -> Edit<T> {
    Box::new(|_| {})
}

/// Nonce, server nonce and hash of the last answer.
pub(crate) type EndingFields = ([u8; 16], [u8; 16], [u8; 16]);

/// Which answer ends the exchange.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    Ok,
    Retry,
    Fail,
}

/// One exchange, from the side of the holder of the RSA key.
pub(crate) struct KeyServer {
    nonce: [u8; 16],
    server_nonce: [u8; 16],
    new_nonce: [u8; 32],
    secret: [u8; 256],
    pub(crate) server_time: i32,
    pub(crate) group: (Vec<u8>, i32),
    pub(crate) endings: Vec<Ending>,
    pub(crate) retry_ids: Vec<i64>,
    pub(crate) inner_id: u32,
    pub(crate) edit_res_pq: Edit<types::ResPq>,
    pub(crate) edit_inner: Edit<types::ServerDhInnerData>,
    /// Over `SHA1(answer) ‖ answer ‖ padding`.
    pub(crate) edit_answer: Edit<Vec<u8>>,
    pub(crate) edit_params: Edit<types::ServerDhParamsOk>,
    /// Over nonce, server nonce and hash of the last answer.
    pub(crate) edit_ending: Edit<EndingFields>,
}

impl KeyServer {
    pub(crate) fn new() -> Self {
        Self {
            nonce: [0; 16],
            server_nonce: [0x5e; 16],
            new_nonce: [0; 32],
            secret: [0x91; 256],
            server_time: 1_700_000_000,
            group: (KNOWN_PRIME.to_vec(), 3),
            endings: vec![Ending::Ok],
            retry_ids: Vec::new(),
            inner_id: 0,
            edit_res_pq: faithful(),
            edit_inner: faithful(),
            edit_answer: faithful(),
            edit_params: faithful(),
            edit_ending: faithful(),
        }
    }

    /// The throw-away key whose private half stands in the vectors.
    pub(crate) fn public_key() -> RsaPublicKey {
        RsaPublicKey::new(&bytes(&open("rsa")["rsa_pad_with_private_key"], "n"), &[1, 0, 1]).unwrap()
    }

    pub(crate) fn res_pq(&mut self, request: &[u8]) -> Vec<u8> {
        self.nonce = functions::ReqPqMultiRef::from_bytes(request).unwrap().nonce;
        let mut answer = types::ResPq {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            pq: 2_694_724_800_268_887_959_u64.to_be_bytes().to_vec(),
            server_public_key_fingerprints: vec![1, Self::public_key().fingerprint(), 2],
        };
        (self.edit_res_pq)(&mut answer);
        answer.to_bytes()
    }

    pub(crate) fn server_dh_params(&mut self, request: &[u8]) -> Vec<u8> {
        let request = functions::ReqDhParamsRef::from_bytes(request).unwrap();
        assert_eq!((request.nonce, request.server_nonce), (self.nonce, self.server_nonce));
        assert_eq!((request.p, request.q), (&[0x5a, 0x30, 0x0d, 0x4b][..], &[0x6a, 0x26, 0xdb, 0x65][..]));
        let inner = open_rsa_pad(request.encrypted_data);
        self.inner_id = Reader::new(&inner).word().unwrap();
        // all kinds of inner data begin alike: pq, p, q, nonce, server_nonce, new_nonce
        let mut reader = Reader::new(&inner[4..]);
        for expected in [&2_694_724_800_268_887_959_u64.to_be_bytes()[..], request.p, request.q] {
            assert_eq!(reader.bytes().unwrap(), expected);
        }
        assert_eq!((reader.array(), reader.array()), (Ok(self.nonce), Ok(self.server_nonce)));
        self.new_nonce = reader.array().unwrap();

        let (prime, g) = &self.group;
        let g_a = mod_pow(&g.to_be_bytes(), &self.secret, prime).unwrap_or([7; 256]);
        let mut inner = types::ServerDhInnerData {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            g: *g,
            dh_prime: prime.clone(),
            g_a: g_a.to_vec(),
            server_time: self.server_time,
        };
        (self.edit_inner)(&mut inner);
        let answer = inner.to_bytes();
        let mut text = [&sha1(&[&answer])[..], &answer].concat();
        text.resize(text.len().next_multiple_of(16), 0xaa);
        (self.edit_answer)(&mut text);
        if text.len() % 16 == 0 {
            ige::encrypt(&self.keys(), &mut text).unwrap();
        }
        let mut params = types::ServerDhParamsOk {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            encrypted_answer: text,
        };
        (self.edit_params)(&mut params);
        params.to_bytes()
    }

    /// The last answer, and the key that it is about.
    pub(crate) fn dh_gen(&mut self, request: &[u8]) -> (Vec<u8>, AuthKey) {
        let request = functions::SetClientDhParamsRef::from_bytes(request).unwrap();
        assert_eq!((request.nonce, request.server_nonce), (self.nonce, self.server_nonce));
        let mut text = request.encrypted_data.to_vec();
        ige::decrypt(&self.keys(), &mut text).unwrap();
        let mut reader = Reader::new(&text[20..]);
        let inner = types::ClientDhInnerDataRef::decode(&mut reader).unwrap();
        let len = reader.offset();
        assert!(reader.remaining() < 16);
        assert_eq!(text[..20], sha1(&[&text[20..20 + len]]));
        assert_eq!((inner.nonce, inner.server_nonce), (self.nonce, self.server_nonce));
        self.retry_ids.push(inner.retry_id);
        let key = AuthKey::new(&mut mod_pow(inner.g_b, &self.secret, &self.group.0).unwrap());

        let ending = if self.endings.len() > 1 { self.endings.remove(0) } else { self.endings[0] };
        let number = match ending {
            Ending::Ok => 1,
            Ending::Retry => 2,
            Ending::Fail => 3,
        };
        let digest = sha1(&[&self.new_nonce, &[number], &key.aux_hash()]);
        let mut fields = (self.nonce, self.server_nonce, digest[4..].try_into().unwrap());
        (self.edit_ending)(&mut fields);
        let (nonce, server_nonce, hash) = fields;
        let body = match ending {
            Ending::Ok => types::DhGenOk { nonce, server_nonce, new_nonce_hash1: hash }.to_bytes(),
            Ending::Retry => types::DhGenRetry { nonce, server_nonce, new_nonce_hash2: hash }.to_bytes(),
            Ending::Fail => types::DhGenFail { nonce, server_nonce, new_nonce_hash3: hash }.to_bytes(),
        };
        (body, key)
    }

    /// `server_DH_params_fail`, with its hash or another one.
    pub(crate) fn params_fail(&self) -> Vec<u8> {
        let hash: [u8; 16] = sha1(&[&self.new_nonce])[4..].try_into().unwrap();
        let Self { nonce, server_nonce, .. } = *self;
        types::ServerDhParamsFail { nonce, server_nonce, new_nonce_hash: hash }.to_bytes()
    }

    /// The salt that both ends compute.
    pub(crate) fn first_salt(&self) -> i64 {
        i64::from_le_bytes(std::array::from_fn(|at| self.new_nonce[at] ^ self.server_nonce[at]))
    }

    fn keys(&self) -> KeyIv {
        kdf::handshake(&self.new_nonce, &self.server_nonce)
    }
}

/// What was hidden for the holder of the private key, with its padding.
fn open_rsa_pad(encrypted: &[u8]) -> Vec<u8> {
    let file = open("rsa");
    let vector = &file["rsa_pad_with_private_key"];
    assert_eq!(encrypted.len(), 256);
    let block = mod_pow(encrypted, &bytes(vector, "d"), &bytes(vector, "n")).unwrap();
    let (masked, body) = block.split_at(32);
    let mask = sha256(&[body]);
    let temp_key: [u8; 32] = std::array::from_fn(|at| masked[at] ^ mask[at]);
    let mut body = body.to_vec();
    ige::decrypt(&KeyIv { key: temp_key, iv: [0; 32] }, &mut body).unwrap();
    let (with_padding, hash) = body.split_at_mut(192);
    with_padding.reverse();
    assert_eq!(hash, sha256(&[&temp_key, with_padding]));
    with_padding.to_vec()
}
