//! What the benchmarks read: replies as a server would send them, the same bytes on every run.
//!
//! The mix of users is the one that the targets in docs/benchmarks.md are stated for: names 55 % ASCII, 35 % Cyrillic,
//! 10 % emoji; a username 40 %, a phone 70 %, a photo with its thumbnail 60 %, several usernames 3 %, every kind of
//! status; about 135 bytes a user.

use tl_api::{enums, types};
use tl_codec::Encode;

/// A generator of small numbers that gives the same sequence everywhere (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// True in `percent` of a hundred cases.
    fn chance(&mut self, percent: u64) -> bool {
        self.roll() % 100 < percent
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let index = usize::try_from(self.roll() % 1024).unwrap_or_default() % from.len();
        from.get(index).copied().unwrap_or_default()
    }
}

const ASCII: &[&str] =
    &["Ann", "Robert", "Maximilian", "Li", "Josephine", "Smith", "O'Neill", "van der Berg"];
const CYRILLIC: &[&str] = &["Анна", "Дмитрий", "Екатерина", "Лев", "Иванова", "Константинопольский"];
const EMOJI: &[&str] = &["Mum ❤️", "🏠 Plumber", "👩‍💻 Ada", "Pizza 🍕🍕"];

/// `contacts.contacts` of `count` contacts, every one with its user.
pub fn contacts(count: usize) -> types::contacts::Contacts {
    let mut dice = Dice(7);
    let users: Vec<_> = (0..count).map(|index| user(index, &mut dice)).collect();
    let contacts = users.iter().map(|user| types::Contact { user_id: user.id, mutual: user.mutual_contact });
    types::contacts::Contacts {
        contacts: contacts.collect(),
        saved_count: i32::try_from(count).unwrap_or(i32::MAX),
        users: users.into_iter().map(enums::User::User).collect(),
    }
}

/// The reply to `contacts.getContacts`: [`contacts`](fn@contacts) as bytes.
pub fn contacts_reply(count: usize) -> Vec<u8> {
    contacts(count).to_bytes()
}

/// The reply to `contacts.getSaved`: a record for each of `count` contacts, with the number that the user shows where
/// there is one, so that seven of ten join.
pub fn saved_reply(count: usize) -> Vec<u8> {
    let mut dice = Dice(11);
    let users = contacts(count).users;
    let records: Vec<_> =
        users.iter().enumerate().map(|(index, user)| saved(index, user, &mut dice)).collect();
    records.to_bytes()
}

/// The reply to `contacts.getStatuses`: one for each of `count` contacts.
pub fn statuses_reply(count: usize) -> Vec<u8> {
    let mut dice = Dice(13);
    let statuses: Vec<_> = (0..count)
        .map(|index| types::ContactStatus { user_id: user_id(index), status: status(&mut dice) })
        .collect();
    statuses.to_bytes()
}

fn saved(index: usize, user: &enums::User, dice: &mut Dice) -> types::SavedPhoneContact {
    let (phone, first_name) = match user {
        enums::User::User(user) => (user.phone.clone(), user.first_name.clone()),
        _ => (None, None),
    };
    types::SavedPhoneContact {
        phone: phone.unwrap_or_else(|| format!("49170{index:07}")),
        first_name: first_name.unwrap_or_default(),
        last_name: dice.pick(ASCII).to_owned(),
        date: 1_700_000_000,
    }
}

fn user_id(index: usize) -> i64 {
    5_000_000_000 + i64::try_from(index).unwrap_or(i64::MAX >> 3) * 7
}

fn user(index: usize, dice: &mut Dice) -> types::User {
    let names = match dice.roll() % 100 {
        0..55 => ASCII,
        55..90 => CYRILLIC,
        _ => EMOJI,
    };
    types::User {
        id: user_id(index),
        contact: true,
        mutual_contact: dice.chance(50),
        access_hash: Some(dice.roll().cast_signed()),
        first_name: Some(dice.pick(names).to_owned()),
        last_name: dice.chance(70).then(|| dice.pick(names).to_owned()),
        username: dice.chance(40).then(|| format!("user_{:08x}", dice.roll() & 0xffff_ffff)),
        phone: dice.chance(70).then(|| format!("79{:09}", dice.roll() % 1_000_000_000)),
        photo: dice.chance(60).then(|| photo(dice)),
        status: Some(status(dice)),
        rare: dice.chance(3).then(|| rare(index)),
        ..Default::default()
    }
}

fn photo(dice: &mut Dice) -> enums::UserProfilePhoto {
    enums::UserProfilePhoto::UserProfilePhoto(types::UserProfilePhoto {
        has_video: false,
        personal: false,
        photo_id: dice.roll().cast_signed(),
        stripped_thumb: Some(vec![0x5a; 80]),
        dc_id: 2,
    })
}

/// Any of the six constructors, and nobody can predict which.
fn status(dice: &mut Dice) -> enums::UserStatus {
    if dice.chance(10) {
        return enums::UserStatus::Empty(types::UserStatusEmpty);
    }
    match dice.roll() % 5 {
        0 => enums::UserStatus::Offline(types::UserStatusOffline { was_online: 1_700_000_000 }),
        1 => enums::UserStatus::Online(types::UserStatusOnline { expires: 1_700_000_300 }),
        2 => enums::UserStatus::LastWeek(types::UserStatusLastWeek { by_me: false }),
        3 => enums::UserStatus::LastMonth(types::UserStatusLastMonth { by_me: false }),
        _ => enums::UserStatus::Recently(types::UserStatusRecently { by_me: dice.chance(10) }),
    }
}

fn rare(index: usize) -> Box<types::UserRare> {
    Box::new(types::UserRare { usernames: Some(usernames(index)), ..Default::default() })
}

fn usernames(index: usize) -> Vec<types::Username> {
    let name =
        |editable, username| types::Username { editable, active: true, username, ..Default::default() };
    vec![name(true, format!("first_{index}")), name(false, format!("second_{index}"))]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::mem::discriminant;

    use tl_api::types::contacts::ContactsRef;
    use tl_codec::Decode;

    use super::*;

    #[test]
    fn the_fixture_is_what_it_says() {
        let reply = contacts_reply(10_000);
        let read = ContactsRef::from_bytes(&reply).unwrap();
        assert_eq!((read.contacts.len(), read.users.len()), (10_000, 10_000));
        let bytes_a_user = read.users.item_bytes().len() / 10_000;
        assert!((130..141).contains(&bytes_a_user), "{bytes_a_user}");
        assert_eq!(reply, contacts_reply(10_000));
    }

    #[test]
    fn the_mix_is_the_stated_one() {
        let users = contacts(10_000).users;
        let users = users.iter().map(|user| match user {
            enums::User::User(user) => user,
            other => panic!("{other:?}"),
        });
        let users: Vec<_> = users.collect();
        let is_of = |names: &[&str], user: &types::User| {
            user.first_name.as_deref().is_some_and(|name| names.contains(&name))
        };
        let has_thumbnail = |user: &types::User| match &user.photo {
            Some(enums::UserProfilePhoto::UserProfilePhoto(photo)) => photo.stripped_thumb.is_some(),
            _ => false,
        };
        let has_several_names = |user: &types::User| {
            let names = user.rare.as_ref().and_then(|rare| rare.usernames.as_ref());
            names.is_some_and(|names| names.len() > 1)
        };
        let count = |is_so: &dyn Fn(&types::User) -> bool| users.iter().filter(|user| is_so(user)).count();
        for (what, percent, count) in [
            ("ASCII", 55, count(&|user| is_of(ASCII, user))),
            ("Cyrillic", 35, count(&|user| is_of(CYRILLIC, user))),
            ("emoji", 10, count(&|user| is_of(EMOJI, user))),
            ("a username", 40, count(&|user| user.username.is_some())),
            ("a phone", 70, count(&|user| user.phone.is_some())),
            ("a photo with its thumbnail", 60, count(&has_thumbnail)),
            ("several usernames", 3, count(&has_several_names)),
        ] {
            assert!(count.abs_diff(percent * 100) <= 200, "{what}: {count} of 10,000");
        }
        let kinds: HashSet<_> =
            users.iter().filter_map(|user| user.status.as_ref()).map(discriminant).collect();
        assert_eq!(kinds.len(), 6, "every kind of status");
    }
}
