//! `cargo xtask codegen --schema FILE`: the whole of another schema as a crate of its own.

use std::fs;
use std::path::{Path, PathBuf};

use tl_schema::ast::Section;
use tl_schema::{GeneratedFile, Hot, Plan, Schema, SchemaError, SchemaErrorKind, generate};

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
    let generated = generate_fitting(&schema, &mut plan).map_err(|error| format!("{file}:{error}"))?;
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

/// The plan of the whole API for another schema.
fn plan_for(schema: &Schema, plan: Plan) -> Plan {
    let all = |section| {
        let is_there = schema.declarations.iter().any(|found| found.section == section);
        if is_there { vec!["*".to_owned()] } else { Vec::new() }
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
        // they are those of this workspace's lints
        expected_lints: Vec::new(),
        ..plan
    }
}

/// Generates the types. Where the plan says of a constructor what the schema's own does not bear, the plan gives way and says
/// so: it was made for another layer.
fn generate_fitting(schema: &Schema, plan: &mut Plan) -> Result<Vec<GeneratedFile>, SchemaError> {
    loop {
        let error = match generate(schema, plan) {
            Ok(files) => return Ok(files),
            Err(error) => error,
        };
        match fit(&mut plan.hot, &error.kind) {
            Some(instead) => eprintln!("{error}; {instead}"),
            None => return Err(error),
        }
    }
}

/// Changes what is said of the constructor that the fault is about; tells how.
fn fit(all: &mut Vec<Hot>, fault: &SchemaErrorKind) -> Option<String> {
    let is_of = |hot: &Hot, name: &str| {
        name.strip_prefix(&hot.constructor).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let (name, is_field_hot) = match fault {
        SchemaErrorKind::ColdMandatory { owner, field } => (format!("{owner}.{field}"), true),
        SchemaErrorKind::NotInSchema { name } => (name.clone(), false),
        SchemaErrorKind::ColdWord { owner, .. }
        | SchemaErrorKind::NothingToBorrow { owner }
        | SchemaErrorKind::TakenName { name: owner, .. } => {
            let at = all.iter().position(|hot| is_of(hot, owner))?;
            return Some(format!("all fields of {} are read at once", all.remove(at).constructor));
        }
        _ => return None,
    };
    let at = all.iter().position(|hot| is_of(hot, &name))?;
    let hot = all.get_mut(at)?;
    let field = name.strip_prefix(&hot.constructor)?.trim_start_matches('.').to_owned();
    if field.is_empty() {
        all.remove(at);
        Some("it is passed over".to_owned())
    } else if is_field_hot {
        hot.fields.push(field);
        Some("it is read at once".to_owned())
    } else {
        hot.fields.retain(|known| *known != field);
        Some("it is passed over".to_owned())
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

    /// The plan was made for the `user` of one layer; that of another one may have changed.
    #[test]
    fn hot_fields_that_do_not_fit_give_way() {
        const USER: &str = "user flags:# id:long name:flags.0?string note:flags.1?string";
        let cases = [
            (format!("{USER} = User;"), &["id", "name"][..]),
            ("user flags:# id:long note:flags.1?string = User;".into(), &["id"]),
            (format!("{USER} new:int = User;"), &["id", "name", "new"]),
            (format!("{USER} flags3:# more:flags3.0?string = User;"), &[]),
            ("user flags:# id:long note:flags.1?int = User;".into(), &[]),
            (format!("{USER} rest:flags.2?string = User;"), &[]),
            ("person id:long = Person;".into(), &[]),
        ];
        for (text, hot) in cases {
            let fields = ["id", "name"].map(str::to_owned).into();
            let mut plan = plan_for(
                &Schema::parse(&text).unwrap(),
                Plan { hot: vec![Hot { constructor: "user".into(), fields }], ..Plan::default() },
            );
            generate_fitting(&Schema::parse(&text).unwrap(), &mut plan).unwrap();
            let left: Vec<_> = plan.hot.iter().flat_map(|hot| &hot.fields).collect();
            assert_eq!(left, hot, "{text}");
        }
        // what is no fault of the plan stays one
        let mut plan = plan_for(&Schema::parse("user x:user = User;").unwrap(), Plan::default());
        assert!(generate_fitting(&Schema::parse("user x:user = User;").unwrap(), &mut plan).is_err());
    }

    #[test]
    fn names_of_crates() {
        let name = |text, file| crate_name(&Schema::parse(text).unwrap(), Path::new(file));
        assert_eq!(name("// LAYER 7\na = A;", "x.tl"), "tl-layer-7");
        assert_eq!(name("a = A;", "/y/My schema_2.tl"), "tl-my-schema-2");
    }
}
