//! The key exchange over a real socket: repetition, refusal, and what hangs on temporary keys.

use mtproto::crypto::dh::DhError;
use mtproto::crypto::kdf::{self, Sender};
use mtproto::crypto::{AuthKey, ige};
use mtproto::handshake::HandshakeError;
use mtproto::io;
use testdc::Config;
use tl_api::functions::{auth, help, users};
use tl_api::{enums, types};
use tl_codec::Encode;

use crate::client::{Client, Ended, Failed, Framing, ReadWhole as _, Refused};
use crate::harness::TestServer;

#[test]
fn a_repeated_query_gets_the_same_answer_on_another_connection_too() {
    let server = TestServer::plain();
    let mut client = server.connect();
    let nonce = client.entropy.array();
    let first = client.first_step(nonce).unwrap();
    let (query, _) = client.second_query(&server.pem(), &first, 2, None);
    let object = |answer: Vec<u8>| answer[..36 + 4 + 592].to_vec();
    let answer = object(client.ask_plain(&query).unwrap());
    assert_eq!(object(client.ask_plain(&query).unwrap()), answer);
    client.reconnect();
    assert_eq!(object(client.ask_plain(&query).unwrap()), answer);
    let again = client.first_step(nonce).unwrap();
    assert_eq!((again.server_nonce, again.pq), (first.server_nonce, first.pq));
}

/// TDLib greets a server that it has a key for with message 1, and is told -404 by nobody; some take what their clock gives.
#[test]
fn a_query_may_travel_under_any_id() {
    let server = TestServer::plain();
    let query = [&0xbe7e_8ef1_u32.to_le_bytes()[..], &[7; 16]].concat();
    for msg_id in [0, 1, 2, 3, 0xd9c8_490f_1fee, -1] {
        let answer = server.connect().ask_plain_as(msg_id, &query).unwrap();
        assert_eq!((&answer[..4], &answer[4..20]), (&0x0516_2463_u32.to_le_bytes()[..], &[7; 16][..]));
    }
}

#[test]
fn answers_have_random_bytes_behind_them() {
    let server = TestServer::plain();
    let mut client = server.connect();
    let lengths = (0..1_000).map(|_| {
        let mut query = 0xbe7e_8ef1_u32.to_bytes();
        client.entropy.array::<16>().encode(&mut query);
        client.ask_plain(&query).unwrap().len()
    });
    let lengths = lengths.collect::<Vec<_>>();
    let (shortest, longest) = (lengths.iter().min().unwrap(), lengths.iter().max().unwrap());
    assert_eq!(longest - shortest, 22 * 4);
}

#[test]
fn a_wrong_query_ends_the_exchange_with_a_transport_error() {
    let server = TestServer::plain();
    for dc in [3, 10_002, 0] {
        let mut client = server.connect();
        let error = client.exchange_key(&server.pem(), dc).unwrap_err();
        assert_eq!(error, Ended::Error(-444).into(), "data centre {dc}");
    }
    assert!(server.connect().exchange_key(&server.pem(), -2).is_ok(), "a media connection");

    let mut client = server.connect();
    let nonce = client.entropy.array();
    let first = client.first_step(nonce).unwrap();
    let (query, _) = client.second_query(&server.pem(), &first, 2, None);
    let mut wrong = query.clone();
    wrong[40] ^= 1;
    assert_eq!(client.ask_plain(&wrong), Err(Ended::Error(-404)));
    assert!(matches!(client.read_frame(), Err(Ended::Closed { .. })), "and closes");
    client.reconnect();
    assert_eq!(client.ask_plain(&query), Err(Ended::Error(-404)), "the run is over, whatever comes");
}

#[test]
fn a_test_data_centre_is_named_ten_thousand_higher() {
    let server = TestServer::start(Config { test_mode: true, dc_id: 1, contacts: 0, ..Config::default() });
    assert!(server.connect().exchange_key(&server.pem(), 10_001).is_ok());
    assert!(server.connect().exchange_key(&server.pem(), -10_001).is_ok());
    assert_eq!(server.connect().exchange_key(&server.pem(), 1).unwrap_err(), Ended::Error(-444).into());
}

#[test]
fn an_unknown_key_and_a_broken_envelope_are_not_found() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    let known = client.key.replace(AuthKey::new(&mut [7; 256]));
    client.send(true, &help::GetConfig.to_bytes());
    assert_eq!(client.receive(), Err(Ended::Error(-404)));
    client.key = known;
    client.reconnect();
    let msg_id = client.next_msg_id();
    let mut sealed = client.seal(msg_id, 1, &help::GetConfig.to_bytes());
    let last = sealed.len() - 1;
    sealed[last] ^= 1;
    client.send_frame(&sealed);
    assert_eq!(client.receive(), Err(Ended::Error(-404)));
}

/// The proof of `auth.bindTempAuthKey`: a message of MTProto 1.0, sealed with the permanent key.
fn bind(client: &mut Client, permanent: &AuthKey, expires_at: i32, spoil: bool) -> Result<Vec<u8>, Refused> {
    let temporary = client.key.clone().unwrap();
    let (nonce, msg_id) = (client.entropy.long(), client.next_msg_id());
    let mut plain = client.entropy.bytes(16);
    msg_id.encode(&mut plain);
    0_i32.encode(&mut plain);
    40_i32.encode(&mut plain);
    0x75a3_f765_u32.encode(&mut plain);
    for long in [nonce, temporary.id(), permanent.id(), client.session_id] {
        long.encode(&mut plain);
    }
    expires_at.encode(&mut plain);
    let msg_key = kdf::v1_msg_key(&plain);
    plain.extend_from_slice(&client.entropy.bytes(8));
    ige::encrypt(&kdf::v1(permanent, Sender::Client, &msg_key), &mut plain).unwrap();
    let mut sealed = [permanent.id().to_le_bytes().as_slice(), &msg_key, &plain].concat();
    sealed[40] ^= u8::from(spoil);
    let function = auth::BindTempAuthKey {
        perm_auth_key_id: permanent.id(),
        nonce,
        expires_at,
        encrypted_message: sealed,
    };
    client.call(&function).map(|answer| answer.0)
}

#[test]
fn a_temporary_key_stands_for_the_permanent_one_once_it_is_bound() {
    let mut server = TestServer::plain();
    let permanent = server.keyed().key.unwrap();
    let mut client = Client::connect(server.address(), Framing::Intermediate);
    client.exchange(&server.pem(), 2, Some(3_600)).unwrap();
    let now = i32::try_from(client.next_msg_id() >> 32).unwrap();
    client.introduce();
    let me = users::GetUsers { id: Vec::new() };
    let refused = client.call(&me).unwrap_err();
    assert_eq!((refused.code, refused.text.as_str()), (401, "AUTH_KEY_PERM_EMPTY"));
    let error = |result: Result<Vec<u8>, Refused>| result.unwrap_err().text;
    assert_eq!(error(bind(&mut client, &permanent, now + 3_600, true)), "ENCRYPTED_MESSAGE_INVALID");
    assert_eq!(error(bind(&mut client, &permanent, now - 5, false)), "EXPIRES_AT_INVALID");
    assert_eq!(error(bind(&mut client, &permanent, now + 9_999, false)), "EXPIRES_AT_INVALID");
    // the clocks may differ by five minutes
    assert_eq!(error(bind(&mut client, &permanent, now + 3_901, false)), "EXPIRES_AT_INVALID");
    assert_eq!(bind(&mut client, &permanent, now + 3_890, false), Ok(true.to_bytes()));
    assert_eq!(client.call(&me).unwrap_err().text, "AUTH_KEY_UNREGISTERED", "bound, but nobody is logged in");
    client.log_in(&server.truth().account.phone.clone(), &server.code()).unwrap();
    assert!(client.call(&me).is_ok());
    let state = server.state();
    assert_eq!((state.sessions, state.temporary_keys), (1, 1));
    // account.getAuthorizations tells what the client has said of itself over the temporary key
    let logins = client.call_raw(&0xe320_c158_u32.to_bytes()).unwrap();
    assert!(logins.windows(5).any(|bytes| bytes == b"\x04test"));

    let other = server.keyed().key.unwrap();
    assert_eq!(error(bind(&mut client, &other, now + 3_600, false)), "TEMP_AUTH_KEY_ALREADY_BOUND");
    let mut with_permanent = server.keyed();
    assert_eq!(error(bind(&mut with_permanent, &permanent, now + 3_600, false)), "TEMP_AUTH_KEY_EMPTY");
    server.event();
}

#[test]
fn temporary_keys_are_dropped_but_for_those_that_are_named() {
    let server = TestServer::plain();
    let mut own = server.logged_in();
    let permanent = own.key.clone().unwrap();
    let temporary = || {
        let mut client = server.connect();
        client.exchange(&server.pem(), 2, Some(3_600)).unwrap();
        client.introduce();
        let now = i32::try_from(client.next_msg_id() >> 32).unwrap();
        bind(&mut client, &permanent, now + 3_600, false).unwrap();
        client
    };
    let (mut kept, mut dropped) = (temporary(), temporary());
    // one that stands for another key, and one that stands for none
    let mut foreign = server.connect();
    foreign.exchange(&server.pem(), 2, Some(3_600)).unwrap();
    let except = vec![kept.key.as_ref().unwrap().id()];
    assert_eq!(own.expect(&auth::DropTempAuthKeys { except_auth_keys: except }), true.to_bytes());
    assert_eq!(server.state().temporary_keys, 1);
    foreign.introduce();
    assert!(kept.call(&users::GetUsers { id: Vec::new() }).is_ok());
    dropped.send(true, &help::GetConfig.to_bytes());
    assert_eq!(dropped.receive(), Err(Ended::Error(-404)));
}

#[test]
fn a_temporary_key_ends() {
    let server = TestServer::plain();
    let mut client = server.connect();
    client.exchange(&server.pem(), 2, Some(1)).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    client.send(true, &help::GetConfig.to_bytes());
    assert_eq!(client.receive(), Err(Ended::Error(-404)));
}

/// The answer to the second query of a fresh client.
fn params_with(server: &TestServer, fault: &str) -> (Vec<u8>, [u8; 16], [u8; 16], [u8; 32]) {
    let mut client = server.connect();
    let nonce = client.entropy.array();
    let first = client.first_step(nonce).unwrap();
    let (query, new_nonce) = client.second_query(&server.pem(), &first, 2, None);
    server.add_fault(fault);
    (client.ask_plain(&query).unwrap(), first.nonce, first.server_nonce, new_nonce)
}

/// The sealed half of that answer, opened: hash, and object with its padding.
fn opened(params: &[u8], server_nonce: &[u8; 16], new_nonce: &[u8; 32]) -> ([u8; 20], Vec<u8>) {
    let mut reader = tl_codec::Reader::new(&params[36..]);
    let mut sealed = reader.bytes().unwrap().to_vec();
    ige::decrypt(&kdf::handshake(new_nonce, server_nonce), &mut sealed).unwrap();
    let (hash, object) = sealed.split_at(20);
    (hash.try_into().unwrap(), object.to_vec())
}

#[test]
fn the_second_step_ends_the_exchange() {
    let server = TestServer::plain();
    for (faults, is_hash_right) in
        [(vec!["dh-params-fail"], true), (vec!["dh-params-fail", "wrong-new-nonce-hash"], false)]
    {
        let mut client = server.connect();
        let nonce = client.entropy.array();
        let first = client.first_step(nonce).unwrap();
        let (query, new_nonce) = client.second_query(&server.pem(), &first, 2, None);
        for fault in faults {
            server.add_fault(fault);
        }
        let answer = client.ask_plain(&query).unwrap();
        assert_eq!(answer[..4], 0x79cb_045d_u32.to_le_bytes());
        assert_eq!(
            (&answer[4..20], &answer[20..36]),
            (first.nonce.as_slice(), first.server_nonce.as_slice())
        );
        let hash = mtproto::crypto::sha1(&[&new_nonce]);
        assert_eq!(answer[36..52] == hash[4..], is_hash_right);
        let (another, _) = client.second_query(&server.pem(), &first, 2, None);
        assert_eq!(client.ask_plain(&another), Err(Ended::Error(-404)), "the exchange has ended");
    }
}

/// This project's client, which has its checks (`docs/security-checks.md`), meets a server with these faults.
fn is_refused_with(faults: &[&str], expected: &HandshakeError) {
    let server = TestServer::with_faults(faults);
    let config = crate::obfuscated::config(&server, mtproto::frame::FrameKind::Intermediate);
    let error = crate::obfuscated::run(io::Client::connect(config)).unwrap_err();
    assert!(matches!(&error, io::Error::Handshake(got) if got == expected), "{faults:?}: {error:?}");
}

#[test]
fn a_client_tells_a_refusal_of_the_server_from_one_of_somebody_else() {
    is_refused_with(&["dh-params-fail*"], &HandshakeError::ServerDhParamsFail);
    is_refused_with(&["dh-params-fail*", "wrong-new-nonce-hash*"], &HandshakeError::NewNonceHash);
    is_refused_with(&["wrong-new-nonce-hash*"], &HandshakeError::NewNonceHash);
}

#[test]
fn a_client_makes_no_key_from_parameters_that_it_may_not_use() {
    use HandshakeError::{Group, ServerPublic};
    for (kind, expected) in [
        ("composite", Group(DhError::ModulusNotPrime)),
        ("unsafe", Group(DhError::ModulusNotSafe)),
        ("short", Group(DhError::ModulusBits { bits: 2047 })),
        ("generator", Group(DhError::GeneratorResidue { g: 2 })),
        ("generator-unknown", Group(DhError::GeneratorUnknown { g: 8 })),
        ("public-one", ServerPublic(DhError::PublicTooSmall)),
        ("public-minus-one", ServerPublic(DhError::PublicTooLarge)),
        ("public-small", ServerPublic(DhError::PublicTooSmall)),
        ("public-large", ServerPublic(DhError::PublicTooLarge)),
    ] {
        is_refused_with(&[&format!("bad-dh={kind}*")], &expected);
    }
}

#[test]
fn nonces_are_wrong_in_exactly_the_place_that_is_asked_for() {
    let server = TestServer::plain();
    for (place, wrong) in [
        ("params-nonce", [true, false, false, false]),
        ("params-server-nonce", [false, true, false, false]),
        ("inner-nonce", [false, false, true, false]),
        ("inner-server-nonce", [false, false, false, true]),
    ] {
        let (params, nonce, server_nonce, new_nonce) =
            params_with(&server, &format!("wrong-nonce-in={place}"));
        let (_, object) = opened(&params, &server_nonce, &new_nonce);
        let differs = [
            params[4..20] != nonce,
            params[20..36] != server_nonce,
            object[4..20] != nonce,
            object[20..36] != server_nonce,
        ];
        assert_eq!(differs, wrong, "{place}");
    }
    for place in ["end-nonce", "end-server-nonce"] {
        server.add_fault(&format!("wrong-nonce-in={place}"));
        let mut client = server.connect();
        assert_eq!(
            client.exchange_key(&server.pem(), 2),
            Err(Failed::Refused("nonces at the end")),
            "{place}"
        );
    }
    assert!(server.connect().exchange_key(&server.pem(), 2).is_ok());
}

#[test]
fn the_hash_over_the_parameters_is_wrong() {
    let server = TestServer::plain();
    for (fault, is_right) in [("wrong-answer-hash", false), ("wrong-salt", true)] {
        let (params, _, server_nonce, new_nonce) = params_with(&server, fault);
        let (hash, object) = opened(&params, &server_nonce, &new_nonce);
        let mut reader = tl_codec::Reader::new(&object[36..]);
        let (_g, _prime, _g_a) = (reader.int().unwrap(), reader.bytes().unwrap(), reader.bytes().unwrap());
        let _server_time = reader.int().unwrap();
        let inner = &object[..36 + reader.offset()];
        assert_eq!(mtproto::crypto::sha1(&[inner]) == hash, is_right, "{fault}");
    }
}

/// The kinds of parameters that no client may use, and whether it is the group or the server's value that is bad.
const BAD_GROUPS: [(&str, bool); 9] = [
    ("composite", true),
    ("unsafe", true),
    ("short", true),
    ("generator", true),
    ("generator-unknown", true),
    ("public-one", false),
    ("public-minus-one", false),
    ("public-small", false),
    ("public-large", false),
];

#[test]
fn parameters_that_no_client_may_use() {
    use mtproto::crypto::dh::Group;
    let server = TestServer::plain();
    for (kind, is_group_bad) in BAD_GROUPS {
        let (params, _, server_nonce, new_nonce) = params_with(&server, &format!("bad-dh={kind}"));
        let (_, object) = opened(&params, &server_nonce, &new_nonce);
        let mut reader = tl_codec::Reader::new(&object[36..]);
        let (g, prime) = (reader.int().unwrap(), reader.bytes().unwrap());
        let g_a = reader.bytes().unwrap();
        let group = Group::check(prime, g, &mut |bytes: &mut [u8]| bytes.fill(7));
        assert_eq!(group.is_err(), is_group_bad, "{kind}");
        if let Ok(group) = group {
            assert!(group.check_public(g_a).is_err(), "{kind}");
        }
    }
}

#[test]
fn numbers_that_no_password_may_be_proved_with() {
    use mtproto::crypto::dh::Group;
    let server = TestServer::start(Config { password: Some("x".to_owned()), ..Config::default() });
    let mut client = server.keyed();
    client.introduce();
    assert!(client.log_in(&server.truth().account.phone, &server.code()).is_err(), "the password is wanted");
    for (kind, is_group_bad) in BAD_GROUPS {
        server.add_fault(&format!("bad-srp={kind}"));
        let info = client.password().unwrap();
        let info = types::account::Password::read_whole(&info);
        let Some(enums::PasswordKdfAlgoRef::Sha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow(algo)) =
            info.current_algo
        else {
            panic!("no algorithm")
        };
        let group = Group::check(algo.p, algo.g, &mut |bytes: &mut [u8]| bytes.fill(7));
        assert_eq!(group.is_err(), is_group_bad, "{kind}");
        if let Ok(group) = group {
            assert!(group.check_public(info.srp_b.unwrap()).is_err(), "{kind}");
        }
    }
    server.add_fault("unknown-kdf");
    let info = client.password().unwrap();
    let algorithm = types::account::Password::read_whole(&info).current_algo;
    assert!(matches!(algorithm, Some(enums::PasswordKdfAlgoRef::Unknown(_))), "{algorithm:?}");
    let info = client.password().unwrap();
    assert!(client.check_password(&info, b"x").is_ok(), "each happens once");
}

#[test]
fn a_number_that_cannot_be_factorised() {
    let server = TestServer::plain();
    server.add_fault("prime-pq");
    let first = server.connect().first_step([3; 16]).unwrap();
    assert!(mtproto::crypto::factor::factorise(first.pq).is_err());
    assert!(mtproto::crypto::factor::factorise(server.connect().first_step([4; 16]).unwrap().pq).is_ok());
}
