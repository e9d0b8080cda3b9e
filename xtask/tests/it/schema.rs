//! `cargo xtask schema import`: files of declarations become one in the project's order and form, and SOURCE.md says where
//! it comes from.

use sha2::{Digest as _, Sha256};

use crate::stage::Stage;

/// As somebody else writes it: in an order of their own, what the codec knows among it.
const THEIRS: &str = "// LAYER 7
int ? = Int;
int128 4*[ int ] = Int128;
thing  size:int
    = Thing;
tls.greeting = tls.Greeting;
blockTls = Block;
---functions---
things.all = Vector<Thing>;
tlsAll = Block;
";
const MORE: &str = "other = Another;\nipPortSecret#37982646 ipv4:int port:int secret:bytes = IpPort;\n";

const OURS: &str = "// LAYER 7

---types---

other = Another;

// ipPortSecret: grammers and tdlib both declare this id, though the CRC32 of the text is 402d9b47; undocumented
ipPortSecret#37982646 ipv4:int port:int secret:bytes = IpPort;

thing size:int = Thing;

---functions---

// things.*

things.all = Vector<Thing>;
";

const SOURCE: &str =
    "# Sources\n\n| file | layer |\n|---|---|\n| schema/api.tl | 6 |\n| schema/other.tl | – |\n";

const FROM: &[&str] = &["--origin", "their crate 1.0", "--licence", "MIT"];
const LEAVE_OUT: &[&str] = &["--leave-out", "tls*", "--leave-out", "blockTls"];

fn stage(name: &str) -> Stage {
    let stage = Stage::new(name, "");
    stage.write("theirs.tl", THEIRS);
    stage.write("more.tl", MORE);
    stage.write("schema/SOURCE.md", SOURCE);
    stage
}

/// Imports files of the stage.
fn import(stage: &Stage, files: &[&str], options: &[&[&str]]) -> (bool, String) {
    let files: Vec<_> = files.iter().map(|file| stage.path(file)).collect();
    let files = files.iter().map(String::as_str);
    let options = options.iter().copied().flatten().copied();
    stage.xtask(&["schema", "import"].into_iter().chain(files).chain(options).collect::<Vec<_>>())
}

fn sum(text: &str) -> String {
    format!("`{}`", hex::encode(Sha256::digest(text)))
}

#[test]
fn files_become_one_in_our_form_and_their_origin_is_kept() {
    let stage = stage("schema-import");
    let (is_well, said) = import(&stage, &["theirs.tl", "more.tl"], &[FROM, LEAVE_OUT]);
    assert!(is_well, "{said}");
    for line in [
        "left out: int (a primitive, known to tl-codec)",
        "left out: int128 (a primitive, known to tl-codec)",
        "left out: tls.greeting (--leave-out)",
        "left out: tlsAll (--leave-out)",
        "left out: blockTls (--leave-out)",
        "schema/api.tl: 4 declarations",
    ] {
        assert!(said.lines().any(|one| one == line), "{line} in {said}");
    }
    assert_eq!(said.lines().count(), 6, "{said}");
    assert_eq!(stage.read("schema/api.tl").as_deref(), Some(OURS));
    let sums = format!("{}, {} | {}", sum(THEIRS), sum(MORE), sum(OURS));
    let row = format!("| schema/api.tl | 7 | their crate 1.0 | MIT | {sums} |");
    let source = SOURCE.replace("| schema/api.tl | 6 |", &row);
    assert_eq!(stage.read("schema/SOURCE.md").as_ref(), Some(&source), "in the place of the row before");

    // a file without a row, and without a layer
    let (is_well, said) = import(&stage, &["more.tl"], &[FROM, &["--to", "schema/more.tl"]]);
    assert!(is_well, "{said}");
    let more = stage.read("schema/more.tl").unwrap();
    assert!(more.starts_with("---types---\n\nother = Another;\n"), "{more}");
    let row = format!("| schema/more.tl | – | their crate 1.0 | MIT | {} | {} |\n", sum(MORE), sum(&more));
    assert_eq!(stage.read("schema/SOURCE.md"), Some(source + &row));
}

#[test]
fn what_cannot_be_imported_changes_nothing() {
    let stage = stage("schema-refused");
    stage.write("broken.tl", "thing size:int = Thing;\nother = ;\n");
    stage.write("wrong.tl", "thing#00000005 size:int = Thing;\n");
    for (files, options, fault) in [
        (&["broken.tl"][..], &[FROM][..], "broken.tl:2:"),
        (&["wrong.tl"], &[FROM], "schema/api.tl:3:1: thing"),
        (&["more.tl", "more.tl"], &[FROM], "(in the text to be written)"),
        (&["nowhere.tl"], &[FROM], "nowhere.tl: No such file"),
        (&["more.tl"], &[&FROM[..2]], "--licence <LICENCE>"),
        (&["more.tl"], &[&FROM[2..]], "--origin <ORIGIN>"),
        (&[], &[FROM], "<FILES>..."),
    ] {
        let (is_well, said) = import(&stage, files, options);
        assert!(!is_well && said.contains(fault), "{fault} in {said}");
        assert_eq!(stage.read("schema/api.tl"), None, "{fault}");
        assert_eq!(stage.read("schema/SOURCE.md").as_deref(), Some(SOURCE), "{fault}");
    }
}
