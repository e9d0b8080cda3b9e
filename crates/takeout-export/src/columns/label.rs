//! The words of the columns that have only a few.

use contacts::extras::Resolution;
use contacts::{Confidence, Method, PhoneSource, Presence, Source};

/// A closed set of words. Their order is that of the dictionary in the file.
pub trait Label: Copy + PartialEq + 'static {
    /// Every word there is.
    const ALL: &'static [Self];

    /// Its place among them.
    fn key(self) -> i32;

    /// The word, as it stands in the output.
    fn as_str(self) -> &'static str;
}

/// What came of asking whose a number is, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// An account.
    Found,
    /// None, or one that hides itself.
    NotFoundOrHidden,
    /// The question was not asked.
    NotAsked,
    /// The server wanted a pause before.
    FloodStopped,
}

impl Outcome {
    pub(super) fn of(resolution: Resolution) -> Self {
        match resolution {
            Resolution::Found(_) => Self::Found,
            Resolution::NotFoundOrHidden => Self::NotFoundOrHidden,
            Resolution::NotAsked => Self::NotAsked,
            Resolution::FloodStopped => Self::FloodStopped,
        }
    }
}

macro_rules! labels {
    ($($type:ty { $($variant:ident = $word:literal),+ $(,)? })+) => {$(
        impl Label for $type {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn key(self) -> i32 {
                let mut key = 0;
                $(
                    if self == Self::$variant {
                        return key;
                    }
                    key += 1;
                )+
                key
            }

            fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    )+};
}

labels! {
    Source { Saved = "saved", Contact = "contact", Both = "both" }
    Method { UserPhone = "user_phone", ResolvePhone = "resolve_phone", None = "none" }
    Confidence { Exact = "exact", Ambiguous = "ambiguous", None = "none" }
    PhoneSource { Saved = "saved", User = "user", Both = "both" }
    Outcome {
        Found = "found",
        NotFoundOrHidden = "not_found_or_hidden",
        NotAsked = "not_asked",
        FloodStopped = "flood_stopped",
    }
    Presence {
        Online = "online",
        Offline = "offline",
        Recently = "recently",
        LastWeek = "last_week",
        LastMonth = "last_month",
        Empty = "empty",
        Unknown = "unknown",
    }
}
