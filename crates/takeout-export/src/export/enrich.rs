//! Asking for what costs a request each, slowly, and in a way that goes on where it stopped.
//!
//! Every answer goes to a [`Journal`] before the next question, and whoever has an answer in the journal is not asked
//! again. A long wait that the server wants (`FLOOD_WAIT_X` beyond what the client waits out) ends the questions, not
//! the export.

use std::collections::HashSet;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use contacts::extras::{Wanted, question};
use contacts::operations::find::{Resolved, resolve_phone};
use contacts::operations::{Who, near};
use contacts::{AddressBook, Digits};
use tl_api::{Invoke, InvokeError, LAYER};

use super::fetch::{Clock, Fetched};
use crate::archive::{About, Asked, Enriched, Stored};
use crate::progress::{Step, Watch};

/// The method for notes and birthdays.
pub const GET_FULL_USER: &str = "users.getFullUser";
/// The method for the birthdays of these days.
pub const GET_BIRTHDAYS: &str = "contacts.getBirthdays";
/// The method for numbers.
pub const RESOLVE_PHONE: &str = "contacts.resolvePhone";
/// The method for top peers.
pub const GET_TOP_PEERS: &str = "contacts.getTopPeers";

/// All of them.
pub const METHODS: [&str; 4] = [GET_FULL_USER, GET_BIRTHDAYS, RESOLVE_PHONE, GET_TOP_PEERS];

/// Between two profiles: nothing documents a limit, and thousands at once are what floods are made of.
pub const PROFILE_PACE: Duration = Duration::from_secs(1);
/// Between two numbers: core.telegram.org/api/contacts, "at most 1 call every 3 seconds".
pub const PHONE_PACE: Duration = Duration::from_secs(3);

/// What is kept of the answers until an export holds them.
pub trait Journal: Send + Sync {
    /// The answers of earlier runs.
    fn recall(&self) -> Vec<Stored>;
    /// Keeps an answer.
    ///
    /// # Errors
    /// Whatever keeps it from being kept.
    fn keep(&self, answer: &Stored) -> std::io::Result<()>;
}

/// A pause that the program makes, which has a clock.
pub type Pause<'a> = &'a (dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync);

/// What is asked, and how.
#[derive(Clone, Copy)]
pub struct Enrichment<'a> {
    /// What.
    pub wanted: Wanted,
    /// Where the answers are kept.
    pub journal: &'a dyn Journal,
    /// How to wait.
    pub pause: Pause<'a>,
    /// For both kinds of questions, in place of [`PROFILE_PACE`] and [`PHONE_PACE`].
    pub pace: Option<Duration>,
}

impl std::fmt::Debug for Enrichment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { wanted, pace, .. } = self;
        f.debug_struct("Enrichment").field("wanted", wanted).field("pace", pace).finish_non_exhaustive()
    }
}

/// Why the questions ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnrichError {
    /// A question failed, and not because of what it asked for.
    #[error(transparent)]
    Invoke(#[from] InvokeError),
    /// An answer cannot be kept.
    #[error("the answers cannot be kept")]
    Journal(#[from] std::io::Error),
    /// The lists cannot be read.
    #[error(transparent)]
    Contacts(#[from] contacts::ContactsError),
}

/// Asks, and adds the answers to `fetched`.
///
/// # Errors
/// [`EnrichError`]; the answers so far are in the journal.
pub async fn enrich<T: Invoke + Sync>(
    server: &T,
    fetched: &mut Fetched,
    enrichment: Enrichment<'_>,
    watch: &dyn Watch,
    now: Clock<'_>,
) -> Result<(), EnrichError> {
    let wanted = enrichment.wanted;
    let questions = Questions::of(fetched)?;
    let answers = enrichment.journal.recall();
    let known = answers.iter().map(|answer| (answer.about.method.clone(), answer.about.asked.clone()));
    let mut asking =
        Asking { server, enrichment, watch, now, known: known.collect(), answers, stopped: None };
    if wanted.top_peers {
        asking.lists(GET_TOP_PEERS).await?;
    }
    if wanted.birthdays {
        asking.lists(GET_BIRTHDAYS).await?;
    }
    if wanted.notes || wanted.birthdays {
        asking.profiles(&questions.people).await?;
    }
    if wanted.phones {
        asking.phones(&questions.numbers).await?;
    }
    fetched.enriched = Some(Enriched {
        notes: wanted.notes,
        birthdays: wanted.birthdays,
        phones: wanted.phones,
        top_peers: wanted.top_peers,
        stopped: asking.stopped,
    });
    fetched.answers = asking.answers;
    fetched.exported_at = now();
    Ok(())
}

/// Whom and what there is to ask for, each once, in the order of the rows.
struct Questions {
    people: Vec<Who>,
    numbers: Vec<Digits>,
}

impl Questions {
    fn of(fetched: &Fetched) -> Result<Self, EnrichError> {
        let book = AddressBook::join(fetched.replies.clone())?;
        let mut questions = Self { people: Vec::new(), numbers: Vec::new() };
        let mut seen = HashSet::new();
        for contact in book.rows() {
            let contact = contact.map_err(InvokeError::Decode)?;
            questions.people.extend(contact.user().and_then(Who::of));
            questions.numbers.extend(question(&contact).filter(|digits| seen.insert(*digits)));
        }
        Ok(questions)
    }
}

struct Asking<'a, T> {
    server: &'a T,
    enrichment: Enrichment<'a>,
    watch: &'a dyn Watch,
    now: Clock<'a>,
    known: HashSet<(String, Option<Asked>)>,
    answers: Vec<Stored>,
    /// What the server said when it wanted a long pause.
    stopped: Option<String>,
}

impl<T: Invoke + Sync> Asking<'_, T> {
    /// One question for all.
    async fn lists(&mut self, method: &str) -> Result<(), EnrichError> {
        if self.stopped.is_some() || self.known.contains(&(method.to_owned(), None)) {
            return Ok(());
        }
        self.watch.step(Step::Asking { what: "the extras" });
        let bodies = if method == GET_TOP_PEERS {
            let pages = near::top_peers(self.server).await;
            pages.map(|pages| pages.iter().map(|page| page.body().clone()).collect())
        } else {
            near::birthdays(self.server).await.map(|reply| vec![reply.body().clone()])
        };
        let bodies: Vec<Bytes> = match bodies {
            Err(error) => return self.stop_or_fail(error),
            Ok(bodies) => bodies,
        };
        bodies.into_iter().try_for_each(|body| self.keep(method, None, None, body))
    }

    async fn profiles(&mut self, people: &[Who]) -> Result<(), EnrichError> {
        if self.stopped.is_some() {
            return Ok(());
        }
        let subject = |who: &Who| Some(Asked::User(who.id));
        let open = self.open(GET_FULL_USER, people, subject);
        for (done, who) in open.iter().enumerate() {
            self.take_turn("profiles", done, open.len(), PROFILE_PACE).await;
            let asked = subject(who);
            match near::profile(self.server, *who).await {
                Ok(reply) => self.keep(GET_FULL_USER, asked, None, reply.body().clone())?,
                // this one cannot be looked at; the others can
                Err(InvokeError::Rpc(error)) if error.code == 400 => {
                    self.keep(GET_FULL_USER, asked, Some(error.message), Bytes::new())?;
                }
                Err(error) => return self.stop_or_fail(error),
            }
        }
        Ok(())
    }

    async fn phones(&mut self, numbers: &[Digits]) -> Result<(), EnrichError> {
        if self.stopped.is_some() {
            return Ok(());
        }
        let subject = |digits: &Digits| Some(Asked::Phone(digits.to_string()));
        let open = self.open(RESOLVE_PHONE, numbers, subject);
        for (done, digits) in open.iter().enumerate() {
            self.take_turn("numbers", done, open.len(), PHONE_PACE).await;
            let asked = subject(digits);
            match resolve_phone(self.server, &digits.to_string()).await {
                Ok(Resolved::Found(reply)) => self.keep(RESOLVE_PHONE, asked, None, reply.body().clone())?,
                Ok(Resolved::NotFoundOrHidden) => {
                    let refusal = "PHONE_NOT_OCCUPIED".to_owned();
                    self.keep(RESOLVE_PHONE, asked, Some(refusal), Bytes::new())?;
                }
                Err(InvokeError::Rpc(error)) if error.code == 400 => {
                    self.keep(RESOLVE_PHONE, asked, Some(error.message), Bytes::new())?;
                }
                Err(error) => return self.stop_or_fail(error),
            }
        }
        Ok(())
    }

    /// Those whose answers are not there yet.
    fn open<Q: Copy>(&self, method: &str, all: &[Q], subject: impl Fn(&Q) -> Option<Asked>) -> Vec<Q> {
        let is_open = |question: &&Q| !self.known.contains(&(method.to_owned(), subject(question)));
        all.iter().filter(is_open).copied().collect()
    }

    /// Says how far it is, and waits, unless it is the first question of its kind.
    async fn take_turn(&self, what: &'static str, done: usize, total: usize, pace: Duration) {
        let pace = self.enrichment.pace.unwrap_or(pace);
        self.watch.step(Step::Enriching { what, done, total, pace });
        if done > 0 {
            (self.enrichment.pause)(pace).await;
        }
    }

    fn keep(
        &mut self,
        method: &str,
        asked: Option<Asked>,
        refusal: Option<String>,
        body: Bytes,
    ) -> Result<(), EnrichError> {
        let received_at = (self.now)();
        let about = About { method: method.to_owned(), layer: LAYER, received_at, asked, refusal };
        let answer = Stored { about, body };
        self.enrichment.journal.keep(&answer)?;
        self.answers.push(answer);
        Ok(())
    }

    /// A long wait ends the questions; whatever else goes wrong is the export's.
    fn stop_or_fail(&mut self, error: InvokeError) -> Result<(), EnrichError> {
        match error {
            InvokeError::Rpc(error) if error.code == 420 => {
                self.stopped = Some(error.message);
                Ok(())
            }
            error => Err(error.into()),
        }
    }
}
