//! What a server says without being waited for, quick acks and updates: so much of it is kept, and what is lost is told.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use mtproto::io::{Carrier, Client, Config, Observer, Opener, Progress, Update, Updates};
use mtproto::session::Resume;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::script::{SALT, key};
use crate::server::envelope::{self, Message};
use crate::server::tcp::unix_now;

const MOMENT: Duration = Duration::from_secs(1);

/// The other end of a client's only connection, in the test's hand.
struct Server {
    stream: DuplexStream,
    said: i64,
}

/// A client whose key is known already, connected by a pipe with room for everything.
async fn connected(change: impl FnOnce(&mut Config)) -> (Client, Updates, Server) {
    let (near, mut stream) = duplex(1 << 20);
    let near = Mutex::new(Some(near));
    let once =
        move || std::future::ready(near.lock().unwrap().take().ok_or_else(|| io::ErrorKind::NotFound.into()));
    let mut config = Config::new(Vec::new(), 2, Vec::new());
    config.carrier = Carrier::Own(Opener::new(once));
    config.temporary_keys = None;
    config.resume = Some(Resume::new(key(), SALT));
    change(&mut config);
    let (client, updates) = Client::connect(config).await.unwrap();
    assert_eq!(stream.read_u32().await.unwrap(), 0xeeee_eeee, "intermediate frames");
    (client, updates, Server { stream, said: 0 })
}

/// The first id of this second.
fn first_id() -> i64 {
    (i64::try_from(unix_now().as_secs()).unwrap() << 32) + 3
}

impl Server {
    /// The next envelope, of which a quick ack is wanted or not.
    async fn envelope(&mut self) -> (Vec<u8>, bool) {
        let len = self.stream.read_u32_le().await.unwrap();
        let mut envelope = vec![0; usize::try_from(len & 0x7fff_ffff).unwrap()];
        self.stream.read_exact(&mut envelope).await.unwrap();
        (envelope, len >> 31 == 1)
    }

    async fn update(&mut self, session_id: i64, body: &[u8]) {
        self.said += 4;
        let msg_id = first_id() + self.said;
        let envelope = envelope::seal(&key(), SALT, session_id, &Message::new(msg_id, 1, body.to_vec()));
        self.stream.write_u32_le(u32::try_from(envelope.len()).unwrap()).await.unwrap();
        self.stream.write_all(&envelope).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn quick_acks_of_the_last_256_messages_are_told_once() {
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    let observer = Observer::new(move |progress| {
        assert!(matches!(progress, Progress::Received), "{progress:?}");
        count.fetch_add(1, Ordering::Relaxed);
    });
    let (client, _updates, mut server) = connected(|config| {
        config.quick_acks = true;
        config.observer = observer;
    })
    .await;
    // a ping, and requests one by one
    let calls: JoinSet<_> = (0..256_u64)
        .map(|number| {
            let client = client.clone();
            async move { client.invoke(number.to_le_bytes().to_vec().into()).await }
        })
        .collect();
    let mut quick_acks = Vec::new();
    for _ in 0..257 {
        let (envelope, is_wanted) = server.envelope().await;
        assert!(is_wanted);
        quick_acks.push(envelope::quick_ack(&key(), &envelope));
    }
    assert!(timeout(MOMENT, server.envelope()).await.is_err(), "each was in an envelope of its own");
    for (acks, expected) in [(&quick_acks[..1], 0), (&quick_acks[1..2], 1), (&quick_acks[..], 256)] {
        server.stream.write_all(acks.as_flattened()).await.unwrap();
        sleep(MOMENT).await;
        assert_eq!(told.load(Ordering::Relaxed), expected);
    }
    drop(calls);
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_of_updates_learns_that_something_is_missing() {
    let (_client, mut updates, mut server) = connected(|_| {}).await;
    let session_id = envelope::open(&key(), &server.envelope().await.0).session_id;
    let body = |number: u32| [[0xee; 4], number.to_le_bytes()].concat();
    for number in 0..1024 + 5 {
        server.update(session_id, &body(number)).await;
    }
    sleep(MOMENT).await;
    let object = |number| Some(Update::Object(Bytes::from(body(number))));
    for number in 0..1024 {
        assert_eq!(updates.recv().await, object(number));
    }
    assert!(timeout(MOMENT, updates.recv()).await.is_err(), "more than 1024 are not kept");
    server.update(session_id, &body(2000)).await;
    assert_eq!(updates.recv().await, Some(Update::Gap));
    assert_eq!(updates.recv().await, object(2000));
}

#[tokio::test(start_paused = true)]
async fn updates_that_wait_have_32_mebibytes_and_no_frame_behind_them() {
    const QUARTER: usize = 8 << 20;
    let (_client, mut updates, mut server) = connected(|_| {}).await;
    let session_id = envelope::open(&key(), &server.envelope().await.0).session_id;
    let body = |len: usize| vec![0xee; len];
    for len in [QUARTER, QUARTER, QUARTER, QUARTER - 4, 8, 4] {
        server.update(session_id, &body(len)).await;
    }
    sleep(MOMENT).await;
    for len in [QUARTER, QUARTER, QUARTER, QUARTER - 4] {
        assert_eq!(updates.recv().await, Some(Update::Object(body(len).into())));
    }
    assert_eq!(updates.recv().await, Some(Update::Gap), "eight bytes would have been more than 32 MiB");
    assert_eq!(updates.recv().await, Some(Update::Object(body(4).into())), "and four are not");
    // a small one that came with a long one
    let messages = [8, QUARTER].map(|len| {
        server.said += 4;
        Message::new(first_id() + server.said, 1, body(len))
    });
    server.update(session_id, &envelope::container(&messages)).await;
    let Some(Update::Object(small)) = updates.recv().await else { panic!("an update") };
    assert_eq!(small, body(8));
    assert!(small.try_into_mut().unwrap().capacity() < 1024);
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_listen_keeps_nothing_and_learns_of_it_when_they_do() {
    let (_client, mut updates, mut server) = connected(|_| {}).await;
    let session_id = envelope::open(&key(), &server.envelope().await.0).session_id;
    let body = |number: u32| [[0xee; 4], number.to_le_bytes()].concat();
    server.update(session_id, &body(1)).await;
    sleep(MOMENT).await;
    assert_eq!(format!("{updates:?}"), "Updates(8 bytes wait)");
    updates.mute();
    server.update(session_id, &body(2)).await;
    sleep(MOMENT).await;
    assert_eq!(format!("{updates:?}"), "Updates(0 bytes wait)");
    updates.listen();
    assert!(timeout(MOMENT, updates.recv()).await.is_err());
    server.update(session_id, &body(3)).await;
    assert_eq!(updates.recv().await, Some(Update::Gap));
    assert_eq!(updates.recv().await, Some(Update::Object(Bytes::from(body(3)))));
}
