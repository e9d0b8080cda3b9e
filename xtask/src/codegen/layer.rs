//! `cargo xtask codegen --schema FILE`: the whole of another schema as a crate of its own.

use std::fs;
use std::path::{Path, PathBuf};

use tl_schema::ast::Section;
use tl_schema::{Hot, Plan, Schema, generate};

use crate::codegen::{Files, MARK, layout, stale_candidates, write};
use crate::schema::{read, sha256};
use crate::step::{self, Outcome};

/// What is asked for.
#[derive(Debug)]
pub struct Layer<'a> {
    /// The schema's file.
    pub schema: &'a Path,
    /// Where the crate goes; a folder of the target folder if it is not said.
    pub to: Option<&'a Path>,
    /// Whether the crate is compiled too.
    pub compile: bool,
}

/// Writes the crate, and compiles it if that is asked for. `plan` is the one of the whole API.
pub fn run(root: &Path, layer: &Layer<'_>, plan: Plan) -> Result<(), String> {
    let file = layer.schema.display();
    let text = read(layer.schema)?;
    let schema = Schema::parse(&text).map_err(|error| format!("{file}:{error}"))?;
    let name = crate_name(&schema, layer.schema);
    let folder = layer.to.map_or_else(|| root.join("target/codegen").join(&name), Path::to_path_buf);
    check_folder(&folder)?;

    let mut plan = plan_for(&schema, plan);
    plan.header = vec![MARK.to_owned(), format!("{file}, sha256 {}", sha256(text.as_bytes()))];
    let generated = generate(&schema, &plan).map_err(|error| format!("{file}:{error}"))?;
    let mut files: Files =
        stale_candidates(&folder, Path::new(""), "src")?.into_iter().map(|path| (path, None)).collect();
    files.insert("Cargo.toml".into(), Some(manifest(root, &name)));
    files.insert("Cargo.lock".into(), Some(read(&root.join("Cargo.lock"))?));
    for found in generated {
        let path = crate_path(&found.path);
        let text = layout(root, &found.text).map_err(|why| format!("{}: {why}", path.display()))?;
        files.insert(path, Some(text));
    }
    write(&folder, &files)?;
    println!("{file} is the crate {name} in {}", folder.display());
    if layer.compile { compile(&folder) } else { Ok(()) }
}

/// The plan of the whole API for a schema that may lack what the plan names.
fn plan_for(schema: &Schema, plan: Plan) -> Plan {
    let all = |section| {
        let is_there = schema.declarations.iter().any(|found| found.section == section);
        if is_there { vec!["*".to_owned()] } else { Vec::new() }
    };
    let is_there = |hot: &Hot| {
        let found = schema.declarations.iter().find(|found| found.name.to_string() == hot.constructor);
        found.is_some_and(|found| {
            let has = |name: &String| found.fields.iter().any(|field| field.name.as_ref() == Some(name));
            hot.fields.iter().all(has)
        })
    };
    let docs = match schema.layer {
        Some(layer) => format!("Telegram's API at layer {layer}."),
        None => "Telegram's API.".to_owned(),
    };
    Plan {
        root: "crate".to_owned(),
        docs: vec![docs],
        functions: all(Section::Functions),
        constructors: all(Section::Types),
        hot: plan.hot.into_iter().filter(is_there).collect(),
        // they are those of this workspace's lints
        expected_lints: Vec::new(),
        ..plan
    }
}

/// `tl-layer-216`, or by the file's name where the schema does not say its layer.
fn crate_name(schema: &Schema, file: &Path) -> String {
    if let Some(layer) = schema.layer {
        return format!("tl-layer-{layer}");
    }
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    format!("tl-{}", stem.replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
}

/// The plan's root is `crate`, so the files are `crate.rs` and `crate/…`.
fn crate_path(generated: &str) -> PathBuf {
    match generated.strip_prefix("crate/") {
        Some(rest) => Path::new("src").join(rest),
        None => PathBuf::from("src/lib.rs"),
    }
}

fn manifest(root: &Path, name: &str) -> String {
    let codec = root.join("crates/tl-codec");
    format!(
        "# {MARK}\n[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\ntl-codec = {{ path = '{}' }}\n\n# not a member of the workspace around it\n[workspace]\n",
        codec.display()
    )
}

/// Somebody else's crate is not written over.
fn check_folder(folder: &Path) -> Result<(), String> {
    let file = folder.join("Cargo.toml");
    match fs::read_to_string(&file) {
        Ok(text) if !text.contains(MARK) => {
            Err(format!("{}: not written by this command; name another folder", file.display()))
        }
        _ => Ok(()),
    }
}

fn compile(folder: &Path) -> Result<(), String> {
    let mut check = step::cargo();
    check.args(["check", "--offline", "--quiet", "--manifest-path"]).arg(folder.join("Cargo.toml"));
    check.arg("--target-dir").arg(folder.join("target"));
    match step::run(check.env("RUSTFLAGS", "-D warnings")) {
        Outcome::Passed => Ok(()),
        Outcome::Failed(why) | Outcome::Skipped(why) => Err(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("codegen-{name}-{}", std::process::id()))
    }

    fn generate_to(folder: &Path, schema: &Path, compile: bool) -> Result<(), String> {
        let plan = Plan { secret_text: true, ..Plan::default() };
        run(crate::root(), &Layer { schema, to: Some(folder), compile }, plan)
    }

    #[test]
    fn another_layer_is_a_crate_that_compiles() {
        if !crate::codegen::has_rustfmt() {
            println!("skipped: rustfmt is not installed");
            return;
        }
        let folder = folder("layer");
        let schema = crate::root().join("crates/tl-schema/vectors/other-layer.tl");
        assert_eq!(generate_to(&folder, &schema, true), Ok(()));
        let text = |path: &str| fs::read_to_string(folder.join(path)).unwrap();
        assert!(text("Cargo.toml").contains("name = \"tl-layer-215\""));
        assert!(text("src/lib.rs").contains("pub const LAYER: i32 = 215;"));
        assert!(text("src/functions/contacts.rs").contains("pub struct GetSaved"));
        assert!(text("src/enums.rs").contains("Until(types::EmojiStatusUntil)"));
        // what an earlier run left goes
        fs::create_dir_all(folder.join("src/types")).unwrap();
        fs::write(folder.join("src/types/stale.rs"), format!("// {MARK}\n")).unwrap();
        assert_eq!(generate_to(&folder, &schema, false), Ok(()));
        assert!(!folder.join("src/types/stale.rs").exists());
        // somebody else's crate stays
        fs::write(folder.join("Cargo.toml"), "[package]\n").unwrap();
        assert!(generate_to(&folder, &schema, false).unwrap_err().contains("another folder"));
        fs::remove_dir_all(&folder).unwrap();
    }

    /// What is not refused compiles, whatever it is called.
    #[test]
    fn odd_names_are_a_crate_that_compiles() {
        if !crate::codegen::has_rustfmt() {
            println!("skipped: rustfmt is not installed");
            return;
        }
        let folder = folder("names");
        let schema = crate::root().join("crates/tl-schema/vectors/names.tl");
        assert_eq!(generate_to(&folder, &schema, true), Ok(()));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_cannot_be_compiled_has_line_and_column_and_writes_nothing() {
        let folder = folder("faults");
        let schema = folder.with_extension("tl");
        let cases = [
            ("a = A;\nb x:flags.0?int = B;", ":2:3: b.x depends on flags"),
            ("a = A;\n  b x:C = B;", ":2:7: b uses C"),
            ("a#00000001 = A;", ":1:1: a is declared with id 00000001"),
            ("a = A; b x:Vector<Vector<int>> = B;", ":1:10: b: x:Vector<Vector<int>> is not supported"),
            ("a = A;\n\nb y:int =", ":3:"),
        ];
        for (text, message) in cases {
            fs::write(&schema, text).unwrap();
            let error = generate_to(&folder, &schema, false).unwrap_err();
            assert!(error.contains(&format!("{}{message}", schema.display())), "{error}");
        }
        assert!(!folder.exists());
        fs::remove_file(&schema).unwrap();
    }

    #[test]
    fn names_of_crates() {
        let name = |text, file| crate_name(&Schema::parse(text).unwrap(), Path::new(file));
        assert_eq!(name("// LAYER 7\na = A;", "x.tl"), "tl-layer-7");
        assert_eq!(name("a = A;", "/y/My schema_2.tl"), "tl-my-schema-2");
    }
}
