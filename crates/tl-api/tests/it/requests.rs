//! Requests, as a client writes and a server reads them.

use tl_api::{LAYER, functions, types};
use tl_codec::{Constructor, Decode, Encode, Function, RawBytes, Reply, Shape};

#[test]
fn wrappers_go_around_any_query() {
    let request = functions::InvokeWithLayer {
        layer: LAYER,
        query: functions::InitConnection {
            api_id: 1,
            device_model: "d".into(),
            query: functions::InvokeWithTakeout { takeout_id: 5, query: functions::contacts::GetSaved },
            ..functions::InitConnection::default()
        },
    };
    let bytes = request.to_bytes();
    assert_eq!(bytes.len(), request.encoded_len());
    let layer = functions::InvokeWithLayerRef::from_bytes(&bytes).unwrap();
    assert_eq!((layer.layer, layer.query.id()), (230, functions::InitConnectionRef::ID));
    let connection: functions::InitConnectionRef<'_> = layer.query.read().unwrap();
    assert_eq!((connection.api_id, connection.device_model.to_str()), (1, Ok("d")));
    let takeout: functions::InvokeWithTakeoutRef<'_> = connection.query.read().unwrap();
    assert_eq!((takeout.takeout_id, takeout.query.id()), (5, functions::contacts::GetSaved::ID));
}

fn reply_of<F: Function>(_: &F, body: Vec<u8>) -> Reply<F::Reply> {
    Reply::new(body.into())
}

#[test]
fn a_wrapper_answers_as_its_query() {
    let saved = vec![types::SavedPhoneContact { phone: "1".into(), date: 7, ..Default::default() }];
    let request = functions::InvokeWithTakeout { takeout_id: 5, query: &functions::contacts::GetSaved };
    let reply = reply_of(&request, saved.to_bytes());
    assert_eq!(reply.read().unwrap().iter().next().unwrap().date, 7);
}

#[test]
fn opaque_answers_stay_as_they_came() {
    fn is_opaque<F: Function<Reply = RawBytes>>(_: &F) {}
    let request = functions::contacts::DeleteContacts::default();
    is_opaque(&request);
    is_opaque(&functions::updates::GetDifference::default());
    // updatesTooLong
    let reply = reply_of(&request, vec![0x7e, 0xaf, 0x17, 0xe3]);
    assert_eq!(reply.read().unwrap().id(), 0xe317_af7e);
}

#[test]
fn what_is_wanted_alone_is_there() {
    let empty = types::updates::DifferenceEmpty { date: 1, seq: 2 };
    assert_eq!(types::updates::DifferenceEmptyRef::from_bytes(&empty.to_bytes()), Ok(empty));
    assert_eq!(types::UpdateLoginToken::ID, 0x564f_e691);
}

#[test]
fn replies_can_be_moved_to_another_thread() {
    fn is_free<T: Send + Sync + 'static>() {}
    fn is_shape<S: Shape>() {}
    is_free::<Reply<Vec<types::ContactStatus>>>();
    is_free::<Reply<tl_api::enums::contacts::Contacts>>();
    is_shape::<types::Config>();
}
