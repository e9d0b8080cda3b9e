//! The calls that many tests make.

use tl_api::functions::{InitConnection, InvokeWithLayer, InvokeWithTakeout, auth, help};
use tl_api::{enums, types};
use tl_codec::{Decode, Function};

use super::{Client, ReadWhole, Refused};

impl Client {
    pub(crate) fn introduce(&mut self) {
        self.introduce_in(230);
    }

    pub(crate) fn introduce_in(&mut self, layer: i32) {
        let config = self.expect(&InvokeWithLayer { layer, query: introduction(help::GetConfig) });
        types::Config::read_whole(&config);
    }

    pub(crate) fn send_code(&mut self, phone: &str) -> Result<String, Refused> {
        let answer = self.call(&auth::SendCode {
            phone_number: phone.to_owned(),
            api_id: 1,
            api_hash: "hash".to_owned(),
            ..auth::SendCode::default()
        })?;
        Ok(code_hash(&answer.0))
    }

    pub(crate) fn sign_in(&mut self, phone: &str, hash: &str, code: &str) -> Result<Vec<u8>, Refused> {
        let sign_in = auth::SignIn {
            phone_number: phone.to_owned(),
            phone_code_hash: hash.to_owned(),
            phone_code: Some(code.to_owned()),
            ..auth::SignIn::default()
        };
        self.call(&sign_in).map(|answer| answer.0)
    }

    pub(crate) fn log_in(&mut self, phone: &str, code: &str) -> Result<Vec<u8>, Refused> {
        let hash = self.send_code(phone)?;
        self.sign_in(phone, &hash, code)
    }

    /// Opens a takeout session for contacts.
    pub(crate) fn open_takeout(&mut self) -> Result<i64, Refused> {
        use tl_api::functions::account::InitTakeoutSession;
        let answer = self.call(&InitTakeoutSession { contacts: true, ..InitTakeoutSession::default() })?;
        Ok(types::account::Takeout::from_bytes(&answer.0).unwrap().id)
    }

    pub(crate) fn in_takeout<F: Function>(&mut self, takeout_id: i64, query: F) -> Result<Vec<u8>, Refused> {
        self.call(&InvokeWithTakeout { takeout_id, query }).map(|answer| answer.0)
    }
}

pub(crate) fn introduction<X>(query: X) -> InitConnection<X> {
    InitConnection {
        api_id: 1,
        device_model: "test".to_owned(),
        system_version: "1".to_owned(),
        app_version: "1".to_owned(),
        system_lang_code: "en".to_owned(),
        lang_pack: String::new(),
        lang_code: "en".to_owned(),
        proxy: None,
        params: None,
        query,
    }
}

/// `phone_code_hash` of `auth.sentCode`.
pub(crate) fn code_hash(answer: &[u8]) -> String {
    match enums::auth::SentCode::read_whole(answer) {
        enums::auth::SentCodeRef::SentCode(sent) => sent.phone_code_hash.to_str().unwrap().to_owned(),
        other => panic!("{other:?}"),
    }
}
