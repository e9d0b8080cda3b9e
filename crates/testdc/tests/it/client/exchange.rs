//! The client's key exchange.

use mtproto::crypto::dh::Group;
use mtproto::crypto::factor::factorise;
use mtproto::crypto::{AuthKey, RsaPublicKey, ige, kdf, rsa_pad, sha1};
use tl_codec::{Encode, Reader};

use super::{Client, Ended};

/// What a client has learned in the first step.
pub(crate) struct FirstStep {
    pub(crate) nonce: [u8; 16],
    pub(crate) server_nonce: [u8; 16],
    pub(crate) pq: u64,
    pub(crate) fingerprint: i64,
}

/// What remains of an exchange that ended otherwise than with `dh_gen_ok`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    Ended(Ended),
    Retry,
    Fail,
    /// The client would refuse this answer.
    Refused(&'static str),
}

impl From<Ended> for Failed {
    fn from(ended: Ended) -> Self {
        Self::Ended(ended)
    }
}

impl Client {
    /// Sends a plain message; gives the body of the answer, with the random bytes behind it.
    pub(crate) fn ask_plain(&mut self, body: &[u8]) -> Result<Vec<u8>, Ended> {
        let msg_id = self.next_msg_id();
        self.ask_plain_as(msg_id, body)
    }

    /// The same in a message of this id.
    pub(crate) fn ask_plain_as(&mut self, msg_id: i64, body: &[u8]) -> Result<Vec<u8>, Ended> {
        let mut content = 0_i64.to_bytes();
        msg_id.encode(&mut content);
        u32::try_from(body.len()).unwrap().encode(&mut content);
        content.extend_from_slice(body);
        self.send_frame(&content);
        let answer = self.read_frame()?;
        assert_eq!(answer[..8], [0; 8]);
        let msg_id = i64::from_le_bytes(answer[8..16].try_into().unwrap());
        assert_eq!(msg_id % 4, 1, "an answer");
        let len = usize::try_from(u32::from_le_bytes(answer[16..20].try_into().unwrap())).unwrap();
        Ok(answer[20..20 + len].to_vec())
    }

    pub(crate) fn first_step(&mut self, nonce: [u8; 16]) -> Result<FirstStep, Failed> {
        let mut query = 0xbe7e_8ef1_u32.to_bytes();
        nonce.encode(&mut query);
        let answer = self.ask_plain(&query)?;
        let mut reader = Reader::new(&answer);
        reader.expect_id(0x0516_2463).unwrap();
        if reader.array() != Ok(nonce) {
            return Err(Failed::Refused("nonce"));
        }
        let server_nonce = reader.array().unwrap();
        let pq = u64::from_be_bytes(reader.bytes().unwrap().try_into().unwrap());
        reader.expect_id(0x1cb5_c415).unwrap();
        assert_eq!(reader.int(), Ok(1));
        Ok(FirstStep { nonce, server_nonce, pq, fingerprint: reader.long().unwrap() })
    }

    /// The second query, with the client's secret nonce.
    pub(crate) fn second_query(
        &mut self,
        pem: &str,
        first: &FirstStep,
        dc: i32,
        expires_in: Option<i32>,
    ) -> (Vec<u8>, [u8; 32]) {
        let rsa = RsaPublicKey::from_pem(pem).unwrap();
        let factors = factorise(first.pq).unwrap();
        let small = |factor: u64| u32::try_from(factor).unwrap().to_be_bytes();
        let new_nonce: [u8; 32] = self.entropy.array();
        let mut inner = if expires_in.is_some() { 0x56fd_df88_u32 } else { 0xa9f5_5f95 }.to_bytes();
        first.pq.to_be_bytes().as_slice().encode(&mut inner);
        small(factors.p).as_slice().encode(&mut inner);
        small(factors.q).as_slice().encode(&mut inner);
        first.nonce.encode(&mut inner);
        first.server_nonce.encode(&mut inner);
        new_nonce.encode(&mut inner);
        dc.encode(&mut inner);
        if let Some(expires_in) = expires_in {
            expires_in.encode(&mut inner);
        }
        let entropy = &mut self.entropy;
        let encrypted = rsa_pad::encrypt(&rsa, &inner, &mut |bytes: &mut [u8]| entropy.fill(bytes)).unwrap();
        let mut query = 0xd712_e4be_u32.to_bytes();
        first.nonce.encode(&mut query);
        first.server_nonce.encode(&mut query);
        small(factors.p).as_slice().encode(&mut query);
        small(factors.q).as_slice().encode(&mut query);
        first.fingerprint.encode(&mut query);
        encrypted.as_slice().encode(&mut query);
        (query, new_nonce)
    }

    pub(crate) fn exchange_key(&mut self, pem: &str, dc: i32) -> Result<(), Failed> {
        self.exchange(pem, dc, None)
    }

    /// A whole exchange; on success the client uses the new key.
    pub(crate) fn exchange(&mut self, pem: &str, dc: i32, expires_in: Option<i32>) -> Result<(), Failed> {
        let nonce = self.entropy.array();
        let first = self.first_step(nonce)?;
        if first.fingerprint != RsaPublicKey::from_pem(pem).unwrap().fingerprint() {
            return Err(Failed::Refused("fingerprint"));
        }
        let (query, new_nonce) = self.second_query(pem, &first, dc, expires_in);
        let answer = self.ask_plain(&query)?;
        self.third_step(&first, new_nonce, &answer, 0)
    }

    /// Asks for the last step; gives the key that it is about, and the answer.
    pub(crate) fn last_step(
        &mut self,
        first: &FirstStep,
        new_nonce: &[u8; 32],
        params: &[u8],
        retry_id: i64,
    ) -> Result<(AuthKey, Vec<u8>), Ended> {
        let (group, g_a) = read_params(first, new_nonce, params);
        let secret: [u8; 256] = self.entropy.array();
        let key = AuthKey::new(&mut group.shared(&g_a, &secret));
        let answer = self.ask_plain(&client_dh(first, new_nonce, retry_id, &group.public(&secret)))?;
        Ok((key, answer))
    }

    /// The last step, and again after `dh_gen_retry`.
    fn third_step(
        &mut self,
        first: &FirstStep,
        new_nonce: [u8; 32],
        params: &[u8],
        retry_id: i64,
    ) -> Result<(), Failed> {
        let (key, answer) = self.last_step(first, &new_nonce, params, retry_id)?;
        let number = match u32::from_le_bytes(answer[..4].try_into().unwrap()) {
            0x3bcb_f734 => 1,
            0x46dc_1fb9 => 2,
            0xa69d_ae02 => 3,
            other => panic!("{other:#x}"),
        };
        if answer[4..20] != first.nonce || answer[20..36] != first.server_nonce {
            return Err(Failed::Refused("nonces at the end"));
        }
        let hash = sha1(&[&new_nonce, &[number], &key.aux_hash()]);
        if answer[36..52] != hash[4..] {
            return Err(Failed::Refused("new_nonce_hash"));
        }
        match number {
            1 => {
                let salt =
                    new_nonce.iter().zip(first.server_nonce).map(|(a, b)| a ^ b).take(8).collect::<Vec<_>>();
                self.salt = i64::from_le_bytes(salt.try_into().unwrap());
                self.key = Some(key);
                Ok(())
            }
            2 if retry_id == 0 => {
                self.third_step(first, new_nonce, params, i64::from_le_bytes(key.aux_hash()))?;
                Err(Failed::Retry)
            }
            2 => Err(Failed::Retry),
            _ => Err(Failed::Fail),
        }
    }
}

fn read_params(first: &FirstStep, new_nonce: &[u8; 32], params: &[u8]) -> (Group, Vec<u8>) {
    let mut reader = Reader::new(params);
    reader.expect_id(0xd0e8_075c).unwrap();
    assert_eq!((reader.array(), reader.array()), (Ok(first.nonce), Ok(first.server_nonce)));
    let mut answer = reader.bytes().unwrap().to_vec();
    ige::decrypt(&kdf::handshake(new_nonce, &first.server_nonce), &mut answer).unwrap();
    let (hash, answer) = answer.split_at(20);
    let mut reader = Reader::new(answer);
    reader.expect_id(0xb589_0dba).unwrap();
    assert_eq!((reader.array(), reader.array()), (Ok(first.nonce), Ok(first.server_nonce)));
    let g = reader.int().unwrap();
    let group = Group::check(reader.bytes().unwrap(), g, &mut |_: &mut [u8]| ()).unwrap();
    let g_a = reader.bytes().unwrap().to_vec();
    group.check_public(&g_a).unwrap();
    let _server_time = reader.int().unwrap();
    assert_eq!(sha1(&[&answer[..reader.offset()]]), hash);
    (group, g_a)
}

fn client_dh(first: &FirstStep, new_nonce: &[u8; 32], retry_id: i64, g_b: &[u8; 256]) -> Vec<u8> {
    let mut inner = 0x6643_b654_u32.to_bytes();
    first.nonce.encode(&mut inner);
    first.server_nonce.encode(&mut inner);
    retry_id.encode(&mut inner);
    g_b.as_slice().encode(&mut inner);
    let mut sealed = [sha1(&[&inner]).as_slice(), &inner].concat();
    sealed.resize(sealed.len().next_multiple_of(16), 7);
    ige::encrypt(&kdf::handshake(new_nonce, &first.server_nonce), &mut sealed).unwrap();
    let mut query = 0xf504_5f1f_u32.to_bytes();
    first.nonce.encode(&mut query);
    first.server_nonce.encode(&mut query);
    sealed.encode(&mut query);
    query
}
