//! The logins of an account: their list, and how their owner ends them.

use serde_json::Value;
use tl_api::functions::contacts;
use tl_codec::Encode;
use tl_dynamic::Dynamic;
use tl_schema::Schema;

use crate::client::{Client, refusal};
use crate::harness::TestServer;

/// What `account.getAuthorizations` tells.
fn logins(client: &mut Client) -> Vec<Value> {
    let answer = client.call_raw(&0xe320_c158_u32.to_bytes()).unwrap();
    let schema = Schema::parse(include_str!("../../../../schema/api.tl")).unwrap();
    let list = Dynamic::new(&schema).unwrap().read(&answer).unwrap().to_json();
    list["authorizations"].as_array().unwrap().clone()
}

fn hash(login: &Value) -> i64 {
    login["hash"].as_str().unwrap().parse().unwrap()
}

fn end(client: &mut Client, hash: i64) -> Option<String> {
    let body = [0xdf77_f3bc_u32.to_bytes(), hash.to_bytes()].concat();
    refusal(&client.call_raw(&body).unwrap()).map(|refused| refused.text)
}

fn fate(client: &mut Client) -> Option<String> {
    client.call(&contacts::GetStatuses).err().map(|refused| refused.text)
}

#[test]
fn logins_are_listed_and_ended() {
    let server = TestServer::plain();
    let [mut own, mut second, mut third] = [(); 3].map(|()| server.logged_in());
    let _stranger = server.keyed();
    let list = logins(&mut own);
    assert_eq!(list.len(), 3);
    assert_eq!(list.iter().filter(|login| login.get("current").is_some()).count(), 1);
    assert_eq!(
        (hash(&list[0]), list[0]["device_model"].as_str()),
        (0, Some("test")),
        "the own one comes first"
    );
    assert!(list.iter().all(|login| login["date_created"].as_i64() > Some(1_700_000_000)));
    assert!(list.iter().all(|login| login["date_active"].as_i64() >= login["date_created"].as_i64()));
    assert_eq!(end(&mut own, 0).as_deref(), Some("HASH_INVALID"));
    assert_eq!(end(&mut own, 12_345).as_deref(), Some("HASH_INVALID"));
    let third_id = third.key.as_ref().unwrap().id();
    assert!(list.iter().any(|login| hash(login) == third_id));
    assert_eq!(end(&mut own, third_id), None);
    assert_eq!(fate(&mut third).as_deref(), Some("SESSION_REVOKED"));
    assert_eq!(fate(&mut second), None);
    // auth.resetAuthorizations
    assert_eq!(own.call_raw(&0x9fab_0d1a_u32.to_bytes()).unwrap(), true.to_bytes());
    assert_eq!((fate(&mut own), fate(&mut second).as_deref()), (None, Some("SESSION_REVOKED")));
    assert_eq!(logins(&mut own).len(), 1);
}
