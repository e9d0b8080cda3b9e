//! `cargo xtask schema import`: a schema in the project's own order and form, with where it comes from.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use sha2::{Digest, Sha256};
use tl_schema::ast::Declaration;
use tl_schema::{Index, KNOWN_EXCEPTIONS, Schema};

/// What to do with a schema.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check files of declarations and write them as one in canonical order and form, with their origin in SOURCE.md
    Import(Import),
}

#[derive(Debug, clap::Args)]
struct Import {
    /// The .tl files to read
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The file to write, below schema/
    #[arg(long, default_value = "schema/api.tl")]
    to: PathBuf,
    /// Where the files come from, for SOURCE.md
    #[arg(long)]
    origin: String,
    /// The licence of the files, for SOURCE.md
    #[arg(long)]
    licence: String,
    /// Declarations to leave out: names, or starts of names with a `*` behind
    #[arg(long)]
    leave_out: Vec<String>,
}

/// Runs the command.
pub fn run(root: &Path, arguments: &Arguments) -> Result<(), String> {
    let Command::Import(import) = &arguments.command;
    let mut whole = Schema::default();
    let mut sums = Vec::new();
    for file in &import.files {
        let text = read(file)?;
        let schema = Schema::parse(&text).map_err(|error| format!("{}:{error}", file.display()))?;
        whole.layer = whole.layer.or(schema.layer);
        whole.declarations.extend(schema.declarations);
        sums.push(sha256(text.as_bytes()));
    }
    whole.declarations.retain(|found| keep(import, found));
    let text = with_notes(&whole.canonical());
    check(&import.to, &text)?;
    write(&root.join(&import.to), &text)?;
    let layer = whole.layer.map_or_else(|| "–".to_owned(), |layer| layer.to_string());
    let row = format!(
        "| {} | {layer} | {} | {} | {} | {} |",
        import.to.display(),
        import.origin,
        import.licence,
        sums.iter().map(|sum| format!("`{sum}`")).collect::<Vec<_>>().join(", "),
        format_args!("`{}`", sha256(text.as_bytes())),
    );
    set_row(&root.join("schema/SOURCE.md"), &import.to, &row)?;
    println!("{}: {} declarations", import.to.display(), whole.declarations.len());
    Ok(())
}

/// Reads the text of a schema file.
pub fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// SHA-256 as hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Nothing is left out unseen: each declaration that is not taken over is printed with the reason.
fn keep(import: &Import, found: &Declaration) -> bool {
    let name = found.name.to_string();
    // in another form than the codec's it stays, and the check of the text says where it stands
    let is_primitive =
        found.is_codec_form() && (found.is_builtin || ["int128", "int256"].contains(&name.as_str()));
    let is_left_out = import.leave_out.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *pattern,
    });
    if is_primitive {
        println!("left out: {name} (a primitive, known to tl-codec)");
    } else if is_left_out {
        println!("left out: {name} (--leave-out)");
    }
    !is_primitive && !is_left_out
}

/// The canonical text with a comment before each id that is not a CRC32.
fn with_notes(text: &str) -> String {
    let mut noted = String::new();
    for line in text.lines() {
        if let Some(known) =
            KNOWN_EXCEPTIONS.iter().find(|known| line.starts_with(&format!("{}#", known.name)))
        {
            noted.extend(["// ", known.name, ": ", known.reason, "\n"]);
        }
        noted.extend([line, "\n"]);
    }
    noted
}

/// The text to be written must be read back without a fault.
fn check(file: &Path, text: &str) -> Result<(), String> {
    let place = |error| format!("{}:{error} (in the text to be written)", file.display());
    let schema = Schema::parse(text).map_err(place)?;
    Index::new(&schema).map_err(place)?;
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}

/// Replaces the table row of `schema` in the file that says where the schemas come from, or adds it.
fn set_row(file: &Path, schema: &Path, row: &str) -> Result<(), String> {
    let start = format!("| {} |", schema.display());
    let text = read(file)?;
    let mut lines: Vec<&str> = text.lines().collect();
    match lines.iter().position(|line| line.starts_with(&start)) {
        Some(at) => lines.splice(at..=at, [row]).for_each(drop),
        None => lines.push(row),
    }
    write(file, &(lines.join("\n") + "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schemas_are_canonical_and_as_source_md_says() {
        let root = crate::root();
        let source = read(&root.join("schema/SOURCE.md")).unwrap();
        for name in ["schema/api.tl", "schema/mtproto.tl"] {
            let text = read(&root.join(name)).unwrap();
            assert_eq!(with_notes(&Schema::parse(&text).unwrap().canonical()), text, "{name}");
            let row = source.lines().find(|line| line.starts_with(&format!("| {name} |"))).unwrap();
            assert!(row.contains(&sha256(text.as_bytes())), "{name}: the sum in SOURCE.md is another");
        }
    }
}
