//! Introduction, codes and passwords.

use testdc::{Config, Event};
use tl_api::functions::{InitConnection, InvokeWithLayer, account, auth, contacts, help, users};
use tl_api::{enums, types};
use tl_codec::Encode;

use crate::client::{Client, ReadWhole, Refused, code_hash, introduction, refusal};
use crate::harness::TestServer;

const PHONE: &str = "9996621234";

fn text<T: std::fmt::Debug>(result: Result<T, Refused>) -> String {
    let refused = result.unwrap_err();
    format!("{} {}", refused.code, refused.text)
}

fn call_text(client: &mut Client, body: &[u8]) -> Option<String> {
    refusal(&client.call_raw(body).unwrap()).map(|refused| format!("{} {}", refused.code, refused.text))
}

#[test]
fn a_login_that_is_used_in_two_places_at_once_is_ended() {
    let server = TestServer::start(Config { contacts: 5, ends_duplicates: true, ..Config::default() });
    let ask = |client: &mut Client| {
        let answer = client.call(&contacts::GetStatuses);
        answer.map_or_else(|refused| format!("{} {}", refused.code, refused.text), |_| "fine".to_owned())
    };
    let mut client = server.logged_in();
    for _ in 0..3 {
        assert_eq!(ask(&mut client), "fine");
        client.reconnect();
    }
    let mut copy = client.copy();
    assert_eq!((ask(&mut client), ask(&mut copy)), ("fine".into(), "fine".into()), "no proof yet");
    let ended = "406 AUTH_KEY_DUPLICATED";
    assert_eq!((ask(&mut client), ask(&mut copy)), (ended.into(), ended.into()));
    assert_eq!(ask(&mut server.logged_in()), "fine", "another key, another login");

    let server = TestServer::plain();
    let mut client = server.logged_in();
    let mut copy = client.copy();
    for _ in 0..3 {
        assert_eq!((ask(&mut client), ask(&mut copy)), ("fine".into(), "fine".into()), "nobody looks");
    }
}

#[test]
fn a_client_introduces_itself_first() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    assert!(client.call(&help::GetConfig).is_ok(), "the configuration is for everybody");
    assert_eq!(text(client.send_code(PHONE)), "400 CONNECTION_NOT_INITED");
    for layer in [-1, 0, 157, 159, 172, 183, 194, 203, 205, 215] {
        let body = InvokeWithLayer { layer, query: introduction(help::GetConfig) }.to_bytes();
        assert_eq!(call_text(&mut client, &body).as_deref(), Some("400 CONNECTION_LAYER_INVALID"), "{layer}");
    }
    assert_eq!(
        call_text(&mut client, &introduction(help::GetConfig).to_bytes()).as_deref(),
        Some("400 CONNECTION_LAYER_INVALID"),
        "no layer was ever said"
    );
    for layer in [158, 173, 174, 179, 181, 184, 193, 198, 199, 204, 214, 216, 217, 221, 222, 230, 231] {
        let body = InvokeWithLayer { layer, query: introduction(help::GetConfig) }.to_bytes();
        assert_eq!(call_text(&mut client, &body), None, "{layer}");
    }
    assert_eq!(
        call_text(&mut client, &introduction(help::GetConfig).to_bytes()),
        None,
        "the layer is remembered"
    );
    assert!(client.send_code(PHONE).is_ok());
}

/// `TDLib` packs the method alone, and puts the wrappers around it.
#[test]
fn a_call_may_be_packed_inside_of_its_wrappers() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    let body = InvokeWithLayer { layer: 230, query: introduction(help::GetConfig) }.to_bytes();
    let (wrappers, method) = body.split_at(body.len() - 4);
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, method).unwrap();
    let packed = encoder.finish().unwrap();
    // gzip_packed#3072cfa1 packed_data:bytes
    let around = |packed: &[u8]| [wrappers, &0x3072_cfa1_u32.to_le_bytes(), &packed.to_bytes()].concat();
    assert_eq!(call_text(&mut client, &around(&packed)), None);
    assert_eq!(call_text(&mut client, &around(&packed[..6])).as_deref(), Some("400 INPUT_FETCH_FAIL"));
}

/// What is wrong with an introduction, and what the server says.
type Mistake = (fn(&mut InitConnection<help::GetConfig>), &'static str);

#[test]
fn an_introduction_must_say_who_is_speaking() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    let mistakes: [Mistake; 5] = [
        (|init| init.api_id = 0, "400 CONNECTION_API_ID_INVALID"),
        (|init| init.device_model.clear(), "400 CONNECTION_DEVICE_MODEL_EMPTY"),
        (|init| init.system_version.clear(), "400 CONNECTION_SYSTEM_EMPTY"),
        (|init| init.app_version.clear(), "400 CONNECTION_APP_VERSION_EMPTY"),
        (|init| init.system_lang_code.clear(), "400 CONNECTION_SYSTEM_LANG_CODE_EMPTY"),
    ];
    for (spoil, expected) in mistakes {
        let mut query = introduction(help::GetConfig);
        spoil(&mut query);
        let body = InvokeWithLayer { layer: 230, query }.to_bytes();
        assert_eq!(call_text(&mut client, &body).as_deref(), Some(expected));
    }
}

#[test]
fn methods_that_are_unknown_unreadable_or_not_for_strangers() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    client.introduce();
    assert_eq!(call_text(&mut client, &0x1234_5678_u32.to_bytes()).unwrap(), "400 INPUT_METHOD_INVALID");
    let longer = [help::GetConfig.to_bytes(), vec![0; 4]].concat();
    assert_eq!(call_text(&mut client, &longer).unwrap(), "400 INPUT_FETCH_FAIL");
    assert_eq!(text(client.call(&contacts::GetStatuses)), "401 AUTH_KEY_UNREGISTERED");
    assert_eq!(text(client.call(&auth::LogOut)), "401 AUTH_KEY_UNREGISTERED");
    assert_eq!(text(client.call(&account::GetPassword)), "401 AUTH_KEY_UNREGISTERED");
    assert_eq!(text(client.open_takeout()), "401 AUTH_KEY_UNREGISTERED");
    let wrapped =
        (0..9).fold(help::GetConfig.to_bytes(), |query, _| [0xbf94_59b7_u32.to_bytes(), query].concat());
    assert_eq!(call_text(&mut client, &wrapped).unwrap(), "400 INPUT_METHOD_INVALID", "wrapped too often");
    assert_eq!(call_text(&mut client, &wrapped[4 * 5..]), None);
}

#[test]
fn login_by_code() {
    let mut server = TestServer::plain();
    let mut client = server.keyed();
    client.introduce();
    assert_eq!(text(client.send_code("123")), "400 PHONE_NUMBER_INVALID");
    assert_eq!(text(client.send_code("not a number")), "400 PHONE_NUMBER_INVALID");
    let bad_api = auth::SendCode { phone_number: PHONE.to_owned(), api_id: 0, ..auth::SendCode::default() };
    assert_eq!(text(client.call(&bad_api)), "400 API_ID_INVALID");

    let hash = client.send_code("+999 66 2-12(34)").unwrap();
    assert_eq!(server.event(), Event::CodeSent { phone: PHONE.to_owned(), code: "22222".to_owned() });
    assert_eq!(text(client.sign_in(PHONE, &hash, "")), "400 PHONE_CODE_EMPTY");
    assert_eq!(text(client.sign_in(PHONE, "", "22222")), "400 PHONE_CODE_HASH_EMPTY");
    assert_eq!(text(client.sign_in(PHONE, "other", "22222")), "400 PHONE_CODE_EXPIRED");
    assert_eq!(text(client.sign_in("9996621235", &hash, "22222")), "400 PHONE_CODE_EXPIRED");
    assert_eq!(text(client.sign_in(PHONE, &hash, "22223")), "400 PHONE_CODE_INVALID");
    let answer = client.sign_in(PHONE, &hash, "22222").unwrap();
    let user_id = server.truth().account.user_id;
    match enums::auth::Authorization::read_whole(&answer) {
        enums::auth::AuthorizationRef::Authorization(authorization) => match authorization.user {
            enums::UserRef::User(user) => assert!(user.id == user_id && user.self_()),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
    assert_eq!(server.event(), Event::Login { user_id });
    assert_eq!(
        text(client.sign_in(PHONE, &hash, "22222")),
        "400 PHONE_CODE_EXPIRED",
        "a code is good for one login"
    );

    client.expect(&auth::LogOut);
    assert_eq!(server.event(), Event::LoggedOut { user_id });
    assert_eq!(text(client.call(&users::GetUsers { id: Vec::new() })), "401 AUTH_KEY_UNREGISTERED");
}

#[test]
fn five_wrong_codes_void_the_code() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    client.introduce();
    let hash = client.send_code(PHONE).unwrap();
    for _ in 0..5 {
        assert_eq!(text(client.sign_in(PHONE, &hash, "1")), "400 PHONE_CODE_INVALID");
    }
    assert_eq!(text(client.sign_in(PHONE, &hash, "22222")), "400 PHONE_CODE_EXPIRED");
    assert!(client.log_in(PHONE, "22222").is_ok(), "a new one works");
}

#[test]
fn codes_are_sent_again_in_other_ways_and_cancelled() {
    let mut server =
        TestServer::start(Config { code: Some("424242".to_owned()), contacts: 0, ..Config::default() });
    let mut client = server.keyed();
    client.introduce();
    let first = client.send_code(PHONE).unwrap();
    let resend = |hash: &str| auth::ResendCode {
        phone_number: PHONE.to_owned(),
        phone_code_hash: hash.to_owned(),
        reason: None,
    };
    let answer = client.expect(&resend(&first));
    match enums::auth::SentCode::read_whole(&answer) {
        enums::auth::SentCodeRef::SentCode(sent) => {
            assert!(matches!(sent.type_, enums::auth::SentCodeTypeRef::Sms(sms) if sms.length == 6));
        }
        other => panic!("{other:?}"),
    }
    let second = code_hash(&answer);
    assert_eq!(text(client.call(&resend(&first))), "400 PHONE_CODE_EXPIRED", "the first hash is void");
    let third = code_hash(&client.expect(&resend(&second)));
    assert_eq!(text(client.call(&resend(&third))), "406 SEND_CODE_UNAVAILABLE");
    for _ in 0..3 {
        assert_eq!(server.event(), Event::CodeSent { phone: PHONE.to_owned(), code: "424242".to_owned() });
    }
    let cancel = auth::CancelCode { phone_number: PHONE.to_owned(), phone_code_hash: third.clone() };
    assert_eq!(client.expect(&cancel), true.to_bytes());
    assert_eq!(text(client.sign_in(PHONE, &third, "424242")), "400 PHONE_CODE_EXPIRED");
}

#[test]
fn a_number_without_an_account_must_sign_up() {
    let mut server = TestServer::plain();
    let mut client = server.keyed();
    client.introduce();
    let answer = client.log_in("9996633333", "33333").unwrap();
    let authorization = enums::auth::Authorization::read_whole(&answer);
    assert!(matches!(authorization, enums::auth::AuthorizationRef::SignUpRequired(_)));
    server.event();
    assert!(!server.has_event(), "nobody has logged in");
}

#[test]
fn login_with_a_password() {
    let password = "пароль 🔑";
    let config = Config { password: Some(password.to_owned()), contacts: 0, ..Config::default() };
    let mut server = TestServer::start(config);
    assert!(server.truth().account.has_password);
    let mut client = server.keyed();
    client.introduce();
    assert_eq!(text(client.log_in(PHONE, "22222")), "401 SESSION_PASSWORD_NEEDED");
    server.event();
    assert_eq!(
        text(client.call(&contacts::GetStatuses)),
        "401 AUTH_KEY_UNREGISTERED",
        "half a login is none"
    );

    let info = client.password().unwrap();
    assert_eq!(text(client.check_password(&info, b"wrong")), "400 PASSWORD_HASH_INVALID");
    assert_eq!(text(client.check_password(&info, password.as_bytes())), "400 SRP_ID_INVALID", "used once");
    let old = client.password().unwrap();
    let new = client.password().unwrap();
    assert_eq!(
        text(client.check_password(&old, password.as_bytes())),
        "400 SRP_ID_INVALID",
        "only the last one"
    );
    assert_eq!(
        text(client.check_password(&new, password.as_bytes())),
        "400 SRP_ID_INVALID",
        "and that is used up"
    );
    let info = client.password().unwrap();
    assert!(client.check_password(&info, password.as_bytes()).is_ok());
    assert_eq!(server.event(), Event::Login { user_id: server.truth().account.user_id });
    assert!(client.call(&contacts::GetStatuses).is_ok());
    assert!(types::account::Password::read_whole(&client.password().unwrap()).has_password());
}

#[test]
fn an_account_without_a_password_says_so() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let info = client.password().unwrap();
    let info = types::account::Password::read_whole(&info);
    assert!(!info.has_password() && info.srp_b.is_none() && info.current_algo.is_none());
    assert_eq!(info.secure_random.len(), 256);
}
