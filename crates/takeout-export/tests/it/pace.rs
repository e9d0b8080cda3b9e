//! How fast the questions of an export come: by a clock that the test winds.

use std::collections::VecDeque;
use std::io;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use contacts::extras::Wanted;
use jiff::Timestamp;
use takeout_export::archive::Stored;
use takeout_export::export::Fetched;
use takeout_export::export::enrich::{Enrichment, Journal, PHONE_PACE, PROFILE_PACE, enrich};
use takeout_export::progress::Nobody;
use tl_api::{InvokeError, InvokeRaw, RawAnswer, RpcError, functions, types};
use tl_codec::{Constructor, Encode};
use tokio::time::Instant;

use crate::replies;

/// Takes a while to answer, notes when it was asked what, and may want a wait at the n-th number.
struct Server {
    start: Instant,
    asked: Mutex<Vec<(Duration, u32)>>,
    waits: Mutex<VecDeque<Option<i32>>>,
}

const LATENCY: Duration = Duration::from_millis(120);

impl Server {
    fn new(waits: &[Option<i32>]) -> Self {
        let waits = Mutex::new(waits.iter().copied().collect());
        Self { start: Instant::now(), asked: Mutex::default(), waits }
    }

    /// When it was asked this.
    fn times(&self, id: u32) -> Vec<Duration> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(_, method)| *method == id).map(|(at, _)| *at).collect()
    }
}

impl InvokeRaw for Server {
    fn invoke_raw(&self, request: Bytes) -> RawAnswer<'_> {
        let id = u32::from_le_bytes(request[..4].try_into().unwrap());
        Box::pin(async move {
            self.asked.lock().unwrap().push((self.start.elapsed(), id));
            tokio::time::sleep(LATENCY).await;
            if id == functions::users::GetFullUser::ID {
                return Ok(Bytes::from(types::users::UserFull::default().to_bytes()));
            }
            assert_eq!(id, functions::contacts::ResolvePhone::ID, "nothing else was wanted");
            let refusal = match self.waits.lock().unwrap().pop_front().flatten() {
                Some(secs) => RpcError { code: 420, message: format!("FLOOD_WAIT_{secs}") },
                None => RpcError { code: 400, message: "PHONE_NOT_OCCUPIED".to_owned() },
            };
            Err(InvokeError::from(refusal))
        })
    }
}

/// A journal in memory.
#[derive(Default)]
struct Memory(Mutex<Vec<Stored>>);

impl Journal for Memory {
    fn recall(&self) -> Vec<Stored> {
        self.0.lock().unwrap().clone()
    }

    fn keep(&self, answer: &Stored) -> io::Result<()> {
        self.0.lock().unwrap().push(answer.clone());
        Ok(())
    }
}

const NUMBERS: usize = 6;
const PEOPLE: usize = 4;

fn book() -> Fetched {
    let saved: Vec<_> = (0..NUMBERS).map(|n| replies::saved(&format!("4917000000{n:02}"), "x")).collect();
    let users: Vec<_> = (1..).take(PEOPLE).map(|id| replies::user(id, None, "y")).collect();
    Fetched { replies: replies::of(&saved, &users), ..replies::fetched(0) }
}

async fn ask(server: &Server, journal: &Memory) -> Fetched {
    let mut fetched = book();
    let enrichment = Enrichment {
        wanted: Wanted { notes: true, phones: true, ..Wanted::default() },
        journal,
        pause: &|length| Box::pin(tokio::time::sleep(length)),
        pace: None,
    };
    let now = &|| Timestamp::UNIX_EPOCH;
    enrich(server, &mut fetched, enrichment, &Nobody, now).await.unwrap();
    fetched
}

fn are_apart(times: &[Duration], pace: Duration) -> bool {
    times.windows(2).all(|pair| pair[1] >= pair[0] + pace)
}

#[tokio::test(start_paused = true)]
async fn a_profile_in_a_second_and_a_number_in_three() {
    assert_eq!((PROFILE_PACE.as_secs(), PHONE_PACE.as_secs()), (1, 3), "what docs/output.md says");
    let server = Server::new(&[]);
    ask(&server, &Memory::default()).await;
    let profiles = server.times(functions::users::GetFullUser::ID);
    let numbers = server.times(functions::contacts::ResolvePhone::ID);
    assert_eq!((profiles.len(), numbers.len()), (PEOPLE, NUMBERS));
    assert!(are_apart(&profiles, PROFILE_PACE), "{profiles:?}");
    assert!(are_apart(&numbers, PHONE_PACE), "{numbers:?}");
    // nobody waits for nothing: before the first question, after the last one
    let slack = LATENCY * u32::try_from(PEOPLE + NUMBERS).unwrap() + Duration::from_millis(100);
    let pauses = PROFILE_PACE * 3 + PHONE_PACE * 5;
    assert!(server.start.elapsed() <= pauses + slack, "{:?}", server.start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_first_long_wait_ends_the_questions_and_the_next_run_asks_the_rest_as_slowly() {
    let journal = Memory::default();
    let server = Server::new(&[None, None, Some(86_400)]);
    let stopped = ask(&server, &journal).await;
    assert_eq!(server.times(functions::contacts::ResolvePhone::ID).len(), 3);
    assert_eq!(stopped.enriched.unwrap().stopped.as_deref(), Some("FLOOD_WAIT_86400"));

    let server = Server::new(&[]);
    let whole = ask(&server, &journal).await;
    assert!(server.times(functions::users::GetFullUser::ID).is_empty());
    let numbers = server.times(functions::contacts::ResolvePhone::ID);
    assert_eq!(numbers.len(), NUMBERS - 2, "whose answers are there are not asked for again");
    assert!(are_apart(&numbers, PHONE_PACE), "{numbers:?}");
    assert_eq!(numbers.first(), Some(&Duration::ZERO), "nobody waits for whom nobody asks");
    assert_eq!(whole.enriched.unwrap().stopped, None);
    assert_eq!(whole.answers.len(), PEOPLE + NUMBERS);
}
