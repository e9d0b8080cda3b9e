//! Calls of older layers as today's, and people in them by another name.
//!
//! | what | until | how it was different |
//! |---|---|---|
//! | `contacts.block`, `unblock`, `getBlocked` | 158 | without flags |
//! | `updates.getDifference` | 158 | without two of its limits |
//! | `auth.resendCode` | 179 | without flags and reason |
//! | `contacts.resolveUsername` | 193 | without flags and referer |
//! | `contacts.addContact` | 214 | without note |
//! | `inputPhoneContact` | 216 | without flags and note |
//! | `contacts.search` | 224 | without flags |

use std::borrow::Cow;

use tl_api::functions::{auth, contacts, updates, users};
use tl_api::types::{InputPeerSelf, InputPeerUserRef, InputPhoneContactRef, InputUserRef, InputUserSelf};
use tl_codec::{Constructor, DecodeError, Encode, Reader};

/// Constructors that have got a word of flags, and what they are today.
const WITHOUT_FLAGS: [(u32, u32); 6] = [
    (0x11f8_12d8, contacts::SearchRef::ID),
    (0xf93c_cba3, contacts::ResolveUsernameRef::ID),
    (0x68cc_1411, contacts::BlockRef::ID),
    (0xbea6_5d50, contacts::UnblockRef::ID),
    (0xf57c_350f, contacts::GetBlocked::ID),
    (0x3ef1_a9bf, auth::ResendCodeRef::ID),
];
/// Constructors that have got nothing but optional fields.
const WITH_FEWER_FIELDS: [(u32, u32); 2] =
    [(0xe8f4_63d0, contacts::AddContactRef::ID), (0x2593_9651, updates::GetDifference::ID)];
/// `inputPhoneContact#f392b7f4 client_id:long phone:string first_name:string last_name:string`
const INPUT_PHONE_CONTACT_216: u32 = 0xf392_b7f4;

/// A call as this server reads it.
pub(in crate::api) fn modernise(body: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let Some(id) = body.first_chunk().copied().map(u32::from_le_bytes) else { return body };
    let fields = body.get(4..).unwrap_or_default();
    let today = |table: &[(u32, u32)]| table.iter().find(|(old, _)| *old == id).map(|(_, today)| *today);
    let call = if let Some(today) = today(&WITHOUT_FLAGS) {
        Cow::Owned(with_flags(today, fields))
    } else if let Some(today) = today(&WITH_FEWER_FIELDS) {
        Cow::Owned([&today.to_le_bytes(), fields].concat())
    } else if id == contacts::ImportContactsRef::ID {
        modernise_import(&body).ok().flatten().map_or(body, Cow::Owned)
    } else {
        body
    };
    name_users(call)
}

/// An object that has got a word of flags, none of them set.
fn with_flags(id: u32, fields: &[u8]) -> Vec<u8> {
    [id.to_le_bytes().as_slice(), &[0; 4], fields].concat()
}

/// The contacts of `contacts.importContacts` with flags; nothing if they have them.
fn modernise_import(body: &[u8]) -> Result<Option<Vec<u8>>, DecodeError> {
    let mut reader = Reader::new(body);
    let mut out = reader.word()?.to_bytes();
    reader.expect_id(VECTOR)?;
    let count = reader.count(MIN_CONTACT_BYTES)?;
    VECTOR.encode(&mut out);
    u32::try_from(count).unwrap_or(u32::MAX).encode(&mut out);
    for _ in 0..count {
        if reader.word()? != INPUT_PHONE_CONTACT_216 {
            return Ok(None);
        }
        let client_id = reader.long()?;
        out.extend(with_flags(InputPhoneContactRef::ID, &client_id.to_bytes()));
        for _ in 0..3 {
            reader.bytes()?.encode(&mut out);
        }
    }
    reader.finish("contacts.importContacts")?;
    Ok(Some(out))
}

/// `vector#1cb5c415`
const VECTOR: u32 = 0x1cb5_c415;
/// Constructor, `client_id` and three empty strings.
const MIN_CONTACT_BYTES: usize = 4 + 8 + 3 * 4;
/// Constructor, `user_id` and `access_hash`.
const USER_BYTES: usize = 4 + 8 + 8;

/// Where the people of a call stand, and how many there are at most.
fn place_of_users(method: u32) -> Option<(usize, usize)> {
    match method {
        // behind the constructor of the call; behind flags; in a list
        users::GetFullUserRef::ID | contacts::AcceptContactRef::ID | contacts::UpdateContactNoteRef::ID => {
            Some((4, 1))
        }
        contacts::AddContactRef::ID => Some((8, 1)),
        users::GetUsersRef::ID | contacts::DeleteContactsRef::ID => Some((12, usize::MAX)),
        _ => None,
    }
}

/// `inputUser` and `inputUserSelf` for people who are named as peers. Telegram takes either where the schema wants an
/// `InputUser`, and clients rely on it: `get_users` and `add_contact` of every Pyrogram send an `inputPeerUser`.
fn name_users(call: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let method = call.first_chunk().copied().map(u32::from_le_bytes);
    let Some((mut at, most)) = method.and_then(place_of_users) else { return call };
    let mut call = call.into_owned();
    for _ in 0..most {
        let Some(word) = call.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<4>) else { break };
        let (as_user, len) = match u32::from_le_bytes(*word) {
            InputPeerUserRef::ID | InputUserRef::ID => (InputUserRef::ID, USER_BYTES),
            InputPeerSelf::ID | InputUserSelf::ID => (InputUserSelf::ID, 4),
            _ => break,
        };
        *word = as_user.to_le_bytes();
        at += len;
    }
    Cow::Owned(call)
}
