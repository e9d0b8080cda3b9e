//! The whole API, where it differs from the part at the crate's root.

use tl_api::{Invoke, InvokeRaw, LAYER, RawAnswer, full};
use tl_codec::{Constructor, Decode, Encode};

#[test]
fn the_same_layer_the_same_bytes() {
    assert_eq!(full::LAYER, LAYER);
    let (part, whole) = (
        tl_api::types::SavedPhoneContact { phone: "9996621234".into(), date: 5, ..Default::default() },
        full::types::SavedPhoneContact { phone: "9996621234".into(), date: 5, ..Default::default() },
    );
    assert_eq!(part.to_bytes(), whole.to_bytes());
    assert_eq!(tl_api::types::User::ID, full::types::User::ID);
}

#[test]
fn no_text_in_debug_output() {
    let message = full::types::Message {
        message: "s3cret".into(),
        post_author: Some("s3cret".into()),
        id: 77,
        ..Default::default()
    };
    let bytes = message.to_bytes();
    let shown = [
        format!("{message:?}"),
        format!("{:?}", full::enums::MessageRef::from_bytes(&bytes).unwrap()),
        format!(
            "{:?}",
            full::functions::messages::SendMessage { message: "s3cret".into(), ..Default::default() }
        ),
        format!(
            "{:?}",
            full::types::PhoneConnection {
                ip: "s3cret".into(),
                peer_tag: vec![115, 51],
                ..Default::default()
            }
        ),
        format!(
            "{:?}",
            full::functions::auth::BindTempAuthKey { perm_auth_key_id: 1_155_134, ..Default::default() }
        ),
    ];
    for shown in shown {
        assert!(shown.contains("<redacted>"), "{shown}");
        assert!(!["s3cret", "115", "1155134"].iter().any(|secret| shown.contains(secret)), "{shown}");
    }
}

/// What the closure leaves opaque has a type here: `Updates`.
#[test]
fn updates_are_read() {
    struct Empty;
    impl InvokeRaw for Empty {
        fn invoke_raw(&self, request: bytes::Bytes) -> RawAnswer<'_> {
            assert_eq!(request[..4], full::functions::contacts::DeleteContacts::ID.to_le_bytes());
            let update = full::enums::Update::from(full::types::UpdateConfig {});
            let answer = full::types::UpdateShort { update, date: 9 };
            Box::pin(async move { Ok(bytes::Bytes::from(answer.to_bytes())) })
        }
    }
    let request = full::functions::contacts::DeleteContacts { id: Vec::new() };
    let mut call = std::pin::pin!(Empty.invoke(&request));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Ok(reply)) = call.as_mut().poll(&mut context) else { panic!() };
    let full::enums::UpdatesRef::UpdateShort(short) = reply.read().unwrap() else { panic!() };
    assert_eq!(short.date, 9);
}
