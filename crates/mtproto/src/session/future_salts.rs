//! `future_salts#ae500895`: the salts of the coming hours ("Request for several future salts").
//!
//! Nothing asks for them yet: a salt that has run out is mended by `bad_server_salt`, at the cost of one exchange.

use crate::schema::types;
use crate::session::Session;

impl Session {
    pub(super) fn handle_future_salts(salts: types::FutureSaltsRef<'_>) {
        tracing::debug!(salts = salts.salts.len(), "salts that were not asked for are passed over");
    }
}
