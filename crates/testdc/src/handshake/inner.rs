//! The objects inside the two encrypted queries.

use tl_codec::{DecodeError, Int128, Int256, Reader};

/// `p_q_inner_data#83c95aec pq:bytes p:bytes q:bytes nonce:int128 server_nonce:int128 new_nonce:int256`: the oldest form,
/// which Telethon 1.45 sends.
const P_Q_INNER_DATA: u32 = 0x83c9_5aec;
/// `p_q_inner_data_dc#a9f55f95 … dc:int`
const P_Q_INNER_DATA_DC: u32 = 0xa9f5_5f95;
/// `p_q_inner_data_temp#3c6a84d4 … expires_in:int`
const P_Q_INNER_DATA_TEMP: u32 = 0x3c6a_84d4;
/// `p_q_inner_data_temp_dc#56fddf88 … dc:int expires_in:int`
const P_Q_INNER_DATA_TEMP_DC: u32 = 0x56fd_df88;
/// `client_DH_inner_data#6643b654 nonce:int128 server_nonce:int128 retry_id:long g_b:bytes`
const CLIENT_DH_INNER_DATA: u32 = 0x6643_b654;

/// `P_Q_inner_data` in any of its four forms.
pub(super) struct PqInner<'a> {
    pub(super) pq: &'a [u8],
    pub(super) p: &'a [u8],
    pub(super) q: &'a [u8],
    pub(super) nonce: Int128,
    pub(super) server_nonce: Int128,
    pub(super) new_nonce: Int256,
    pub(super) dc: Option<i32>,
    pub(super) expires_in: Option<i32>,
    /// How many bytes it took.
    pub(super) len: usize,
}

impl<'a> PqInner<'a> {
    pub(super) fn read(plain: &'a [u8]) -> Result<Option<Self>, DecodeError> {
        let mut reader = Reader::new(plain);
        let id = reader.word()?;
        let (has_dc, is_temporary) = match id {
            P_Q_INNER_DATA => (false, false),
            P_Q_INNER_DATA_DC => (true, false),
            P_Q_INNER_DATA_TEMP => (false, true),
            P_Q_INNER_DATA_TEMP_DC => (true, true),
            _ => return Ok(None),
        };
        let mut inner = Self {
            pq: reader.bytes()?,
            p: reader.bytes()?,
            q: reader.bytes()?,
            nonce: reader.array()?,
            server_nonce: reader.array()?,
            new_nonce: reader.array()?,
            dc: has_dc.then(|| reader.int()).transpose()?,
            expires_in: is_temporary.then(|| reader.int()).transpose()?,
            len: 0,
        };
        inner.len = reader.offset();
        Ok(Some(inner))
    }
}

/// `client_DH_inner_data`
pub(super) struct ClientDhInner<'a> {
    pub(super) nonce: Int128,
    pub(super) server_nonce: Int128,
    pub(super) retry_id: i64,
    pub(super) g_b: &'a [u8],
    /// How many bytes it took.
    pub(super) len: usize,
}

impl<'a> ClientDhInner<'a> {
    pub(super) fn read(plain: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(plain);
        reader.expect_id(CLIENT_DH_INNER_DATA)?;
        let mut inner = Self {
            nonce: reader.array()?,
            server_nonce: reader.array()?,
            retry_id: reader.long()?,
            g_b: reader.bytes()?,
            len: 0,
        };
        inner.len = reader.offset();
        Ok(inner)
    }
}
