//! Scripted damage to an answer, inside an envelope that is in order.

use std::collections::HashSet;

use tl_api::types;
use tl_codec::{Constructor, Reader};

use crate::account::Account;
use crate::centre::DataCentre;
use crate::fault::Fault;

/// A constructor id that no schema has.
pub(crate) const UNKNOWN_CONSTRUCTOR: u32 = 0xdead_beef;

/// The constructors of the items that replies hold.
const ITEMS: [u32; 4] =
    [types::User::ID, types::SavedPhoneContact::ID, types::ContactStatus::ID, types::UserStatusOffline::ID];

/// From this length on a text has four bytes before it, not one ("Binary Data Serialization", bare types).
const LONG_TEXT_BYTES: usize = 254;

/// Does to the answer of `method` what the script says.
pub(super) fn spoil(
    centre: &DataCentre,
    account: Option<&Account>,
    method: &str,
    mut object: Vec<u8>,
) -> Vec<u8> {
    let strikes = |wanted: fn(&Fault) -> Option<&crate::fault::MethodName>| {
        centre.faults.take(|fault| wanted(fault).filter(|name| name.matches(method)).map(|_| ())).is_some()
    };
    if strikes(|fault| if let Fault::UnknownConstructor { method } = fault { Some(method) } else { None }) {
        replace_constructor(&mut object);
    }
    if strikes(|fault| if let Fault::BrokenUtf8 { method } = fault { Some(method) } else { None })
        && let Some(account) = account
    {
        break_name(&mut object, account);
    }
    if strikes(|fault| if let Fault::CutReply { method } = fault { Some(method) } else { None }) {
        object.truncate(object.len() / 8 * 4);
    }
    object
}

/// Overwrites the constructor of an item in the middle, or the first one of an object without items.
fn replace_constructor(object: &mut [u8]) {
    let middle = object.len() / 8;
    let words = object.chunks_exact(4).map(|word| word.try_into().map_or(0, u32::from_le_bytes));
    let items = words.enumerate().filter(|(_, word)| ITEMS.contains(word)).map(|(index, _)| index);
    let index = items.min_by_key(|index| index.abs_diff(middle)).unwrap_or(0);
    if let Some(word) = object.chunks_exact_mut(4).nth(index) {
        word.copy_from_slice(&UNKNOWN_CONSTRUCTOR.to_le_bytes());
    }
}

/// Overwrites the first byte of the first name with `ff`, which no UTF-8 text holds: of whomever the answer speaks.
fn break_name(object: &mut [u8], account: &Account) {
    let list = account.contact_list();
    let users = list.book().users.iter().filter_map(|user| user.first_name.as_deref());
    let saved = list.book().saved.iter().map(|record| record.first_name.as_str());
    let own = std::iter::once(account.profile.first_name.as_str());
    let names = users.chain(saved).chain(own).filter(|name| !name.is_empty()).collect::<HashSet<_>>();
    // what is longer is not looked at: anywhere but in front of a text, its length says nothing
    let longest = names.iter().map(|name| name.len()).max().unwrap_or_default();
    let name_at = |at: usize| {
        let text = Reader::new(object.get(at..).unwrap_or_default()).bytes().unwrap_or_default();
        let is_name = text.len() <= longest && str::from_utf8(text).is_ok_and(|text| names.contains(text));
        is_name.then(|| at + if text.len() < LONG_TEXT_BYTES { 1 } else { 4 })
    };
    let place = (0..object.len()).step_by(4).find_map(name_at);
    if let Some(first) = place.and_then(|at| object.get_mut(at)) {
        *first = 0xff;
    }
}

#[cfg(test)]
mod tests {
    use tl_codec::{Encode, encode_vector};

    use super::*;
    use crate::config::Config;
    use crate::entropy::Entropy;

    #[test]
    fn an_item_in_the_middle_is_hit_or_else_the_front() {
        let items =
            [1, 2, 3].map(|date| types::SavedPhoneContact { date, ..types::SavedPhoneContact::default() });
        let mut object = Vec::new();
        encode_vector(&items, &mut object);
        let second = 8 + items[0].encoded_len();
        replace_constructor(&mut object);
        assert_eq!(object[second..second + 4], UNKNOWN_CONSTRUCTOR.to_le_bytes());
        let mut small = true.to_bytes();
        replace_constructor(&mut small);
        assert_eq!(small, UNKNOWN_CONSTRUCTOR.to_le_bytes());
    }

    #[test]
    fn exactly_one_byte_of_a_name_is_broken() {
        let account = Account::new(&Config::default(), &mut Entropy::from_seed(1));
        let saved = account
            .contact_list()
            .book()
            .saved
            .iter()
            .map(super::super::wire_forms::saved_contact)
            .collect::<Vec<_>>();
        let mut object = Vec::new();
        encode_vector(&saved, &mut object);
        let before = object.clone();
        break_name(&mut object, &account);
        let changed = before.iter().zip(&object).filter(|(a, b)| a != b).map(|(_, after)| *after);
        assert_eq!(changed.collect::<Vec<_>>(), [0xff]);
    }
}
