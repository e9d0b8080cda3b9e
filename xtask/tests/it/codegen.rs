//! `cargo xtask codegen`: another schema becomes a crate; a declaration that cannot be compiled is an error with its place.

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
