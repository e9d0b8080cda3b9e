//! A peer: `contacts.contacts` as types for tl-proto 0.5.4, which borrow their strings as ours do.
//!
//! tl-proto is made for the schemas of TON: its vectors have no constructor id, so that [`Vector`] adds it. It reads
//! every field into the struct (a user takes several hundred bytes), checks no UTF-8 and says neither where nor why a
//! reading failed.
#![expect(missing_docs, reason = "the names are those of the schema")]

use tl_proto::{Bare, TlError, TlRead, TlResult};

/// `Vector<T>` with its constructor id.
#[derive(Debug)]
pub struct Vector<T>(pub Vec<T>);

impl<'tl, T: TlRead<'tl>> TlRead<'tl> for Vector<T> {
    type Repr = Bare;

    fn read_from(rest: &mut &'tl [u8]) -> TlResult<Self> {
        match u32::read_from(rest)? {
            0x1cb5_c415 => Vec::read_from(rest).map(Self),
            _ => Err(TlError::UnknownConstructor),
        }
    }
}

#[derive(Debug, TlRead)]
#[tl(boxed, id = 0xeae87e42)]
pub struct Contacts<'tl> {
    pub contacts: Vector<Contact>,
    pub saved_count: i32,
    pub users: Vector<AnyUser<'tl>>,
}

#[derive(Debug, TlRead)]
#[tl(boxed, id = 0x145ade0b)]
pub struct Contact {
    pub user_id: i64,
    pub mutual: bool,
}

#[derive(Debug, TlRead)]
#[tl(boxed)]
#[expect(clippy::large_enum_variant, reason = "tl-proto reads no boxes")]
pub enum AnyUser<'tl> {
    #[tl(id = 0xd3bc4b7a)]
    Empty { id: i64 },
    #[tl(id = 0xb1b8cc83)]
    User(User<'tl>),
}

#[derive(Debug, TlRead)]
pub struct User<'tl> {
    #[tl(flags)]
    pub flags: (),
    #[tl(flags_bit = "flags.10")]
    pub is_self: Option<()>,
    #[tl(flags_bit = "flags.11")]
    pub contact: Option<()>,
    #[tl(flags_bit = "flags.12")]
    pub mutual_contact: Option<()>,
    #[tl(flags_bit = "flags.13")]
    pub deleted: Option<()>,
    #[tl(flags_bit = "flags.14")]
    pub bot: Option<()>,
    #[tl(flags_bit = "flags.15")]
    pub bot_chat_history: Option<()>,
    #[tl(flags_bit = "flags.16")]
    pub bot_nochats: Option<()>,
    #[tl(flags_bit = "flags.17")]
    pub verified: Option<()>,
    #[tl(flags_bit = "flags.18")]
    pub restricted: Option<()>,
    #[tl(flags_bit = "flags.20")]
    pub min: Option<()>,
    #[tl(flags_bit = "flags.21")]
    pub bot_inline_geo: Option<()>,
    #[tl(flags_bit = "flags.23")]
    pub support: Option<()>,
    #[tl(flags_bit = "flags.24")]
    pub scam: Option<()>,
    #[tl(flags_bit = "flags.25")]
    pub apply_min_photo: Option<()>,
    #[tl(flags_bit = "flags.26")]
    pub fake: Option<()>,
    #[tl(flags_bit = "flags.27")]
    pub bot_attach_menu: Option<()>,
    #[tl(flags_bit = "flags.28")]
    pub premium: Option<()>,
    #[tl(flags_bit = "flags.29")]
    pub attach_menu_enabled: Option<()>,
    #[tl(flags)]
    pub flags2: (),
    #[tl(flags_bit = "flags2.1")]
    pub bot_can_edit: Option<()>,
    #[tl(flags_bit = "flags2.2")]
    pub close_friend: Option<()>,
    #[tl(flags_bit = "flags2.3")]
    pub stories_hidden: Option<()>,
    #[tl(flags_bit = "flags2.4")]
    pub stories_unavailable: Option<()>,
    #[tl(flags_bit = "flags2.10")]
    pub contact_require_premium: Option<()>,
    #[tl(flags_bit = "flags2.11")]
    pub bot_business: Option<()>,
    #[tl(flags_bit = "flags2.13")]
    pub bot_has_main_app: Option<()>,
    #[tl(flags_bit = "flags2.16")]
    pub bot_forum_view: Option<()>,
    #[tl(flags_bit = "flags2.17")]
    pub bot_forum_can_manage_topics: Option<()>,
    #[tl(flags_bit = "flags2.18")]
    pub bot_can_manage_bots: Option<()>,
    #[tl(flags_bit = "flags2.19")]
    pub bot_guestchat: Option<()>,
    #[tl(flags_bit = "flags2.20")]
    pub bot_guard: Option<()>,
    pub id: i64,
    #[tl(flags_bit = "flags.0")]
    pub access_hash: Option<i64>,
    #[tl(flags_bit = "flags.1")]
    pub first_name: Option<&'tl [u8]>,
    #[tl(flags_bit = "flags.2")]
    pub last_name: Option<&'tl [u8]>,
    #[tl(flags_bit = "flags.3")]
    pub username: Option<&'tl [u8]>,
    #[tl(flags_bit = "flags.4")]
    pub phone: Option<&'tl [u8]>,
    #[tl(flags_bit = "flags.5")]
    pub photo: Option<Photo<'tl>>,
    #[tl(flags_bit = "flags.6")]
    pub status: Option<Status>,
    #[tl(flags_bit = "flags.14")]
    pub bot_info_version: Option<i32>,
    #[tl(flags_bit = "flags.18")]
    pub restriction_reason: Option<Vector<RestrictionReason<'tl>>>,
    #[tl(flags_bit = "flags.19")]
    pub bot_inline_placeholder: Option<&'tl [u8]>,
    #[tl(flags_bit = "flags.22")]
    pub lang_code: Option<&'tl [u8]>,
    #[tl(flags_bit = "flags.30")]
    pub emoji_status: Option<EmojiStatus<'tl>>,
    #[tl(flags_bit = "flags2.0")]
    pub usernames: Option<Vector<Username<'tl>>>,
    #[tl(flags_bit = "flags2.5")]
    pub stories_max_id: Option<RecentStory>,
    #[tl(flags_bit = "flags2.8")]
    pub color: Option<PeerColor>,
    #[tl(flags_bit = "flags2.9")]
    pub profile_color: Option<PeerColor>,
    #[tl(flags_bit = "flags2.12")]
    pub bot_active_users: Option<i32>,
    #[tl(flags_bit = "flags2.14")]
    pub bot_verification_icon: Option<i64>,
    #[tl(flags_bit = "flags2.15")]
    pub send_paid_messages_stars: Option<i64>,
    #[tl(flags_bit = "flags2.21")]
    pub linked_community_id: Option<i64>,
}

#[derive(Debug, TlRead)]
#[tl(boxed)]
pub enum Photo<'tl> {
    #[tl(id = 0x4f11bae1)]
    Empty,
    #[tl(id = 0x82d1f706)]
    Photo(PhotoFields<'tl>),
}

#[derive(Debug, TlRead)]
pub struct PhotoFields<'tl> {
    #[tl(flags)]
    pub flags: (),
    #[tl(flags_bit = 0)]
    pub has_video: Option<()>,
    #[tl(flags_bit = 2)]
    pub personal: Option<()>,
    pub photo_id: i64,
    #[tl(flags_bit = 1)]
    pub stripped_thumb: Option<&'tl [u8]>,
    pub dc_id: i32,
}

#[derive(Debug, TlRead)]
#[tl(boxed)]
pub enum Status {
    #[tl(id = 0x09d05049)]
    Empty,
    #[tl(id = 0xedb93949)]
    Online { expires: i32 },
    #[tl(id = 0x008c703f)]
    Offline { was_online: i32 },
    #[tl(id = 0x7b197dc8)]
    Recently { flags: u32 },
    #[tl(id = 0x541a1d1a)]
    LastWeek { flags: u32 },
    #[tl(id = 0x65899777)]
    LastMonth { flags: u32 },
}

#[derive(Debug, TlRead)]
#[tl(boxed, id = 0xd072acb4)]
pub struct RestrictionReason<'tl> {
    pub platform: &'tl [u8],
    pub reason: &'tl [u8],
    pub text: &'tl [u8],
}

#[derive(Debug, TlRead)]
#[tl(boxed)]
pub enum EmojiStatus<'tl> {
    #[tl(id = 0x2de11aae)]
    Empty,
    #[tl(id = 0xe7ff068a)]
    Status(EmojiFields),
    #[tl(id = 0x7184603b)]
    Collectible(CollectibleFields<'tl>),
}

#[derive(Debug, TlRead)]
pub struct EmojiFields {
    #[tl(flags)]
    pub flags: (),
    pub document_id: i64,
    #[tl(flags_bit = 0)]
    pub until: Option<i32>,
}

#[derive(Debug, TlRead)]
pub struct CollectibleFields<'tl> {
    #[tl(flags)]
    pub flags: (),
    pub collectible_id: i64,
    pub document_id: i64,
    pub title: &'tl [u8],
    pub slug: &'tl [u8],
    pub pattern_document_id: i64,
    pub center_color: i32,
    pub edge_color: i32,
    pub pattern_color: i32,
    pub text_color: i32,
    #[tl(flags_bit = 0)]
    pub until: Option<i32>,
}

#[derive(Debug, TlRead)]
#[tl(boxed, id = 0xb4073647)]
pub struct Username<'tl> {
    pub flags: u32,
    pub username: &'tl [u8],
}

#[derive(Debug, TlRead)]
#[tl(boxed, id = 0x711d692d)]
pub struct RecentStory {
    #[tl(flags)]
    pub flags: (),
    #[tl(flags_bit = 0)]
    pub live: Option<()>,
    #[tl(flags_bit = 1)]
    pub max_id: Option<i32>,
}

#[derive(Debug, TlRead)]
#[tl(boxed)]
pub enum PeerColor {
    #[tl(id = 0xb54b5acf)]
    Color(ColorFields),
    #[tl(id = 0xb9c0639a)]
    Collectible(CollectibleColorFields),
}

#[derive(Debug, TlRead)]
pub struct ColorFields {
    #[tl(flags)]
    pub flags: (),
    #[tl(flags_bit = 0)]
    pub color: Option<i32>,
    #[tl(flags_bit = 1)]
    pub background_emoji_id: Option<i64>,
}

#[derive(Debug, TlRead)]
pub struct CollectibleColorFields {
    #[tl(flags)]
    pub flags: (),
    pub collectible_id: i64,
    pub gift_emoji_id: i64,
    pub background_emoji_id: i64,
    pub accent_color: i32,
    pub colors: Vector<i32>,
    #[tl(flags_bit = 0)]
    pub dark_accent_color: Option<i32>,
    #[tl(flags_bit = 1)]
    pub dark_colors: Option<Vector<i32>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_fixture_as_we_do() {
        let reply = crate::replies::contacts_reply(50);
        let read: Contacts<'_> = tl_proto::deserialize(&reply).unwrap();
        assert_eq!((read.contacts.0.len(), read.users.0.len()), (50, 50));
        let names = read
            .users
            .0
            .iter()
            .filter(|user| matches!(user, AnyUser::User(user) if user.first_name.is_some()));
        assert_eq!(names.count(), 50);
    }
}
