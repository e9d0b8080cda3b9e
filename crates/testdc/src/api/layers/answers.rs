//! Today's answers as they were.
//!
//! | what | until | how it was different |
//! |---|---|---|
//! | `userStatusRecently`, `LastWeek`, `LastMonth` | 158 | without flags |
//! | `peerNotifySettings` | 158 | another constructor |
//! | `peerSettings` | 174, 199 | another constructor each time |
//! | `auth.sentCodeTypeFirebaseSms` | 179, 181 | another constructor each time |
//! | `emojiStatus` | 193 | without flags |
//! | `userFull` | 158, 174, 188, 193, 199, 204, 214, 223 | another constructor each time, without note before 216 and without a second word of flags before 179 |
//! | `user` | 158, 184, 193, 199, 216, 227 | another constructor each time; until 216 `stories_max_id` was a number; 158 has neither stories nor colours |

use tl_api::enums::{EmojiStatusRef, UserStatusRef};
use tl_api::types::{
    ContactStatus, ContactStatusRef, PeerNotifySettings, PeerSettings, PeerSettingsRef, User, UserFull,
    UserFullRef, UserRef, auth,
};
use tl_codec::{Constructor, Decode, Encode, EncodeBare, Reader};

const LAST_WITH_OLD_USER: i32 = 227;
const LAST_WITH_OLD_USER_FULL: i32 = 223;

/// An answer of today's layer as it was in `layer`.
///
/// Everything in an answer lies at a multiple of four bytes. A word that is the constructor of `user` begins one exactly
/// if a whole user can be read from there, which no text of this server's people imitates; so it is with the others.
pub(in crate::api) fn age(object: Vec<u8>, layer: i32) -> Vec<u8> {
    if layer > LAST_WITH_OLD_USER {
        return object;
    }
    let mut out = Vec::with_capacity(object.len());
    let mut rest = object.as_slice();
    while let Some(word) = rest.first_chunk::<4>() {
        let read_bytes = age_one(u32::from_le_bytes(*word), rest, layer, &mut out);
        let (same, left) = rest.split_at(read_bytes.unwrap_or(4).min(rest.len()));
        if read_bytes.is_none() {
            out.extend_from_slice(same);
        }
        rest = left;
    }
    out.extend_from_slice(rest);
    out
}

/// Writes the object at the beginning of these bytes as it was, if it was different, and tells its length today.
fn age_one(id: u32, bytes: &[u8], layer: i32, out: &mut Vec<u8>) -> Option<usize> {
    let mut reader = Reader::new(bytes);
    match id {
        User::ID => write_user(&UserRef::decode(&mut reader).ok()?, layer, out),
        UserFull::ID if layer <= LAST_WITH_OLD_USER_FULL => {
            write_user_full(&UserFullRef::decode(&mut reader).ok()?, layer, out);
        }
        PeerSettings::ID if layer <= 199 => {
            write_peer_settings(&PeerSettingsRef::decode(&mut reader).ok()?, layer, out);
        }
        PeerNotifySettings::ID if layer <= 158 => {
            PEER_NOTIFY_SETTINGS_158.encode(out);
            reader.word().ok()?;
        }
        ContactStatus::ID if layer <= 158 => {
            let contact = ContactStatusRef::decode(&mut reader).ok()?;
            ContactStatus::ID.encode(out);
            contact.user_id.encode(out);
            write_status(contact.status, layer, out);
        }
        auth::SentCodeTypeFirebaseSms::ID if layer <= 181 => {
            let how = auth::SentCodeTypeFirebaseSmsRef::decode(&mut reader).ok()?;
            if layer <= 179 { 0xe57b_1432_u32 } else { 0x13c9_0f17 }.encode(out);
            how.encode_bare(out);
        }
        _ => return None,
    }
    Some(reader.offset())
}

fn write_user(user: &UserRef<'_>, layer: i32, out: &mut Vec<u8>) {
    let id: u32 = match layer {
        ..=158 => 0x8f97_c628,
        159..=184 => 0x215c_4438,
        185..=193 => 0x8331_4fca,
        194..=199 => 0x4b46_c37e,
        200..=216 => 0x020b_1422,
        _ => 0x3177_4388,
    };
    id.encode(out);
    if layer > 216 {
        user.encode_bare(out);
        return;
    }
    let has_stories = layer > 158;
    user.flags.encode(out);
    if has_stories { user.flags2 } else { user.flags2 & FLAGS2_158 }.encode(out);
    user.id.encode(out);
    user.access_hash.encode(out);
    for text in [user.first_name, user.last_name, user.username, user.phone] {
        text.encode(out);
    }
    user.photo().encode(out);
    if let Some(status) = user.status {
        write_status(status, layer, out);
    }
    user.bot_info_version().encode(out);
    user.restriction_reason().encode(out);
    user.lang_code().encode(out);
    write_emoji_status(user.emoji_status(), layer, out);
    user.usernames().encode(out);
    if has_stories {
        user.stories_max_id().map(|story| story.max_id.unwrap_or(0)).encode(out);
        user.color().encode(out);
    }
}

/// The list of usernames and `bot_can_edit`, of which layer 158 knows
const FLAGS2_158: u32 = 0b11;

/// `emojiStatus#929b619d document_id:long`
fn write_emoji_status(status: Option<EmojiStatusRef<'_>>, layer: i32, out: &mut Vec<u8>) {
    match status {
        Some(EmojiStatusRef::EmojiStatus(status)) if layer <= 193 => {
            0x929b_619d_u32.encode(out);
            status.document_id.encode(out);
        }
        status => status.encode(out),
    }
}

fn write_status(status: UserStatusRef, layer: i32, out: &mut Vec<u8>) {
    let without_flags: u32 = match status {
        UserStatusRef::Recently(_) => 0xe26f_42f1,
        UserStatusRef::LastWeek(_) => 0x07bf_09fc,
        UserStatusRef::LastMonth(_) => 0x77eb_c742,
        _ => return status.encode(out),
    };
    if layer > 158 { status.encode(out) } else { without_flags.encode(out) }
}

fn write_user_full(full: &UserFullRef<'_>, layer: i32, out: &mut Vec<u8>) {
    let id: u32 = match layer {
        ..=158 => 0x93ea_db53,
        159..=174 => 0xb9b1_2c6c,
        175..=188 => 0xcc99_7720,
        189..=193 => 0x1f58_e369,
        194..=199 => 0x4d97_5bbc,
        200..=204 => 0x99e7_8045,
        205..=214 => 0xc577_b5ad,
        _ => 0xa02b_c13e,
    };
    id.encode(out);
    if layer >= 216 {
        full.encode_bare(out);
        return;
    }
    full.flags.encode(out);
    let has_birthday = layer >= 179;
    if has_birthday {
        (full.flags2 & !NOTE).encode(out);
    }
    full.id.encode(out);
    write_peer_settings(&full.settings, layer, out);
    if layer > 158 { PeerNotifySettings::ID } else { PEER_NOTIFY_SETTINGS_158 }.encode(out);
    full.notify_settings.encode_bare(out);
    full.common_chats_count.encode(out);
    if has_birthday {
        full.birthday.encode(out);
    }
}

/// `peerNotifySettings#a83b0426`, whose first fields are those of today
const PEER_NOTIFY_SETTINGS_158: u32 = 0xa83b_0426;

/// `note:flags2.22?TextWithEntities` of `userFull`
const NOTE: u32 = 1 << 22;

fn write_peer_settings(settings: &PeerSettingsRef<'_>, layer: i32, out: &mut Vec<u8>) {
    let id: u32 = match layer {
        ..=174 => 0xa518_110d,
        175..=199 => 0xacd6_6c5e,
        _ => PeerSettings::ID,
    };
    id.encode(out);
    settings.encode_bare(out);
}
