//! `cargo xtask codegen`: another schema becomes a crate; a declaration that cannot be compiled is an error with its place;
//! `--check` names each committed file that is not what would be written.

use crate::stage::{Stage, xtask};

#[test]
fn a_schema_becomes_a_crate_or_says_where_it_is_wrong() {
    let stage = Stage::new("codegen", "");
    stage.write(
        "own.tl",
        "// LAYER 7\nthing size:int = Thing;\n---functions---\nthings.all = Vector<Thing>;\n",
    );
    let (schema, to) = (stage.path("own.tl"), stage.path("made"));
    let (is_well, said) = xtask(&["codegen", "--schema", &schema, "--to", &to]);
    if said.contains("rustfmt, which is not installed") {
        return;
    }
    assert!(is_well && said.contains("is the crate tl-layer-7"), "{said}");
    assert!(stage.read("made/src/types.rs").unwrap().contains("pub struct Thing {"));
    assert!(stage.read("made/src/functions/things.rs").unwrap().contains("pub struct All;"));
    stage.write("own.tl", "thing size:int = Thing;\nother v:Vector<Vector<int>> = Other;\n");
    let (is_well, said) = xtask(&["codegen", "--schema", &schema, "--to", &stage.path("none")]);
    assert!(!is_well && said.contains("own.tl:2:7: other: v:Vector<Vector<int>> is not supported"), "{said}");
    assert_eq!(stage.read("none/Cargo.toml"), None);
}

/// Three modules of one small schema.
const CONFIG: &str = r#"
[mtproto]
schema = "schema/own.tl"
out = "one"
list = "lists/one.rs"
list_module = "one"
plan = { root = "crate::schema", constructors = ["*"] }
[api]
schema = "schema/own.tl"
out = "two"
list = "lists/two.rs"
list_module = "two"
plan = { root = "crate::closure", functions = ["*"] }
[full]
schema = "schema/own.tl"
out = "two"
list = "lists/full.rs"
list_module = "two::full"
plan = { root = "crate::full", functions = ["*"], constructors = ["*"] }
"#;

#[test]
fn a_file_that_is_not_fresh_is_noticed() {
    let stage = Stage::new("codegen-check", "");
    stage.write("rustfmt.toml", "max_width = 110\n");
    stage.write("schema/codegen.toml", CONFIG);
    stage.write("schema/own.tl", "thing size:int = Thing;\n---functions---\nthings.all = Vector<Thing>;\n");
    let check = || stage.xtask(&["codegen", "--check"]);
    let (is_well, said) = check();
    if said.contains("rustfmt, which is not installed") {
        return;
    }
    assert!(!is_well && said.contains("not fresh, run `cargo xtask codegen`"), "nothing is there: {said}");
    assert_eq!(stage.read("one/schema.rs"), None, "a check writes nothing");
    let (is_well, said) = stage.xtask(&["codegen"]);
    assert!(is_well, "{said}");
    assert_eq!(check(), (true, String::new()));
    let types = stage.read("one/schema/types.rs").unwrap();
    let mark = types.lines().next().unwrap();

    // another text, none, and one that nothing asks for
    stage.write("one/schema/types.rs", &format!("{types}\n"));
    stage.remove("lists/full.rs");
    stage.write("two/closure/types/gone.rs", &format!("{mark}\n"));
    // and one that a hand wrote, which is nobody's business
    stage.write("two/closure/own.rs", "//! By hand.\n");
    let (is_well, said) = check();
    let named = ["lists/full.rs", "one/schema/types.rs", "two/closure/types/gone.rs"].join("\n  ");
    assert_eq!((is_well, said), (false, format!("not fresh, run `cargo xtask codegen`:\n  {named}\n")));

    let (is_well, said) = stage.xtask(&["codegen"]);
    assert!(is_well && said.contains("removed two/closure/types/gone.rs"), "{said}");
    assert_eq!(check(), (true, String::new()));
    assert!(stage.read("two/closure/own.rs").is_some() && stage.read("two/closure/types/gone.rs").is_none());
}
