//! The generated types against the schema itself.
#![cfg(test)]

mod agreement;
mod corruption;
mod differential;
mod every;
mod lengths;
mod made;
mod matches;
mod messages;
mod real;
mod sample;
mod stack;
mod telethon;
mod values;

use std::sync::LazyLock;

use tl_schema::Schema;

/// `schema/api.tl`
pub(crate) static API: LazyLock<Schema> =
    LazyLock::new(|| Schema::parse(include_str!("../../../../schema/api.tl")).unwrap());

/// `schema/mtproto.tl`
pub(crate) static MTPROTO: LazyLock<Schema> =
    LazyLock::new(|| Schema::parse(include_str!("../../../../schema/mtproto.tl")).unwrap());
