//! What a connection costs: measured by `cargo xtask sweep connections`, beside Telethon; figures in docs/connections.md.
//!
//! `connections keys|reconnects|rest|reply ADDRESS KEY.pem AMOUNT [pfs]` prints one JSON object. AMOUNT: seconds, or
//! connections that are held at once; without `pfs` there are no temporary keys, as Telethon has none.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program whose output is its result, and which may fail"
)]

use std::fs;
use std::time::{Duration, Instant};

use bytes::Bytes;
use mtproto::crypto::RsaPublicKey;
use mtproto::io::{Client, Config};
use mtproto::session::Resume;
use serde_json::{Value, json};
use tl_api::enums::auth::{SentCode, SentCodeRef};
use tl_api::enums::contacts::{Contacts, ContactsRef};
use tl_api::functions::{InitConnection, InvokeWithLayer, auth, contacts, help};
use tl_codec::{Decode, Encode, Shape};

const PHONE: &str = "9996621234";
const CODE: &str = "22222";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    let arguments = arguments.iter().map(String::as_str).collect::<Vec<_>>();
    let &[mode, address, key, amount, ref rest @ ..] = arguments.as_slice() else { panic!("four arguments") };
    let key = RsaPublicKey::from_pem(&fs::read_to_string(key).unwrap()).unwrap();
    let mut config = Config::new(vec![address.parse().unwrap()], 2, vec![key]);
    config.introduction = Some(introduction());
    if rest != ["pfs"] {
        config.temporary_keys = None;
    }
    let amount = amount.parse().unwrap();
    let measured = match mode {
        "keys" => rate(&config, Duration::from_secs(amount)).await,
        "reconnects" => {
            let first = connect(config.clone()).await;
            config.resume = Some(first.resume());
            first.shutdown().await;
            rate(&config, Duration::from_secs(amount)).await
        }
        "rest" => at_rest(&config, amount).await,
        _ => under_a_reply(config).await,
    };
    println!("{measured}");
}

fn introduction() -> Bytes {
    let query = InitConnection {
        api_id: 1,
        device_model: "desk".to_owned(),
        system_version: "1".to_owned(),
        app_version: "1".to_owned(),
        system_lang_code: "en".to_owned(),
        lang_pack: String::new(),
        lang_code: "en".to_owned(),
        proxy: None,
        params: None,
        query: help::GetConfig,
    };
    InvokeWithLayer { layer: tl_api::LAYER, query }.to_bytes().into()
}

/// A connection whose first call was answered.
async fn connect(config: Config) -> Client {
    let hello = config.introduction.clone().unwrap();
    let (client, _updates) = Client::connect(config).await.unwrap();
    client.invoke(hello).await.unwrap();
    client
}

/// Connections one after the other, each until its first call is answered.
async fn rate(config: &Config, span: Duration) -> Value {
    let (started, cpu) = (Instant::now(), cpu_secs());
    let mut count = 0_u32;
    while started.elapsed() < span {
        connect(config.clone()).await.shutdown().await;
        count += 1;
    }
    let wall = started.elapsed().as_secs_f64();
    json!({ "per_sec": f64::from(count) / wall, "cpu_ms": (cpu_secs() - cpu) * 1e3 / f64::from(count) })
}

/// What so many connections hold that have nothing to do.
async fn at_rest(config: &Config, count: u64) -> Value {
    // what the first one brings into the process is no other one's
    let warm = connect(config.clone()).await;
    let before = memory_kib("VmRSS:");
    let mut clients = Vec::new();
    for _ in 0..count {
        clients.push(connect(config.clone()).await);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let kib = (memory_kib("VmRSS:") - before) / f64::from(u32::try_from(count).unwrap());
    warm.shutdown().await;
    json!({ "kib": kib, "count": clients.len() })
}

/// The most memory while one long reply is taken and read from its first to its last field.
async fn under_a_reply(mut config: Config) -> Value {
    config.resume = None::<Resume>;
    let client = connect(config).await;
    log_in(&client).await;
    let before = memory_kib("VmRSS:");
    let started = Instant::now();
    let body = client.invoke(contacts::GetContacts { hash: 0 }.to_bytes().into()).await.unwrap();
    let ContactsRef::Contacts(list) = <Contacts as Shape>::Ref::from_bytes(&body).unwrap() else {
        panic!("no list")
    };
    let (wall, peak) = (started.elapsed().as_secs_f64(), memory_kib("VmHWM:"));
    json!({ "body_bytes": body.len(), "users": list.users.len(), "peak_kib": peak - before, "wall_secs": wall })
}

async fn log_in(client: &Client) {
    let send_code = auth::SendCode {
        phone_number: PHONE.to_owned(),
        api_id: 1,
        api_hash: "hash".to_owned(),
        ..auth::SendCode::default()
    };
    let sent = client.invoke(send_code.to_bytes().into()).await.unwrap();
    let SentCodeRef::SentCode(sent) = <SentCode as Shape>::Ref::from_bytes(&sent).unwrap() else {
        panic!("no code")
    };
    let sign_in = auth::SignIn {
        phone_number: PHONE.to_owned(),
        phone_code_hash: sent.phone_code_hash.to_str().unwrap().to_owned(),
        phone_code: Some(CODE.to_owned()),
        ..auth::SignIn::default()
    };
    client.invoke(sign_in.to_bytes().into()).await.unwrap();
}

/// A line of the process's status: `VmRSS:`, what it holds; `VmHWM:`, the most that it ever held.
fn memory_kib(name: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// User and system time of the process: fields 14 and 15 of its `stat`, in hundredths of a second.
fn cpu_secs() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}
