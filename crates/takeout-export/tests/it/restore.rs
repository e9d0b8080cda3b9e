//! A backup comes back: export, `contacts import` into an account that has nobody, export again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::run;
use crate::rows::{Row, read_parquet};
use crate::world::World;

/// Names by number; a number that stands twice has its first name.
type Phonebook = BTreeMap<String, (String, String)>;

struct Account<'w> {
    world: &'w World,
    phone: &'static str,
    session: PathBuf,
}

impl<'w> Account<'w> {
    #[track_caller]
    fn log_in(world: &'w World, phone: &'static str) -> Self {
        let session = world.path(&format!("{phone}.session"));
        let mut login = world.command_on(&["login"], &session);
        login.args(["--api-id", "17", "--api-hash", "0123456789abcdef0123456789abcdef", "--code-stdin"]);
        login.args(["--phone", phone]);
        fs::write(world.path("code"), "22222\n").unwrap();
        login.stdin(fs::File::open(world.path("code")).unwrap());
        run(&mut login).succeeds();
        Self { world, phone, session }
    }

    #[track_caller]
    fn export(&self, name: &str) -> (PathBuf, Vec<Row>) {
        let folder = self.world.path(&format!("{}-{name}", self.phone));
        let mut command = self.world.command_on(&["export"], &self.session);
        run(command.args(["--notes", "--extras-pace-millis", "0", "--out"]).arg(&folder)).succeeds();
        let rows = read_parquet(&folder);
        (folder, rows)
    }

    #[track_caller]
    fn import(&self, backup: &Path) -> serde_json::Value {
        let mut command = self.world.command_on(&["contacts", "import"], &self.session);
        run(command.arg(backup).args(["--yes", "--json"])).succeeds().json()
    }
}

fn text<'r>(row: &'r Row, column: &str) -> &'r str {
    row.text(column).unwrap_or_default()
}

/// Who can be asked for by number, under the name in the phone book, or the account's where none is saved.
fn phonebook(rows: &[Row]) -> Phonebook {
    let mut book = Phonebook::new();
    for row in rows {
        let saved = text(row, "saved_first_name").is_empty() && text(row, "saved_last_name").is_empty();
        let [first, last] =
            if saved { ["first_name", "last_name"] } else { ["saved_first_name", "saved_last_name"] };
        let digits = text(row, "phone").chars().filter(char::is_ascii_digit).collect::<String>();
        if !digits.is_empty() {
            book.entry(digits).or_insert_with(|| (text(row, first).to_owned(), text(row, last).to_owned()));
        }
    }
    book
}

fn people(rows: &[Row], wanted: impl Fn(&Row) -> bool) -> BTreeSet<String> {
    rows.iter().filter(|row| wanted(row)).map(|row| text(row, "user_id").to_owned()).collect()
}

#[test]
fn a_backup_is_restored_to_an_account_that_has_nobody() {
    let world = World::new(testdc::Config {
        contacts: 150,
        saved_only: 30,
        accounts: 2,
        empty_accounts: 1,
        ..testdc::Config::default()
    });
    let (full, empty) = (Account::log_in(&world, "9996621234"), Account::log_in(&world, "9996621235"));
    let truth = world.server.truth();
    let someone =
        truth.users.iter().find(|user| user.phone.is_some() && !user.deleted && user.username.is_some());
    let name = format!("@{}", someone.unwrap().username.as_ref().unwrap());
    let mut note = world.command_on(&["contacts", "note", &name, "choir, alto"], &full.session);
    run(note.arg("--yes")).succeeds();
    let (backup, before) = full.export("backup");
    assert!(empty.export("empty").1.is_empty());

    let imported = empty.import(&backup);
    let (_, after) = empty.export("restored");
    let expected = phonebook(&before);
    assert_eq!(imported["rows"].as_array().unwrap().len(), expected.len());
    assert_eq!(phonebook(&after), expected, "the same names under the same numbers");
    assert!(expected.len() > 150, "{}", expected.len());

    // of two accounts that show the same number the server finds one
    let is_alone = |row: &Row| row.text("match_group").is_none();
    let known = people(&before, |row| is_alone(row) && !text(row, "user_phone").is_empty());
    let back = people(&after, |row| row.text("is_contact") == Some("true"));
    assert!(known.len() > 80 && known.is_subset(&back), "whoever shows the number is a contact again");
    let notes = |rows: &[Row]| {
        let noted = rows.iter().filter(|row| row.text("note").is_some());
        noted.map(|row| (text(row, "user_id").to_owned(), text(row, "note").to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(notes(&after), notes(&before));
    assert_eq!(notes(&before), [(someone.unwrap().id.to_string(), "choir, alto".to_owned())]);
    // what no request can say: docs/output.md, "Restoring"
    let lost = people(&before, |row| text(row, "phone").is_empty());
    assert!(!lost.is_subset(&back));
}
