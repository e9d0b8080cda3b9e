//! What the three lists do not say and costs a request each: notes, birthdays, whose number it is, with whom one has
//! most to do.
//!
//! [`Extras`] is filled from replies and asked row by row. What nobody asked for is `None`, and so is everything in
//! `Extras::default()`.

use std::collections::HashMap;

use tl_api::{enums, types};
use tl_codec::{DecodeError, Reply, Str};

use crate::contact::{Contact, Method};
use crate::phone::Digits;

/// What is asked beside the three lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one option, and they are independent")]
pub struct Wanted {
    /// The notes about contacts.
    pub notes: bool,
    /// The birthdays that contacts show.
    pub birthdays: bool,
    /// Whose the saved numbers are that no contact shows.
    pub phones: bool,
    /// With whom the account has most to do.
    pub top_peers: bool,
}

/// What came of asking whose a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// This account's.
    Found(i64),
    /// There is no account, or its owner does not want to be found; which of the two is not told.
    NotFoundOrHidden,
    /// It was not asked: the record has no number that could be asked for, or asking ended before.
    NotAsked,
    /// It was not asked, because the server wanted a long pause before.
    FloodStopped,
}

/// A birthday; not everybody shows the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Birthday {
    /// From 1.
    pub day: i32,
    /// From 1.
    pub month: i32,
    /// The year, if it is shown.
    pub year: Option<i32>,
}

/// How much one has to do with somebody, by the server's own rating; the unit is not told.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ratings {
    /// Messages.
    pub correspondents: Option<f64>,
    /// Calls.
    pub phone_calls: Option<f64>,
    /// Inline bots.
    pub inline_bots: Option<f64>,
}

/// The answers to all that was asked.
#[derive(Debug, Default)]
pub struct Extras {
    wanted: Wanted,
    flood_stopped: bool,
    /// As they came; whether a text is UTF-8 is asked where it is written.
    notes: HashMap<i64, Box<[u8]>>,
    birthdays: HashMap<i64, Birthday>,
    numbers: HashMap<Digits, Resolution>,
    ratings: HashMap<i64, Ratings>,
}

/// What there is to say about one row.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extra<'e> {
    /// The note.
    pub note: Option<Str<'e>>,
    /// The birthday.
    pub birthday: Option<Birthday>,
    /// For a saved record without an account that shows its number, if numbers were asked for.
    pub resolution: Option<Resolution>,
    /// Ratings.
    pub ratings: Ratings,
}

impl Extras {
    /// Nothing yet. `flood_stopped`: the server wanted a long pause before all numbers were asked for.
    pub fn new(wanted: Wanted, flood_stopped: bool) -> Self {
        Self { wanted, flood_stopped, ..Self::default() }
    }

    /// Whether there is nothing to say about any row.
    pub fn is_empty(&self) -> bool {
        !self.wanted.phones
            && self.notes.is_empty()
            && self.birthdays.is_empty()
            && self.numbers.is_empty()
            && self.ratings.is_empty()
    }

    /// Adds the answer of `users.getFullUser`.
    ///
    /// # Errors
    /// [`DecodeError`] if it cannot be read.
    pub fn add_profile(&mut self, reply: &Reply<types::users::UserFull>) -> Result<(), DecodeError> {
        let profile = reply.read()?.full_user;
        if let Some(note) = profile.note.filter(|_| self.wanted.notes) {
            self.notes.insert(profile.id, note.text.as_bytes().into());
        }
        if let Some(birthday) = profile.birthday {
            self.add_birthday(profile.id, &birthday);
        }
        Ok(())
    }

    /// Adds the answer of `contacts.getBirthdays`.
    ///
    /// # Errors
    /// [`DecodeError`] if it cannot be read.
    pub fn add_birthdays(
        &mut self,
        reply: &Reply<types::contacts::ContactBirthdays>,
    ) -> Result<(), DecodeError> {
        for entry in &reply.read()?.contacts {
            self.add_birthday(entry.contact_id, &entry.birthday);
        }
        Ok(())
    }

    fn add_birthday(&mut self, user_id: i64, birthday: &types::BirthdayRef) {
        if self.wanted.birthdays {
            let types::BirthdayRef { day, month, year, .. } = *birthday;
            self.birthdays.insert(user_id, Birthday { day, month, year });
        }
    }

    /// Adds what came of `contacts.resolvePhone`.
    pub fn add_resolution(&mut self, digits: Digits, resolution: Resolution) {
        self.numbers.insert(digits, resolution);
    }

    /// Adds a page of `contacts.getTopPeers`.
    ///
    /// # Errors
    /// [`DecodeError`] if it cannot be read.
    pub fn add_top_peers(&mut self, reply: &Reply<enums::contacts::TopPeers>) -> Result<(), DecodeError> {
        use enums::TopPeerCategoryRef as Category;

        let enums::contacts::TopPeersRef::TopPeers(page) = reply.read()? else { return Ok(()) };
        for category in &page.categories {
            for top in &category.peers {
                let enums::PeerRef::User(peer) = top.peer else { continue };
                let ratings = self.ratings.entry(peer.user_id).or_default();
                match category.category {
                    Category::Correspondents(_) => ratings.correspondents = Some(top.rating),
                    Category::PhoneCalls(_) => ratings.phone_calls = Some(top.rating),
                    Category::BotsInline(_) => ratings.inline_bots = Some(top.rating),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// The numbers that have led to accounts, if they were asked for; in no order.
    pub(crate) fn found(&self) -> impl Iterator<Item = (Digits, i64)> {
        let numbers = self.numbers.iter().filter(|_| self.wanted.phones);
        numbers.filter_map(|(digits, resolution)| match resolution {
            Resolution::Found(user_id) => Some((*digits, *user_id)),
            _ => None,
        })
    }

    /// What there is to say about a row.
    pub fn of(&self, contact: &Contact<'_>) -> Extra<'_> {
        let user_id = contact.person.as_ref().map(|person| person.id);
        Extra {
            note: user_id.and_then(|id| self.notes.get(&id)).map(|note| Str::new(note)),
            birthday: user_id.and_then(|id| self.birthdays.get(&id)).copied(),
            resolution: if self.wanted.phones { self.resolution(contact) } else { None },
            ratings: user_id.and_then(|id| self.ratings.get(&id)).copied().unwrap_or_default(),
        }
    }

    fn resolution(&self, contact: &Contact<'_>) -> Option<Resolution> {
        if contact.person.is_some() && contact.method != Method::ResolvePhone {
            return None;
        }
        let digits = contact.digits.filter(|digits| digits.is_e164());
        let Some(digits) = digits else { return Some(Resolution::NotAsked) };
        let stopped = if self.flood_stopped { Resolution::FloodStopped } else { Resolution::NotAsked };
        Some(self.numbers.get(&digits).copied().unwrap_or(stopped))
    }
}

/// The number that is asked for: that of a saved record without an account, if it is a full one. The rows are those of
/// [`AddressBook::join`](crate::AddressBook::join), which knows no answers.
pub fn question(contact: &Contact<'_>) -> Option<Digits> {
    contact.digits.filter(|digits| contact.person.is_none() && digits.is_e164())
}

/// What `contacts.resolvePhone` answered.
///
/// # Errors
/// [`DecodeError`] if it cannot be read.
pub fn resolution(reply: &Reply<types::contacts::ResolvedPeer>) -> Result<Resolution, DecodeError> {
    Ok(match reply.read()?.peer {
        enums::PeerRef::User(peer) => Resolution::Found(peer.user_id),
        _ => Resolution::NotFoundOrHidden,
    })
}
