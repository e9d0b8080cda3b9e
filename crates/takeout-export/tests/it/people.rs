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
    let name = ["--first-name", "Ann", "--last-name", "Lee", "--note", "choir"];
    let add = [&["add", &someone.username][..], &name, &["--phone", "+15551234567", "--yes"]].concat();
    book.run(&add).succeeds();
    let shown = &book.rows(&["show", &someone.username])[0];
    let text = |name: &str| shown[name].as_str().unwrap().to_owned();
    assert_eq!(["first_name", "last_name", "note"].map(text), ["Ann", "Lee", "choir"]);
    let mut export = book.world.export();
    run(export.args(["--format", "jsonl"])).succeeds();
    let rows = fs::read_to_string(book.world.out().join("contacts.jsonl")).unwrap();
    assert!(rows.contains("\"saved_phone\":\"15551234567\""), "the number is for the phone book");
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

#[test]
fn a_plan_shows_names_without_what_a_terminal_would_obey() {
    let book = Book::new();
    let path = book.world.path("names.vcf");
    let name = "O'Neill\u{1b}[2J\u{202e}";
    let card = format!("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{name}\r\nTEL:+14155550100\r\nEND:VCARD\r\n");
    fs::write(&path, card).unwrap();
    let dry = book.run(&["import", path.to_str().unwrap(), "--dry-run"]).succeeds();
    assert!(dry.stderr.contains("O'Neill\\u{1b}[2J\\u{202e}") && !dry.stderr.contains('\u{1b}'), "{dry:?}");
}

#[test]
fn every_change_is_planned_counted_and_not_made_without_a_yes() {
    let book = Book::new();
    let someone = book.someone();
    run(&mut book.world.export()).succeeds();
    let folder = book.world.out();
    let (name, phone) = (someone.username.as_str(), format!("+{}", someone.phone));
    let folder = folder.to_str().unwrap();
    let changes: [(&[&str], &str); 13] = [
        (&["add", name, "--first-name", "Other", "--note", "x"], "add or rename 1 contact"),
        (&["accept", name], "add 1 contact"),
        (&["import", folder], "save "),
        (&["delete", name], "delete 1 contact, and their saved numbers"),
        (&["delete-phones", &phone, "+1"], "delete 2 saved numbers"),
        (&["reset-saved", "--export", folder], "delete every saved number without an account ("),
        (&["note", name, "x"], "write the note of 1 contact"),
        (&["block", name], "block 1 account"),
        (&["unblock", name], "unblock 1 account"),
        (&["top-peers-reset", name], "take 1 account off the top peers"),
        (&["top-peers-switch", "off"], "delete the list of top peers and keep none"),
        (&["close-friends", name], "make 1 contact, and nobody else, close friends"),
        (&["close-friends"], "take everybody off the list of close friends"),
    ];
    let state = || {
        let asked = [&["list"][..], &["show", name], &["blocked"], &["top-peers"], &["statuses"]];
        asked.map(|operation| book.rows(operation))
    };
    let before = state();
    for (words, plan) in changes {
        let dry = book.run(&[words, &["--dry-run"]].concat()).succeeds();
        let text = dry.json()["notes"][0].as_str().unwrap().to_owned();
        assert!(text.starts_with(&format!("dry run: would {plan}")), "{text}");
        assert!(dry.stderr.contains(&format!("This will {plan}")), "{dry:?}");
        book.run(words).fails(22, "--yes");
    }
    assert_eq!(state(), before);
    // not even the numbers that `list` does not show
    let out = book.world.path("again");
    let mut again = book.world.command("export");
    run(again.arg("--out").arg(&out)).succeeds();
    let diff = run(crate::program::program(&["diff", "--exit-code"]).arg(folder).arg(&out));
    assert_eq!(diff.exit, 0, "{diff:?}");
}

/// A card for each number.
fn cards(book: &Book, numbers: usize) -> String {
    let file = book.world.path("cards.vcf");
    let card =
        |n| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nN:;P{n};;;\r\nTEL:+155500012{n:02}\r\nEND:VCARD\r\n");
    fs::write(&file, (0..numbers).map(card).collect::<String>()).unwrap();
    file.to_str().unwrap().to_owned()
}

fn outcomes(ran: &Ran) -> Vec<String> {
    let rows = ran.json()["rows"].as_array().unwrap().clone();
    rows.iter().map(|row| row["outcome"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn whom_the_server_puts_off_it_is_sent_again_and_who_is_popular_is_told() {
    let book = Book::new();
    let file = cards(&book, 9);
    let limit = "import-limit=4*2".parse::<testdc::FaultRule>().unwrap();
    book.world.server.control().add_fault(limit).unwrap();
    let ran = book.run(&["import", &file, "--yes"]).succeeds();
    assert_eq!(ran.stderr.matches("the server puts some off; trying again in 2 s").count(), 2, "{ran:?}");
    assert_eq!(outcomes(&ran), ["saved"; 9]);
    // the data centre's rule: a number that ends in 7 is popular
    let result = ran.json();
    let rows = result["rows"].as_array().unwrap();
    let popular = rows.iter().map(|row| row["others_who_saved_it"].as_i64()).collect::<Vec<_>>();
    assert_eq!(popular.iter().flatten().count(), 1);
    assert_eq!(popular[7], Some(3));
    assert!(ran.json()["notes"][0].as_str().unwrap().contains("9 saved without an account, 0 not taken"));
}

#[test]
fn an_import_that_ends_early_says_who_was_taken() {
    let book = Book::new();
    let file = cards(&book, 9);
    for limit in ["import-limit=4", "import-limit=0*"] {
        let limit = limit.parse::<testdc::FaultRule>().unwrap();
        book.world.server.control().add_fault(limit).unwrap();
    }
    let ran = book.run(&["import", &file, "--yes"]);
    assert_eq!(ran.exit, 23, "{ran:?}");
    assert_eq!(outcomes(&ran), [["saved"; 4].as_slice(), &["put_off"; 5]].concat());
    let notes = ran.json()["notes"].to_string();
    assert!(notes.contains("FLOOD_WAIT_86400") && notes.contains("5 not taken"), "{notes}");
    // with nobody taken it is a failure like any other
    book.run(&["import", &file, "--yes"]).fails(13, "--max-wait");
}

#[test]
fn what_the_server_refuses_has_a_next_step() {
    let book = Book::new();
    let someone = book.someone();
    book.run(&["accept", &someone.username, "--yes"]).fails(7, "now: they have not added you");
    book.run(&["delete", &someone.username, "--yes"]).succeeds();
    book.run(&["note", &someone.username, "x", "--yes"]).fails(7, "now: only a contact has a note");
    book.run(&["add", &someone.username, "--first-name", "", "--yes"]).fails(7, "now: give --first-name");
    book.run(&["search", "x"]).fails(7, "now: search for three letters");
    book.run(&["show", "@not a name"]).fails(7, "now: a username has letters");
    book.run(&["open-link", "nonsense"]).fails(7, "now: the link has ended");
}

#[test]
fn nothing_is_reset_that_the_export_could_not_bring_back() {
    use age::secrecy::ExposeSecret;

    let book = Book::new();
    let key = age::x25519::Identity::generate();
    let export = |name: &str, options: &[&str]| {
        let folder = book.world.path(name);
        let mut command = book.world.command("export");
        run(command.args(options).arg("--out").arg(&folder)).succeeds();
        folder.to_str().unwrap().to_owned()
    };
    let page = export("page", &["--format", "html", "--no-raw"]);
    book.run(&["reset-saved", "--export", &page, "--yes"]).fails(2, "there is neither contacts.parquet nor");
    let recipient = key.to_public().to_string();
    let sealed = export("sealed", &["--format", "html", "--encrypt", &recipient]);
    book.run(&["reset-saved", "--export", &sealed, "--yes"]).fails(2, "--identity FILE");
    // a table beside an archive that is closed is as good
    let both = export("both", &["--format", "csv", "--encrypt", &recipient]);
    book.run(&["reset-saved", "--export", &both, "--dry-run"]).succeeds();
    let cut = export("cut", &["--format", "csv"]);
    let csv = book.world.path("cut/contacts.csv");
    fs::write(&csv, &fs::read(&csv).unwrap()[..900]).unwrap();
    book.run(&["reset-saved", "--export", &cut, "--yes"]).fails(20, "contacts.csv has another size");

    let keys = book.world.path("keys");
    fs::write(&keys, key.to_string().expose_secret()).unwrap();
    let identity = ["--identity", keys.to_str().unwrap(), "--yes"];
    book.run(&[&["reset-saved", "--export", &sealed], &identity[..]].concat()).succeeds();
    let archive = format!("{sealed}/archive.tkx.age");
    book.run(&["import", &archive, "--yes"]).fails(2, "--identity FILE");
    let rows = book.rows(&[&["import", &archive], &identity[..]].concat());
    assert!(rows.iter().filter(|row| row["outcome"] == "saved").count() > 5, "{rows:?}");
}
