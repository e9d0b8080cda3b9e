//! People, as the API writes them.

use tl_api::{enums, types};

use crate::book::{Person, Photo, SavedRecord, Status};

/// `user#b1b8cc83`
pub(super) fn user(person: &Person) -> types::User {
    let marks = person.marks;
    types::User {
        self_: marks.is_self,
        contact: marks.contact,
        mutual_contact: marks.mutual_contact,
        deleted: marks.deleted,
        bot: marks.bot,
        verified: marks.verified,
        restricted: marks.restricted,
        support: marks.support,
        scam: marks.scam,
        fake: marks.fake,
        premium: marks.premium,
        close_friend: marks.close_friend,
        id: person.id,
        access_hash: Some(person.access_hash),
        first_name: person.first_name.clone(),
        last_name: person.last_name.clone(),
        username: person.username.clone(),
        phone: person.phone.clone(),
        photo: person.photo.as_ref().map(photo),
        status: (person.status != Status::Empty).then(|| status(person.status)),
        rare: Some(rare(person)).filter(|rare| *rare != types::UserRare::default()).map(Box::new),
        ..types::User::default()
    }
}

fn rare(person: &Person) -> types::UserRare {
    types::UserRare {
        bot_info_version: person.marks.bot.then_some(1),
        restriction_reason: person.marks.restricted.then(restriction),
        lang_code: person.lang_code.clone(),
        emoji_status: person.emoji_status.map(|document_id| {
            let status = types::EmojiStatus { document_id, ..types::EmojiStatus::default() };
            enums::EmojiStatus::EmojiStatus(status)
        }),
        usernames: usernames(person),
        stories_max_id: person
            .story_id
            .map(|id| types::RecentStory { max_id: Some(id), ..types::RecentStory::default() }),
        color: person.color.map(|color| {
            let color = types::PeerColor { color: Some(color), ..types::PeerColor::default() };
            enums::PeerColor::PeerColor(color)
        }),
        ..types::UserRare::default()
    }
}

fn photo(photo: &Photo) -> enums::UserProfilePhoto {
    enums::UserProfilePhoto::UserProfilePhoto(types::UserProfilePhoto {
        has_video: photo.has_video,
        personal: false,
        photo_id: photo.photo_id,
        stripped_thumb: photo.stripped_thumb.clone(),
        dc_id: photo.dc_id,
    })
}

fn restriction() -> Vec<types::RestrictionReason> {
    vec![types::RestrictionReason {
        platform: "all".to_owned(),
        reason: "terms".to_owned(),
        text: "This account is not available.".to_owned(),
    }]
}

/// The list is there only for several usernames; a single one has its own field.
fn usernames(person: &Person) -> Option<Vec<types::Username>> {
    let names = person.usernames.iter().map(|name| types::Username {
        editable: name.editable,
        active: name.active,
        username: name.username.clone(),
        ..types::Username::default()
    });
    (!person.usernames.is_empty()).then(|| names.collect())
}

/// `UserStatus`
pub(super) fn status(status: Status) -> enums::UserStatus {
    use enums::UserStatus;
    match status {
        Status::Empty => UserStatus::Empty(types::UserStatusEmpty),
        Status::Online(expires) => UserStatus::Online(types::UserStatusOnline { expires }),
        Status::Offline(was_online) => UserStatus::Offline(types::UserStatusOffline { was_online }),
        Status::Recently { by_me } => UserStatus::Recently(types::UserStatusRecently { by_me }),
        Status::LastWeek { by_me } => UserStatus::LastWeek(types::UserStatusLastWeek { by_me }),
        Status::LastMonth { by_me } => UserStatus::LastMonth(types::UserStatusLastMonth { by_me }),
    }
}

/// `savedPhoneContact#1142bd56`
pub(super) fn saved_contact(record: &SavedRecord) -> types::SavedPhoneContact {
    types::SavedPhoneContact {
        phone: record.phone.clone(),
        first_name: record.first_name.clone(),
        last_name: record.last_name.clone(),
        date: record.date,
    }
}
