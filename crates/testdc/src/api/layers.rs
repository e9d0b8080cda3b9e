//! Clients of older layers: what they send, and what they are sent.
//!
//! Methods are written for one layer, [`tl_api::LAYER`]. Of everything that they read and write for logins, takeouts and
//! contacts, five things were different in the others (compared with their published schemas):
//!
//! | what | 198 | 216 | 222, 223 | 224 to 227 |
//! |---|---|---|---|---|
//! | `user` | `#4b46c37e`, with `stories_max_id:int` | `#020b1422`, the same | `#31774388` | `#31774388` |
//! | `userFull` | not served | `#a02bc13e` | `#a02bc13e` | as today |
//! | `inputPhoneContact` | `#f392b7f4`, without flags and note | the same | as today | as today |
//! | `contacts.addContact` | `#e8f463d0`, without note | as declared | as declared | as today |
//! | `contacts.search` | `#11f812d8`, without flags | the same | the same | as today |
//!
//! Layer 198 is that of `GramJS` 2.26. Messages, which have changed since, are not written in it.
//!
//! The fields that `user` and `userFull` have gained are never written here, so that their other bytes are the same.

use std::borrow::Cow;

use tl_api::functions::contacts::{AddContactRef, ImportContactsRef, SearchRef};
use tl_api::types::{InputPhoneContactRef, RecentStory, RecentStoryRef, User, UserFull, UserRef};
use tl_codec::{Constructor, Decode, DecodeError, Encode, Reader};

/// `user#4b46c37e …` (198), with the same fields as the next one, as far as they are written here
const USER_198: u32 = 0x4b46_c37e;
/// `user#020b1422 … stories_max_id:flags2.5?int …` (216), `user#31774388` (217 to 227)
const USER_216: u32 = 0x020b_1422;
const USER_227: u32 = 0x3177_4388;
/// `userFull#a02bc13e` (216 to 223)
const USER_FULL_223: u32 = 0xa02b_c13e;
/// `inputPhoneContact#f392b7f4 client_id:long phone:string first_name:string last_name:string` (216)
const INPUT_PHONE_CONTACT_216: u32 = 0xf392_b7f4;
/// `contacts.addContact#e8f463d0 flags:# … phone:string` (198), where today's may have a note behind
const ADD_CONTACT_198: u32 = 0xe8f4_63d0;
/// `contacts.search#11f812d8 q:string limit:int` (216 to 223)
const SEARCH_223: u32 = 0x11f8_12d8;

/// Whether this server speaks a layer: those whose schemas it was compared with, and those between two that are equal.
pub(super) fn is_known(layer: i32) -> bool {
    matches!(layer, 198 | 216) || (222..=tl_api::LAYER).contains(&layer)
}

/// A call of an older layer as today's.
pub(super) fn modernise(body: &[u8]) -> Cow<'_, [u8]> {
    match body.first_chunk().copied().map(u32::from_le_bytes) {
        Some(SEARCH_223) => Cow::Owned(with_flags(SearchRef::ID, body.get(4..).unwrap_or_default())),
        Some(ADD_CONTACT_198) => {
            Cow::Owned([&AddContactRef::ID.to_le_bytes(), body.get(4..).unwrap_or_default()].concat())
        }
        Some(ImportContactsRef::ID) => modernise_import(body)
            .map_or(Cow::Borrowed(body), |import| import.map_or(Cow::Borrowed(body), Cow::Owned)),
        _ => Cow::Borrowed(body),
    }
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

/// An answer of today's layer as it was in `layer`.
///
/// Everything in an answer lies at a multiple of four bytes. A word that is the constructor of `user` begins one exactly
/// if a whole user can be read from there, which no text of this server's people imitates.
pub(super) fn age(object: Vec<u8>, layer: i32) -> Vec<u8> {
    if layer > LAST_WITH_OLD_USER {
        return object;
    }
    let mut out = Vec::with_capacity(object.len());
    let mut rest = object.as_slice();
    while let Some(word) = rest.first_chunk::<4>() {
        let user_bytes = if u32::from_le_bytes(*word) == User::ID { whole_user(rest) } else { None };
        let (done, left) = rest.split_at(user_bytes.unwrap_or(4).min(rest.len()));
        match (user_bytes, u32::from_le_bytes(*word)) {
            (Some(_), _) => age_user(done, layer, &mut out),
            (None, UserFull::ID) if layer <= LAST_WITH_OLD_USER_FULL => USER_FULL_223.encode(&mut out),
            (None, _) => out.extend_from_slice(done),
        }
        rest = left;
    }
    out.extend_from_slice(rest);
    out
}

const LAST_WITH_OLD_USER: i32 = 227;
const LAST_WITH_OLD_USER_FULL: i32 = 223;

/// The length of the user that these bytes begin with.
fn whole_user(bytes: &[u8]) -> Option<usize> {
    let mut reader = Reader::new(bytes);
    UserRef::decode(&mut reader).ok()?;
    Some(reader.offset())
}

fn age_user(user: &[u8], layer: i32, out: &mut Vec<u8>) {
    if layer > 216 {
        USER_227.encode(out);
        out.extend_from_slice(user.get(4..).unwrap_or_default());
        return;
    }
    if layer == 198 { USER_198 } else { USER_216 }.encode(out);
    let fields = user.get(4..).unwrap_or_default();
    match place_of_story(user, fields) {
        // `recentStory#711d692d flags:# max_id:flags.0?int` becomes its number
        Some((at, story)) => {
            out.extend_from_slice(fields.get(..at).unwrap_or_default());
            story.max_id.unwrap_or(0).encode(out);
            out.extend_from_slice(fields.get(at + story.encoded_len()..).unwrap_or_default());
        }
        None => out.extend_from_slice(fields),
    }
}

/// Where in the fields of a user its story stands. Behind it there are only colours and numbers, so it is the last object
/// of its kind.
fn place_of_story(user: &[u8], fields: &[u8]) -> Option<(usize, RecentStoryRef)> {
    let story = UserRef::from_bytes(user).ok()?.stories_max_id()?;
    let words = fields.chunks_exact(4).rposition(|word| word == RecentStory::ID.to_le_bytes())?;
    Some((words * 4, story))
}
