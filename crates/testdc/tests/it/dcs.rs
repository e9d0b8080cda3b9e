//! Several data centres: who lives where, and how a login gets there.

use testdc::{BindError, Config};
use tl_api::functions::{auth, contacts, help, users};
use tl_api::{enums, types};
use tl_codec::Encode;

use crate::client::{Failed, ReadWhole, Refused};
use crate::harness::TestServer;

const PHONE: &str = "9996621234";

fn text<T: std::fmt::Debug>(result: Result<T, Refused>) -> String {
    result.map_or_else(|refused| format!("{} {}", refused.code, refused.text), |_| "fine".to_owned())
}

fn start(config: Config) -> TestServer {
    TestServer::start(Config { contacts: 5, saved_only: 2, dcs: 3, ..config })
}

#[test]
fn each_one_lists_them_all() {
    let server = start(Config::default());
    for dc_id in 1..=3 {
        let mut client = server.keyed_at(dc_id);
        let answer = client.expect(&help::GetConfig);
        let config = types::Config::read_whole(&answer);
        assert_eq!(config.this_dc, dc_id);
        let listed = config.dc_options.iter().map(|option| (option.id, option.port)).collect::<Vec<_>>();
        let expected = (1..=3).map(|id| (id, i32::from(server.address_of(id).port()))).collect::<Vec<_>>();
        assert_eq!(listed, expected);
    }
    assert_eq!(server.address(), server.address_of(2), "the home one comes first");
}

#[test]
fn a_key_is_good_at_one_data_centre() {
    let server = start(Config::default());
    let mut client = crate::client::Client::connect(server.address_of(1), crate::client::Framing::Abridged);
    let wrong = client.exchange_key(&server.pem(), 2);
    assert_eq!(wrong, Err(Failed::Ended(crate::client::Ended::Error(-444))));
    let mut at_home = server.keyed_at(2);
    let mut elsewhere = server.keyed_at(1);
    std::mem::swap(&mut at_home.key, &mut elsewhere.key);
    assert_eq!(at_home.call_raw(&help::GetConfig.to_bytes()), Err(crate::client::Ended::Error(-404)));
}

#[test]
fn a_number_is_sent_to_its_data_centre_by_way_of_the_nearest() {
    let server = start(Config { account_dc: Some(3), network_dc: Some(1), ..Config::default() });
    let mut client = server.keyed_at(2);
    assert_eq!(text(client.send_code(PHONE)), "303 NETWORK_MIGRATE_1");
    let export = auth::ExportLoginToken { api_id: 1, api_hash: "hash".to_owned(), except_ids: Vec::new() };
    assert_eq!(text(client.call(&export)), "303 NETWORK_MIGRATE_1");
    let nearest = client.expect(&help::GetNearestDc);
    let nearest = types::NearestDc::read_whole(&nearest);
    assert_eq!((nearest.this_dc, nearest.nearest_dc), (2, 1));
    let mut nearer = server.keyed_at(1);
    assert_eq!(text(nearer.send_code(PHONE)), "303 PHONE_MIGRATE_3");
    assert!(server.keyed_at(3).log_in(PHONE, "22222").is_ok(), "who is at home stays there");

    let server = start(Config { account_dc: Some(3), ..Config::default() });
    assert_eq!(text(server.keyed_at(2).send_code(PHONE)), "303 PHONE_MIGRATE_3");
    let mut home = server.keyed_at(3);
    assert!(home.log_in(PHONE, "22222").is_ok());
    assert_eq!(text(home.call(&contacts::GetStatuses)), "fine");
}

#[test]
fn a_login_is_carried_to_another_data_centre() {
    let server = start(Config::default());
    let (mut home, mut other) = (server.logged_in(), server.keyed_at(1));
    for dc_id in [2, 4, -1] {
        assert_eq!(text(home.call(&auth::ExportAuthorization { dc_id })), "400 DC_ID_INVALID");
    }
    assert_eq!(text(other.call(&auth::ExportAuthorization { dc_id: 2 })), "401 AUTH_KEY_UNREGISTERED");
    let exported = home.expect(&auth::ExportAuthorization { dc_id: 1 });
    let exported = types::auth::ExportedAuthorization::read_whole(&exported);
    assert_eq!(exported.id, server.truth().account.user_id);
    let import = auth::ImportAuthorization { id: exported.id, bytes: exported.bytes.to_vec() };
    assert_eq!(text(server.keyed_at(3).call(&import)), "400 AUTH_BYTES_INVALID", "meant for another one");
    assert_eq!(text(other.call(&import)), "400 AUTH_BYTES_INVALID", "and used up by that");

    let exported = home.expect(&auth::ExportAuthorization { dc_id: 1 });
    let exported = types::auth::ExportedAuthorization::read_whole(&exported);
    let wrong = auth::ImportAuthorization { id: exported.id + 1, bytes: exported.bytes.to_vec() };
    assert_eq!(text(other.call(&wrong)), "400 USER_ID_INVALID");
    let exported = home.expect(&auth::ExportAuthorization { dc_id: 1 });
    let exported = types::auth::ExportedAuthorization::read_whole(&exported);
    let import = auth::ImportAuthorization { id: exported.id, bytes: exported.bytes.to_vec() };
    let answer = other.expect(&import);
    let authorization = enums::auth::Authorization::read_whole(&answer);
    assert!(matches!(authorization, enums::auth::AuthorizationRef::Authorization(_)));
    assert_eq!(text(other.call(&users::GetUsers { id: Vec::new() })), "303 USER_MIGRATE_2");
    assert_eq!(text(other.call(&contacts::GetStatuses)), "303 USER_MIGRATE_2");
    assert_eq!(text(other.call(&auth::LogOut)), "fine");
}

#[test]
fn an_account_moves() {
    let server = start(Config::default());
    let mut client = server.logged_in();
    assert!(
        server.control().move_account(PHONE, 4).is_err() && server.control().move_account("1", 1).is_err()
    );
    server.control().move_account(PHONE, 1).unwrap();
    assert_eq!(text(client.call(&contacts::GetStatuses)), "303 USER_MIGRATE_1");
    assert_eq!(text(server.keyed_at(3).send_code(PHONE)), "303 PHONE_MIGRATE_1");
    assert!(server.keyed_at(1).log_in(PHONE, "22222").is_ok());
}

#[test]
fn numbers_that_do_not_fit_together_are_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cases = [
        Config { dcs: 3, dc_id: 4, ..Config::default() },
        Config { dcs: 6, ..Config::default() },
        Config { dcs: 3, account_dc: Some(0), ..Config::default() },
        Config { account_dc: Some(1), ..Config::default() },
        Config { network_dc: Some(3), ..Config::default() },
    ];
    let most = Config { dcs: 5, contacts: 3, key: Some(crate::harness::shared_key()), ..Config::default() };
    assert_eq!(runtime.block_on(testdc::Server::bind(most)).unwrap().addresses().len(), 5);
    for config in cases {
        let error = runtime.block_on(testdc::Server::bind(config)).unwrap_err();
        assert!(matches!(error, BindError::Dcs { .. }), "{error}");
    }
}
