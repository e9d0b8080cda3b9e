//! What `Debug` output must not show.

use tl_api::{enums, functions, types};
use tl_codec::{Decode, Encode};

use crate::book;

#[test]
fn names_numbers_and_hashes_stay_out() {
    let user = book::user(77);
    let bytes = user.to_bytes();
    let read = types::UserRef::from_bytes(&bytes).unwrap();
    for shown in
        [format!("{user:?}"), format!("{read:?}"), format!("{:?}", enums::User::from(book::user(77)))]
    {
        for secret in ["9996621234", "Имя", "O'Neil", "1234605616436508552"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert!(shown.contains("id: 77") && shown.contains("<redacted>"), "{shown}");
    }
}

#[test]
fn what_lets_somebody_in_stays_out() {
    let shown = [
        format!(
            "{:?}",
            functions::auth::SendCode {
                phone_number: "9996621234".into(),
                api_hash: "s3cret".into(),
                ..Default::default()
            }
        ),
        format!(
            "{:?}",
            functions::auth::SignIn {
                phone_code: Some("s3cret".into()),
                phone_code_hash: "s3cret".into(),
                ..Default::default()
            }
        ),
        format!(
            "{:?}",
            functions::auth::CheckPassword {
                password: types::InputCheckPasswordSrp { srp_id: 1, a: vec![0xab], m1: vec![0xab] }.into()
            }
        ),
        format!("{:?}", types::InputCheckPasswordSrp { srp_id: 1, a: vec![171], m1: vec![171] }),
        format!("{:?}", types::auth::ExportedAuthorization { id: 1, bytes: vec![171] }),
        format!("{:?}", types::EmailVerificationCode { code: "s3cret".into() }),
        format!("{:?}", functions::contacts::DeleteByPhones { phones: vec!["9996621234".into()] }),
        format!("{:?}", functions::auth::ImportLoginToken { token: vec![171] }),
    ];
    for shown in shown {
        for secret in ["9996621234", "s3cret", "171", "0xab"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
