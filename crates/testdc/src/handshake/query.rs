//! The three queries of a client.

use tl_codec::{DecodeError, Int128, Reader};

use super::HandshakeError;

/// `req_pq#60469778 nonce:int128 = ResPQ`
const REQ_PQ: u32 = 0x6046_9778;
/// `req_pq_multi#be7e8ef1 nonce:int128 = ResPQ`
const REQ_PQ_MULTI: u32 = 0xbe7e_8ef1;
/// `req_DH_params#d712e4be nonce:int128 server_nonce:int128 p:bytes q:bytes public_key_fingerprint:long
/// encrypted_data:bytes = Server_DH_Params`
const REQ_DH_PARAMS: u32 = 0xd712_e4be;
/// `set_client_DH_params#f5045f1f nonce:int128 server_nonce:int128 encrypted_data:bytes =
/// Set_client_DH_params_answer`
const SET_CLIENT_DH_PARAMS: u32 = 0xf504_5f1f;

pub(super) enum Query<'a> {
    Pq { nonce: Int128 },
    DhParams(DhParams<'a>),
    ClientDh(ClientDh<'a>),
}

pub(super) struct DhParams<'a> {
    pub(super) nonce: Int128,
    pub(super) server_nonce: Int128,
    pub(super) p: &'a [u8],
    pub(super) q: &'a [u8],
    pub(super) fingerprint: i64,
    pub(super) encrypted: &'a [u8],
}

pub(super) struct ClientDh<'a> {
    pub(super) nonce: Int128,
    pub(super) server_nonce: Int128,
    pub(super) encrypted: &'a [u8],
}

/// By which name a fault waits for the answer to the query that a body begins with.
pub(crate) fn query_name(body: &[u8]) -> Option<&'static str> {
    Some(match u32::from_le_bytes(*body.first_chunk()?) {
        REQ_PQ | REQ_PQ_MULTI => "req_pq_multi",
        REQ_DH_PARAMS => "req_DH_params",
        SET_CLIENT_DH_PARAMS => "set_client_DH_params",
        _ => return None,
    })
}

impl<'a> Query<'a> {
    /// Reads the query that a body begins with, and tells which bytes it is. Random bytes may follow, counted into the
    /// length of the message: `TDLib` hides the sizes of its queries so.
    pub(super) fn read(body: &'a [u8]) -> Result<(Self, &'a [u8]), HandshakeError> {
        let mut reader = Reader::new(body);
        let query = Self::read_from(&mut reader).map_err(|_| HandshakeError::Malformed)?;
        let own = body.get(..reader.offset()).unwrap_or(body);
        Ok((query.ok_or(HandshakeError::Malformed)?, own))
    }

    fn read_from(reader: &mut Reader<'a>) -> Result<Option<Self>, DecodeError> {
        Ok(Some(match reader.word()? {
            REQ_PQ | REQ_PQ_MULTI => Self::Pq { nonce: reader.array()? },
            REQ_DH_PARAMS => Self::DhParams(DhParams {
                nonce: reader.array()?,
                server_nonce: reader.array()?,
                p: reader.bytes()?,
                q: reader.bytes()?,
                fingerprint: reader.long()?,
                encrypted: reader.bytes()?,
            }),
            SET_CLIENT_DH_PARAMS => Self::ClientDh(ClientDh {
                nonce: reader.array()?,
                server_nonce: reader.array()?,
                encrypted: reader.bytes()?,
            }),
            _ => return Ok(None),
        }))
    }
}
