//! What the generator computed: the least lengths, and that nothing was forgotten.

use std::collections::BTreeSet;

use crate::every::lists;

/// The default of every owned type is its shortest value, so it has exactly the least length.
#[test]
fn the_least_length_is_the_length_of_the_shortest_value() {
    for (_, entries) in lists() {
        // no object at all is shorter than the shortest object
        for entry in entries.into_iter().filter(|entry| entry.name != "rpc_result") {
            assert_eq!((entry.rewrite)(&[]).min_len, (entry.default_len)(), "{}", entry.name);
        }
    }
}

#[test]
fn the_lists_hold_what_they_should() {
    let mut lists = lists().into_iter();
    let (Some((_, api)), Some((mtproto_schema, mtproto))) = (lists.next(), lists.next()) else { panic!() };
    let names: BTreeSet<_> = api.iter().map(|entry| entry.name).collect();
    for name in
        ["user", "contacts.getSaved", "invokeWithTakeout", "account.password", "updateLoginToken", "User"]
    {
        assert!(names.contains(name), "{name}");
    }
    assert!(!names.contains("updates.difference"), "opaque");
    // everything but the three that the session reads by hand
    let names: BTreeSet<_> = mtproto.iter().map(|entry| entry.name.to_owned()).collect();
    let all = mtproto_schema.index().declarations().map(|found| found.name.to_string());
    let missing: Vec<_> = all.filter(|name| !names.contains(name)).collect();
    assert_eq!(missing, ["message", "msg_container", "msg_copy"]);
}

/// Every declaration of the layer, and nothing besides.
#[cfg(feature = "full")]
#[test]
fn the_full_list_is_the_schema() {
    let Some((schema, full)) = lists().into_iter().nth(2) else { panic!() };
    let names: BTreeSet<_> = full.iter().map(|entry| entry.name.to_owned()).collect();
    let declarations = || schema.index().declarations();
    let missing: Vec<_> =
        declarations().map(|found| found.name.to_string()).filter(|name| !names.contains(name)).collect();
    assert_eq!(missing, [""; 0]);
    // types with several constructors are listed by their own name
    let enums = declarations().map(|found| &found.result.name).collect::<BTreeSet<_>>();
    let enums = enums.into_iter().filter(|ty| schema.index().constructors_of(ty).len() > 1).count();
    assert_eq!(full.len(), declarations().count() + enums);
}
