//! Every way in which a code is sent, and the address that some of them need.

use testdc::{CodeType, Config, Event};
use tl_api::enums::auth::{CodeTypeRef, SentCode, SentCodeRef, SentCodeTypeRef};
use tl_api::enums::{
    EmailVerification, EmailVerifyPurpose, account::EmailVerified, account::EmailVerifiedRef,
};
use tl_api::functions::{account, auth};
use tl_api::types;

use crate::client::{Client, ReadWhole, Refused, code_hash};
use crate::harness::TestServer;

const PHONE: &str = "9996621234";

fn text<T: std::fmt::Debug>(result: Result<T, Refused>) -> String {
    result.map_or_else(|refused| format!("{} {}", refused.code, refused.text), |_| "fine".to_owned())
}

fn start(ways: &[CodeType]) -> TestServer {
    TestServer::start(Config {
        contacts: 3,
        code_types: ways.to_vec(),
        code_timeout_secs: 2,
        ..Config::default()
    })
}

fn send(client: &mut Client) -> Vec<u8> {
    client.expect(&auth::SendCode {
        phone_number: PHONE.to_owned(),
        api_id: 1,
        api_hash: "hash".to_owned(),
        ..auth::SendCode::default()
    })
}

/// The code that the server's event tells.
fn told(server: &mut TestServer) -> String {
    match server.event() {
        Event::CodeSent { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

/// What a client is told about a code, in a few words.
fn described(answer: &[u8]) -> String {
    let sent = match SentCode::read_whole(answer) {
        SentCodeRef::SentCode(sent) => sent,
        other => panic!("{other:?}"),
    };
    let text = |text: tl_codec::Str<'_>| text.to_str().unwrap().to_owned();
    match sent.type_ {
        SentCodeTypeRef::App(sent) => format!("app {}", sent.length),
        SentCodeTypeRef::Sms(sent) => format!("sms {}", sent.length),
        SentCodeTypeRef::Call(sent) => format!("call {}", sent.length),
        SentCodeTypeRef::FlashCall(sent) => format!("flash {}", text(sent.pattern)),
        SentCodeTypeRef::MissedCall(sent) => format!("missed {} {}", text(sent.prefix), sent.length),
        SentCodeTypeRef::EmailCode(sent) => format!("email {} {}", text(sent.email_pattern), sent.length),
        SentCodeTypeRef::SetUpEmailRequired(_) => "set up".to_owned(),
        SentCodeTypeRef::FragmentSms(sent) => format!("fragment {} {}", text(sent.url), sent.length),
        SentCodeTypeRef::FirebaseSms(sent) => format!("firebase {} {}", sent.nonce.is_some(), sent.length),
        SentCodeTypeRef::SmsWord(sent) => format!("word {}", text(sent.beginning.unwrap())),
        SentCodeTypeRef::SmsPhrase(sent) => format!("phrase {}", text(sent.beginning.unwrap())),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_way_has_its_words_and_its_code() {
    let ways = [
        (CodeType::App, "app 5", "22222"),
        (CodeType::Sms, "sms 5", "22222"),
        (CodeType::Call, "call 5", "22222"),
        (CodeType::FlashCall, "flash 99966*", "9996622222"),
        (CodeType::MissedCall, "missed 99966 5", "22222"),
        (CodeType::FragmentSms, "fragment https://fragment.com/login-codes 5", "22222"),
        (CodeType::FirebaseSms, "firebase true 5", "22222"),
        (CodeType::SmsWord, "word l", "lighthouse"),
        (CodeType::SmsPhrase, "phrase s", "seven herons over the lighthouse"),
    ];
    for (way, words, code) in ways {
        let mut server = start(&[way]);
        let mut client = server.keyed_at(2);
        let answer = send(&mut client);
        assert_eq!(described(&answer), words);
        assert_eq!(told(&mut server), code);
        assert_eq!(text(client.sign_in(PHONE, &code_hash(&answer), code)), "fine", "{words}");
    }
}

#[test]
fn the_next_way_is_announced_and_taken() {
    let ways =
        [CodeType::App, CodeType::SmsWord, CodeType::FlashCall, CodeType::MissedCall, CodeType::FragmentSms];
    let mut server = start(&ways);
    let mut client = server.keyed_at(2);
    let mut answer = send(&mut client);
    let expected = ["sms", "flash", "missed", "fragment"];
    for next in expected {
        told(&mut server);
        let hash = match SentCode::read_whole(&answer) {
            SentCodeRef::SentCode(sent) => {
                assert_eq!(sent.timeout, Some(2));
                let announced = match sent.next_type.unwrap() {
                    CodeTypeRef::Sms(_) => "sms",
                    CodeTypeRef::Call(_) => "call",
                    CodeTypeRef::FlashCall(_) => "flash",
                    CodeTypeRef::MissedCall(_) => "missed",
                    CodeTypeRef::FragmentSms(_) => "fragment",
                    other => panic!("{other:?}"),
                };
                assert_eq!(announced, next);
                sent.phone_code_hash.to_str().unwrap().to_owned()
            }
            other => panic!("{other:?}"),
        };
        let resend = auth::ResendCode { phone_number: PHONE.to_owned(), phone_code_hash: hash, reason: None };
        answer = client.expect(&resend);
    }
    let hash = code_hash(&answer);
    let last = auth::ResendCode { phone_number: PHONE.to_owned(), phone_code_hash: hash, reason: None };
    assert_eq!(text(client.call(&last)), "406 SEND_CODE_UNAVAILABLE");
    assert!(matches!(SentCode::read_whole(&answer), SentCodeRef::SentCode(sent) if sent.timeout.is_none()));
}

#[test]
fn a_code_does_not_last() {
    let server = TestServer::start(Config { contacts: 3, code_lifetime_secs: 1, ..Config::default() });
    let mut client = server.keyed_at(2);
    let hash = client.send_code(PHONE).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1_050));
    assert_eq!(text(client.sign_in(PHONE, &hash, "22222")), "400 PHONE_CODE_EXPIRED");
}

fn by_email(code: &str) -> EmailVerification {
    EmailVerification::Code(types::EmailVerificationCode { code: code.to_owned() })
}

fn sign_in_by_email(client: &mut Client, hash: &str, code: &str) -> String {
    text(client.call(&auth::SignIn {
        phone_number: PHONE.to_owned(),
        phone_code_hash: hash.to_owned(),
        phone_code: None,
        email_verification: Some(by_email(code)),
    }))
}

#[test]
fn a_code_by_email_has_a_field_of_its_own() {
    let mut server = start(&[CodeType::EmailCode, CodeType::Sms]);
    let mut client = server.keyed_at(2);
    let answer = send(&mut client);
    assert_eq!(described(&answer), "email s***@example.org 5");
    let (hash, code) = (code_hash(&answer), told(&mut server));
    assert_eq!(text(client.sign_in(PHONE, &hash, &code)), "400 PHONE_CODE_EMPTY");
    assert_eq!(sign_in_by_email(&mut client, &hash, "1"), "400 PHONE_CODE_INVALID");
    assert_eq!(sign_in_by_email(&mut client, &hash, &code), "fine");
}

#[test]
fn an_address_is_set_up_before_the_first_code() {
    let mut server = start(&[CodeType::SetUpEmailRequired]);
    let mut client = server.keyed_at(2);
    let answer = send(&mut client);
    assert_eq!(described(&answer), "set up");
    assert!(!server.has_event(), "nobody has got a code");
    let hash = code_hash(&answer);
    assert_eq!(sign_in_by_email(&mut client, &hash, "22222"), "400 PHONE_CODE_INVALID", "not by guessing");

    let purpose = || {
        EmailVerifyPurpose::LoginSetup(types::EmailVerifyPurposeLoginSetup {
            phone_number: PHONE.to_owned(),
            phone_code_hash: hash.clone(),
        })
    };
    let send_to = |email: &str| account::SendVerifyEmailCode { purpose: purpose(), email: email.to_owned() };
    let verify = |code: &str| account::VerifyEmail { purpose: purpose(), verification: by_email(code) };
    assert_eq!(text(client.call(&verify("22222"))), "400 EMAIL_VERIFY_EXPIRED", "no address yet");
    for email in ["nobody", "@example.org", "a@b", &format!("{}@example.org", "a".repeat(243))] {
        assert_eq!(text(client.call(&send_to(email))), "400 EMAIL_INVALID");
    }
    client.expect(&send_to(&format!("{}@example.org", "a".repeat(242))));
    told(&mut server);
    let sent = client.expect(&send_to("me@example.org"));
    let sent = types::account::SentEmailCode::read_whole(&sent);
    assert_eq!((sent.email_pattern.to_str(), sent.length), (Ok("m***@example.org"), 5));
    let code = told(&mut server);
    assert_eq!(text(client.call(&verify("1"))), "400 CODE_INVALID");
    let verified = client.expect(&verify(&code));
    let login_hash = match EmailVerified::read_whole(&verified) {
        EmailVerifiedRef::Login(login) => {
            assert_eq!(login.email.to_str(), Ok("me@example.org"));
            match login.sent_code {
                SentCodeRef::SentCode(sent) => sent.phone_code_hash.to_str().unwrap().to_owned(),
                other => panic!("{other:?}"),
            }
        }
        other => panic!("{other:?}"),
    };
    let code = told(&mut server);
    assert_eq!(sign_in_by_email(&mut client, &login_hash, &code), "fine");
}
