//! The recipe for a schema of one's own, as the README of `tl-schema` has it.

use std::fs;
use std::path::Path;

use crate::step::cargo;

const README: &str = "crates/tl-schema/README.md";

/// The block of the README whose first line names the file.
fn block<'t>(readme: &'t str, first_line: &str) -> &'t str {
    let mut blocks = readme.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    blocks.find(|(_, text)| text.starts_with(first_line)).unwrap().1
}

/// Writes the files of the recipe; the crates are those of this tree.
fn write(folder: &Path, readme: &str) {
    let root = crate::root();
    let path = |name: &str| format!("{name} = {{ path = '{}' }}", root.join("crates").join(name).display());
    let manifest = block(readme, "# Cargo.toml")
        .replace("tl-codec = \"0.1\"", &path("tl-codec"))
        .replace("tl-schema = \"0.1\"", &path("tl-schema"));
    assert_eq!(manifest.matches("path = ").count(), 2, "{manifest}");
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    for (file, first_line) in
        [("wire.tl", "// wire.tl"), ("build.rs", "// build.rs"), ("src/main.rs", "// src/main.rs")]
    {
        fs::write(folder.join(file), block(readme, first_line)).unwrap();
    }
}

/// What the program says, or what cargo does.
fn run(folder: &Path) -> Result<String, String> {
    let mut run = cargo();
    run.args(["run", "--offline", "--quiet", "--target-dir"]).arg(folder.join("target"));
    let output = run.current_dir(folder).env("RUSTFLAGS", "-D warnings").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[test]
fn the_recipe_of_the_readme_runs() {
    let readme = fs::read_to_string(crate::root().join(README)).unwrap();
    let folder = std::env::temp_dir().join(format!("recipe-{}", std::process::id()));
    write(&folder, &readme);
    assert_eq!(run(&folder), Ok("3 Ada\n".to_owned()));

    // a fault of the schema ends the build with its place
    fs::write(folder.join("wire.tl"), "thing size:int = Thing;\n  other x:Nothing = Other;").unwrap();
    let error = run(&folder).unwrap_err();
    assert!(error.contains("wire.tl:2:11: other uses Nothing, which is not declared"), "{error}");

    // and with the command: the same program on a crate
    if crate::codegen::has_rustfmt() {
        write(&folder, &readme);
        let schema = folder.join("wire.tl");
        let crate_folder = folder.join("tl-wire");
        let layer = super::layer::Layer { schema: &schema, to: Some(&crate_folder), compile: false };
        super::layer::run(crate::root(), &layer, tl_schema::Plan::default()).unwrap();
        let main = block(&readme, "// src/main.rs");
        let main =
            main.replace("include!(concat!(env!(\"OUT_DIR\"), \"/wire.rs\"));", "use tl_wire as wire;");
        fs::write(folder.join("src/main.rs"), main).unwrap();
        fs::remove_file(folder.join("build.rs")).unwrap();
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let manifest = manifest.replace("[dependencies]", "[dependencies]\ntl-wire = { path = \"tl-wire\" }");
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        assert_eq!(run(&folder), Ok("3 Ada\n".to_owned()));
    }
    fs::remove_dir_all(&folder).unwrap();
}
