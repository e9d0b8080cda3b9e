//! The contacts that break exporters, each as a change to an ordinary one.

use super::generate::Draft;
use super::{Dice, Person, Photo, SavedRecord, Status, Username, names};

/// One kind of awkward contact. A book of 40 contacts or more holds every kind; a smaller one a seeded choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Case {
    /// The number is saved, but the user does not show it.
    HiddenPhone,
    /// The user shows a number that is not in the phone book.
    VisibleNotSaved,
    /// Added by username: no number anywhere.
    NoPhone,
    /// One number saved twice under different names.
    SavedTwice,
    /// One number saved twice in exactly the same way.
    SavedTwiceAlike,
    /// Two users with one visible number, saved once (a number that was given to somebody else).
    SharedNumber,
    /// Saved under another name than the user's.
    SavedUnderOtherName,
    /// The account was deleted; the saved record is still there.
    Deleted,
    /// The saved record has no date.
    DateZero,
    /// The saved record has the last date that 32 bits can hold.
    DateMax,
    /// Online now.
    StatusOnline,
    /// Last seen at a time.
    StatusOffline,
    /// Last seen recently.
    StatusRecently,
    /// Last seen recently, hidden by the account's own settings.
    StatusRecentlyByMe,
    /// Last seen within a week.
    StatusLastWeek,
    /// Last seen within a week, hidden by the account's own settings.
    StatusLastWeekByMe,
    /// Last seen within a month.
    StatusLastMonth,
    /// Last seen within a month, hidden by the account's own settings.
    StatusLastMonthByMe,
    /// Nothing known.
    StatusEmpty,
    /// One username.
    Username,
    /// Several usernames, in use and not.
    UsernamesList,
    /// Premium, with an emoji status.
    Premium,
    /// A bot.
    Bot,
    /// A verified account.
    Verified,
    /// A restricted account.
    Restricted,
    /// A scam account.
    Scam,
    /// A fake account.
    Fake,
    /// Telegram's support.
    Support,
    /// A close friend.
    CloseFriend,
    /// A photo with a stripped thumbnail.
    PhotoWithThumb,
    /// A photo without one, with a video.
    PhotoWithVideo,
    /// First and last name of the longest length.
    LongName,
    /// No last name.
    FirstNameOnly,
    /// No first name.
    LastNameOnly,
    /// No name at all, only a username.
    NoName,
    /// The contact entry says mutual, the user's flag does not.
    MutualOnlyInEntry,
    /// A user id beyond 32 bits.
    LargeId,
    /// The account's own number, saved as a contact.
    OwnNumber,
}

impl Case {
    /// Every case, in the order in which a book deals them out.
    pub const ALL: [Self; 38] = [
        Self::HiddenPhone,
        Self::VisibleNotSaved,
        Self::NoPhone,
        Self::SavedTwice,
        Self::SavedTwiceAlike,
        Self::SharedNumber,
        Self::SavedUnderOtherName,
        Self::Deleted,
        Self::DateZero,
        Self::DateMax,
        Self::StatusOnline,
        Self::StatusOffline,
        Self::StatusRecently,
        Self::StatusRecentlyByMe,
        Self::StatusLastWeek,
        Self::StatusLastWeekByMe,
        Self::StatusLastMonth,
        Self::StatusLastMonthByMe,
        Self::StatusEmpty,
        Self::Username,
        Self::UsernamesList,
        Self::Premium,
        Self::Bot,
        Self::Verified,
        Self::Restricted,
        Self::Scam,
        Self::Fake,
        Self::Support,
        Self::CloseFriend,
        Self::PhotoWithThumb,
        Self::PhotoWithVideo,
        Self::LongName,
        Self::FirstNameOnly,
        Self::LastNameOnly,
        Self::NoName,
        Self::MutualOnlyInEntry,
        Self::LargeId,
        Self::OwnNumber,
    ];

    /// Whether the case takes two contacts rather than one.
    pub(super) fn takes_two(self) -> bool {
        self == Self::SharedNumber
    }

    /// Whether the case is about the name, so that no other name may be put over it.
    pub(super) fn is_about_name(self) -> bool {
        matches!(
            self,
            Self::SavedTwice
                | Self::SavedUnderOtherName
                | Self::Deleted
                | Self::LongName
                | Self::FirstNameOnly
                | Self::LastNameOnly
                | Self::NoName
                | Self::OwnNumber
        )
    }

    /// Makes `draft` (and for [`SharedNumber`](Self::SharedNumber) the `next` one) a contact of this kind.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other cases change the person alone")]
    pub(super) fn apply(self, draft: &mut Draft, next: Option<&mut Draft>, dice: &mut Dice) {
        match self {
            Self::HiddenPhone => draft.person.phone = None,
            Self::VisibleNotSaved => draft.saved.clear(),
            Self::NoPhone => {
                draft.person.phone = None;
                draft.saved.clear();
            }
            Self::SavedTwice => {
                let again = draft.saved.first().cloned().map(|record| SavedRecord {
                    first_name: "Second".to_owned(),
                    last_name: "Entry".to_owned(),
                    date: record.date.saturating_add(86_400),
                    ..record
                });
                draft.saved.extend(again);
            }
            Self::SavedTwiceAlike => draft.saved.extend(draft.saved.first().cloned()),
            Self::SharedNumber => share_number(draft, next),
            Self::SavedUnderOtherName => draft.rename_saved("Plumber", "(new)"),
            Self::DateZero => draft.date_saved(0),
            Self::DateMax => draft.date_saved(i32::MAX),
            Self::LargeId => draft.person.id = 7_000_000_000 + dice.below(1_000_000_000).cast_signed(),
            Self::MutualOnlyInEntry => {
                draft.mutual = true;
                draft.person.marks.mutual_contact = false;
            }
            Self::OwnNumber => draft.is_owner = true,
            Self::LongName => draft.rename(names::longest()),
            Self::FirstNameOnly => draft.rename(("Cher".to_owned(), String::new())),
            Self::LastNameOnly => draft.rename((String::new(), "Dentist".to_owned())),
            Self::NoName => {
                draft.rename((String::new(), String::new()));
                draft.person.username = Some(format!("nameless_{}", draft.person.id));
            }
            _ => self.apply_to_person(&mut draft.person, dice),
        }
        if self == Self::Deleted {
            draft.mutual = false;
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the other cases change more than the person")]
    fn apply_to_person(self, person: &mut Person, dice: &mut Dice) {
        match self {
            Self::Deleted => delete(person),
            Self::Username => person.username = Some(format!("only_{}", person.id)),
            Self::UsernamesList => list_usernames(person),
            Self::Premium => {
                person.marks.premium = true;
                person.emoji_status = Some(dice.word().cast_signed());
            }
            Self::Bot => make_bot(person),
            Self::Verified => person.marks.verified = true,
            Self::Restricted => person.marks.restricted = true,
            Self::Scam => person.marks.scam = true,
            Self::Fake => person.marks.fake = true,
            Self::Support => {
                person.marks.support = true;
                person.lang_code = Some("pt-br".to_owned());
            }
            Self::CloseFriend => person.marks.close_friend = true,
            Self::PhotoWithThumb => person.photo = Some(photo(dice, true)),
            Self::PhotoWithVideo => person.photo = Some(Photo { has_video: true, ..photo(dice, false) }),
            other => person.status = other.status(person.status),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the other cases leave the status as it is")]
    fn status(self, ordinary: Status) -> Status {
        match self {
            Self::StatusOnline => Status::Online(super::generate::NOW + 240),
            Self::StatusOffline => Status::Offline(super::generate::NOW - 3_661),
            Self::StatusRecently => Status::Recently { by_me: false },
            Self::StatusRecentlyByMe => Status::Recently { by_me: true },
            Self::StatusLastWeek => Status::LastWeek { by_me: false },
            Self::StatusLastWeekByMe => Status::LastWeek { by_me: true },
            Self::StatusLastMonth => Status::LastMonth { by_me: false },
            Self::StatusLastMonthByMe => Status::LastMonth { by_me: true },
            Self::StatusEmpty => Status::Empty,
            _ => ordinary,
        }
    }
}

/// Two users show the number; the phone book has it once.
fn share_number(draft: &Draft, next: Option<&mut Draft>) {
    if let Some(next) = next {
        next.person.phone.clone_from(&draft.person.phone);
        next.saved.clear();
    }
}

/// What Telegram leaves of a deleted account: the id and the flag.
fn delete(person: &mut Person) {
    let marks = super::Marks { contact: person.marks.contact, deleted: true, ..super::Marks::default() };
    *person = Person { id: person.id, access_hash: person.access_hash, marks, ..Person::default() };
}

fn list_usernames(person: &mut Person) {
    person.username = None;
    person.usernames = [("current", true, true), ("auction", false, true), ("retired", false, false)]
        .map(|(name, editable, active)| Username {
            username: format!("{name}_{}", person.id),
            editable,
            active,
        })
        .into();
}

fn make_bot(person: &mut Person) {
    person.marks.bot = true;
    person.marks.mutual_contact = false;
    person.username = Some(format!("helper_{}_bot", person.id));
    person.lang_code = Some("en".to_owned());
    person.status = Status::Empty;
}

/// A photo in any data centre; stripped thumbnails are about 40 to 200 bytes.
pub(super) fn photo(dice: &mut Dice, with_thumb: bool) -> Photo {
    let stripped_thumb = with_thumb.then(|| {
        let mut thumb = vec![0; dice.index(160) + 40];
        dice.fill(&mut thumb);
        thumb
    });
    let dc_id = i32::try_from(dice.between(1, 5)).unwrap_or(1);
    Photo { photo_id: dice.word().cast_signed(), stripped_thumb, has_video: false, dc_id }
}
