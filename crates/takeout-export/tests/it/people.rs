//! `contacts …`: each command changes, or says, what it is there for.

use std::fs;

use serde_json::Value;

use crate::program::{Ran, run};
use crate::world::World;

/// A world with an account that is logged in, and the commands on it.
struct Book {
    world: World,
}

impl Book {
    fn new() -> Self {
        let world = World::new(testdc::Config { contacts: 60, saved_only: 10, ..testdc::Config::default() });
        run(&mut world.login()).succeeds();
        Self { world }
    }

    fn run(&self, operation: &[&str]) -> Ran {
        let words = [&["contacts"], operation].concat();
        let mut command = self.world.command_on(&words, &self.world.session());
        command.arg("--json");
        run(&mut command)
    }

    /// The rows of a command that works.
    #[track_caller]
    fn rows(&self, operation: &[&str]) -> Vec<Value> {
        self.run(operation).succeeds().json()["rows"].as_array().unwrap().clone()
    }

    #[track_caller]
    fn notes(&self, operation: &[&str]) -> String {
        self.run(operation).succeeds().json()["notes"].to_string()
    }

    /// Somebody with a username and a number that is shown.
    fn someone(&self) -> Someone {
        let truth = self.world.server.truth();
        let user = truth.users.iter().find(|user| {
            user.username.is_some()
                && user.phone.is_some()
                && !user.deleted
                && user.id != truth.account.user_id
        });
        let user = user.unwrap();
        Someone {
            id: user.id,
            username: format!("@{}", user.username.as_ref().unwrap()),
            phone: user.phone.clone().unwrap(),
        }
    }

    fn ids(&self) -> Vec<i64> {
        self.rows(&["list"]).iter().map(|row| row["user_id"].as_i64().unwrap()).collect()
    }
}

struct Someone {
    id: i64,
    username: String,
    phone: String,
}

#[test]
fn people_are_listed_and_found() {
    let book = Book::new();
    let truth = book.world.server.truth();
    assert_eq!(book.ids().len(), truth.contacts.len());
    assert_eq!(book.rows(&["statuses"]).len(), truth.statuses.len());
    let ids = book.rows(&["ids"]);
    let long = truth.contacts.iter().filter(|contact| contact.user_id > i64::from(i32::MAX)).count();
    assert!(long > 0 && ids.iter().filter(|row| row["user_id"].is_null()).count() == long);

    let someone = book.someone();
    for typed in [someone.username.clone(), format!("+{}", someone.phone), someone.id.to_string()] {
        let rows = book.rows(&["show", &typed]);
        assert_eq!(rows[0]["user_id"].as_i64(), Some(someone.id), "{typed}");
    }
    let found = book.rows(&["search", &someone.username[1..]]);
    assert!(found.iter().any(|row| row["user_id"].as_i64() == Some(someone.id)));
    book.run(&["show", "@nobody_at_all"]).fails(7, "name them in another way");
    book.run(&["show", "somebody"]).fails(2, "@username");
    assert!(book.rows(&["birthdays"]).len() < 10);
}

#[test]
fn nothing_changes_without_a_yes_or_in_a_dry_run() {
    let book = Book::new();
    let someone = book.someone();
    book.run(&["delete", &someone.username]).fails(22, "--yes");
    let dry = book.run(&["delete", &someone.username, "--dry-run", "--yes"]).succeeds();
    assert!(
        dry.stdout.contains("would delete 1 contact") && dry.stderr.contains(&someone.username),
        "{dry:?}"
    );
    assert!(book.ids().contains(&someone.id));
    book.run(&["delete", &someone.username, "--yes"]).succeeds();
    assert!(!book.ids().contains(&someone.id));
}

#[test]
fn a_contact_is_added_noted_and_renamed() {
    let book = Book::new();
    let someone = book.someone();
    book.run(&["delete", &someone.username, "--yes"]).succeeds();
    book.run(&["accept", &someone.username, "--yes"]).succeeds();
    assert!(book.ids().contains(&someone.id));
    let add =
        ["add", &someone.username, "--first-name", "Ann", "--last-name", "Lee", "--note", "choir", "--yes"];
    book.run(&add).succeeds();
    let shown = &book.rows(&["show", &someone.username])[0];
    assert_eq!((shown["first_name"].as_str(), shown["note"].as_str()), (Some("Ann"), Some("choir")));
    book.run(&["note", &someone.username, "orchestra", "--yes"]).succeeds();
    assert_eq!(book.rows(&["show", &someone.username])[0]["note"], "orchestra");
}

#[test]
fn a_search_has_as_many_results_as_it_may() {
    let book = Book::new();
    let truth = book.world.server.truth();
    let mut names = truth.users.iter().filter_map(|user| user.first_name.as_deref());
    let common = names.find(|name| {
        let is_plain = name.chars().count() > 2 && name.chars().all(char::is_alphabetic);
        is_plain && book.rows(&["search", name]).len() > 1
    });
    let common = common.expect("two people with one name");
    assert_eq!(book.rows(&["search", common, "--limit", "1"]).len(), 1);
    book.run(&["search", common, "--limit", "101"]).fails(2, "--limit");
}

#[test]
fn the_number_is_shown_to_whom_the_server_asks_it_for_unless_it_is_declined() {
    let book = Book::new();
    let truth = book.world.server.truth();
    let hidden =
        truth.users.iter().find(|user| user.phone.is_none() && user.username.is_some() && !user.deleted);
    let hidden = hidden.unwrap();
    let name = format!("@{}", hidden.username.as_ref().unwrap());
    let shown_to = || book.world.server.control().state(&truth.account.phone).unwrap().phone_shown_to;
    let add = ["add", &name, "--first-name", "Ann", "--yes"];
    book.run(&["delete", &name, "--yes"]).succeeds();

    book.run(&[&add[..], &["--share-phone", "--no-share-phone"]].concat()).fails(2, "cannot be used with");
    let declined = book.run(&[&add[..], &["--no-share-phone"]].concat()).succeeds();
    assert!(!declined.stderr.contains("your number"), "{declined:?}");
    assert!(declined.stdout.contains("--share-phone lets them") && shown_to().is_empty(), "{declined:?}");

    // a contact is no stranger, so that nothing is asked for; then they are one again
    book.run(&add).succeeds();
    assert!(shown_to().is_empty());
    book.run(&["delete", &name, "--yes"]).succeeds();
    let dry = book.run(&[&add[..], &["--dry-run"]].concat()).succeeds();
    assert!(dry.stderr.contains("your number will be visible to them; --no-share-phone"), "{dry:?}");
    assert!(shown_to().is_empty());
    let said = book.run(&add).succeeds();
    assert!(said.stderr.contains("your number will be visible to them"), "{said:?}");
    assert_eq!(shown_to(), [hidden.id]);
}

#[test]
fn the_number_is_shown_on_wish_where_nobody_asks_for_it() {
    let book = Book::new();
    let someone = book.someone();
    let shown_to = || {
        book.world.server.control().state(&book.world.server.truth().account.phone).unwrap().phone_shown_to
    };
    let add = ["add", &someone.username, "--first-name", "Ann", "--yes"];
    book.run(&add).succeeds();
    assert!(shown_to().is_empty());
    let said = book.run(&[&add[..], &["--share-phone"]].concat()).succeeds();
    assert!(said.stderr.contains("who will see your number"), "{said:?}");
    assert_eq!(shown_to(), [someone.id]);
}

#[test]
fn people_are_blocked_and_let_in_again() {
    let book = Book::new();
    let someone = book.someone();
    book.run(&["block", &someone.username, "--yes"]).succeeds();
    let blocked = book.rows(&["blocked"]);
    assert_eq!(blocked.len(), 1);
    assert_eq!(blocked[0]["user_id"].as_i64(), Some(someone.id));
    book.run(&["unblock", &someone.username, "--yes"]).succeeds();
    assert!(book.rows(&["blocked"]).is_empty());
}

#[test]
fn top_peers_and_close_friends_are_kept() {
    let book = Book::new();
    let top = book.rows(&["top-peers"]);
    let first = top[0]["user_id"].to_string();
    book.run(&["top-peers-reset", &first, "--yes"]).succeeds();
    assert_eq!(book.rows(&["top-peers"]).len(), top.len() - 1);
    book.run(&["top-peers-switch", "off", "--yes"]).succeeds();
    assert!(book.notes(&["top-peers"]).contains("switched off"));
    book.run(&["top-peers-switch", "on", "--yes"]).succeeds();
    assert!(!book.rows(&["top-peers"]).is_empty());
    assert!(book.notes(&["close-friends", &first, "--yes"]).contains("1 close friend"));
}

#[test]
fn a_link_leads_to_its_owner() {
    let book = Book::new();
    let link = book.rows(&["link"])[0]["url"].as_str().unwrap().to_owned();
    let owner = book.rows(&["open-link", &link]);
    assert_eq!(owner[0]["user_id"].as_i64(), Some(book.world.server.truth().account.user_id));
    book.run(&["open-link", "nonsense"]).fails(7, "IMPORT_TOKEN_INVALID");
}

#[test]
fn who_was_deleted_comes_back_from_an_export() {
    let book = Book::new();
    run(&mut book.world.export()).succeeds();
    let export = book.world.out();
    let before = book.ids();
    let someone = book.someone();
    let old = format!("+{}", someone.phone);
    book.run(&["delete-phones", &old, "--yes"]).succeeds();
    assert!(!book.ids().contains(&someone.id));
    let folder = export.to_str().unwrap();
    let rows = book.rows(&["import", folder, "--yes"]);
    assert!(
        rows.iter().any(|row| row["user_id"].as_i64() == Some(someone.id) && row["outcome"] == "contact")
    );
    let mut after = book.ids();
    let mut expected = before;
    after.sort_unstable();
    expected.sort_unstable();
    assert_eq!(after, expected);
}

#[test]
fn saved_numbers_are_reset_only_with_a_fresh_export_of_this_account() {
    let book = Book::new();
    let folder = book.world.out();
    let name = folder.to_str().unwrap();
    book.run(&["reset-saved", "--export", name, "--yes"]).fails(2, "cannot read");
    run(&mut book.world.export()).succeeds();
    let manifest = folder.join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let at = value["times"]["exported_at"].as_str().unwrap();
    fs::write(&manifest, text.replace(at, "2020-01-01T00:00:00Z")).unwrap();
    book.run(&["reset-saved", "--export", name, "--yes"]).fails(2, "older than a day");
    let account = value["account_sha256"].as_str().unwrap();
    fs::write(&manifest, text.replace(account, &"0".repeat(64))).unwrap();
    book.run(&["reset-saved", "--export", name, "--yes"]).fails(2, "another account");
    fs::write(&manifest, &text).unwrap();
    book.run(&["reset-saved", "--export", name, "--yes"]).succeeds();
    run(book.world.export().arg("--force")).succeeds();
    let after: Value = serde_json::from_str(&fs::read_to_string(&manifest).unwrap()).unwrap();
    assert!(after["counts"]["saved"].as_u64() < value["counts"]["saved"].as_u64());
}

#[test]
fn a_file_that_is_no_list_of_people_is_refused() {
    let book = Book::new();
    let file = book.world.path("odd.csv");
    fs::write(&file, "a,b\n1,2\n").unwrap();
    book.run(&["import", file.to_str().unwrap(), "--yes"]).fails(2, "known header");
}
