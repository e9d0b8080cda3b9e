//! `cargo xtask tl`: TL objects for the eye: bytes to JSON and back, ids, schemas.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value as Json, json};
use tl_dynamic::Dynamic;
use tl_schema::Schema;
use tl_schema::ast::{Declaration, Section};

use crate::schema::read;

/// The schemas that are asked in turn if none is named.
const SCHEMAS: [&str; 2] = ["schema/api.tl", "schema/mtproto.tl"];

/// What to do with TL.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print a serialised object as JSON
    Decode(Decode),
    /// Print the bytes of a JSON object in hexadecimal
    Encode(Encode),
    /// Print id, normal form and text of declarations, asked for by name, by id or by their text
    Id(Id),
    /// Check a schema: grammar, ids, names
    Check(Check),
}

#[derive(Debug, clap::Args)]
struct Decode {
    /// The bytes in hexadecimal; white space does not count
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    hex: Vec<String>,
    /// A file with the bytes themselves
    #[arg(long)]
    file: Option<PathBuf>,
    /// The file holds an object a line, in hexadecimal; the answer has a line for each
    #[arg(long, requires = "file", conflicts_with_all = ["hex", "reply_to"])]
    lines: bool,
    /// Read the answer to this method, which may be a vector
    #[arg(long, value_name = "METHOD")]
    reply_to: Option<String>,
    #[command(flatten)]
    schema: SchemaFile,
}

#[derive(Debug, clap::Args)]
struct Encode {
    /// The object in JSON, its constructor's name as "_"
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    json: Option<String>,
    /// A file with the JSON
    #[arg(long)]
    file: Option<PathBuf>,
    /// The file holds an object a line; the answer has a line for each
    #[arg(long, requires = "file", conflicts_with = "json")]
    lines: bool,
    #[command(flatten)]
    schema: SchemaFile,
}

#[derive(Debug, clap::Args)]
struct Id {
    /// `user`, `d23c81a3` or `contact user_id:long mutual:Bool = Contact`
    #[arg(required = true)]
    what: Vec<String>,
    #[command(flatten)]
    schema: SchemaFile,
}

#[derive(Debug, clap::Args)]
struct Check {
    /// The .tl files
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct SchemaFile {
    /// The schema [default: schema/api.tl, then schema/mtproto.tl]
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
}

/// Runs the command.
pub fn run(root: &Path, arguments: &Arguments) -> Result<(), String> {
    println!("{}", answer(root, arguments)?);
    Ok(())
}

fn answer(root: &Path, arguments: &Arguments) -> Result<String, String> {
    match &arguments.command {
        Command::Decode(arguments) => decode(root, arguments),
        Command::Encode(arguments) => encode(root, arguments),
        Command::Id(arguments) => id(root, arguments).map(|json| format!("{json:#}")),
        Command::Check(arguments) => check(arguments).map(|json| format!("{json:#}")),
    }
}

fn decode(root: &Path, arguments: &Decode) -> Result<String, String> {
    let schemas = schemas(root, &arguments.schema)?;
    if let (Some(file), true) = (&arguments.file, arguments.lines) {
        return by_line(file, |line| Ok(object(&schemas, &unhex(line)?)?.to_string()));
    }
    let bytes = match &arguments.file {
        Some(file) => fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?,
        None => unhex(&arguments.hex.concat())?,
    };
    let json = match &arguments.reply_to {
        Some(name) => {
            let (dynamic, method) = named(&schemas, name)?;
            dynamic.read_reply(method, &bytes).map_err(|error| error.to_string())?.to_json()
        }
        None => object(&schemas, &bytes)?,
    };
    Ok(format!("{json:#}"))
}

/// One object, by the first schema that has its id.
fn object(schemas: &[Dynamic<'static>], bytes: &[u8]) -> Result<Json, String> {
    let id = bytes.first_chunk().map(|id| u32::from_le_bytes(*id));
    let dynamic = first(schemas, |one| id.is_some_and(|id| one.index().by_id(id).is_some()))?;
    Ok(dynamic.read(bytes).map_err(|error| error.to_string())?.to_json())
}

fn encode(root: &Path, arguments: &Encode) -> Result<String, String> {
    let schemas = schemas(root, &arguments.schema)?;
    match (&arguments.file, &arguments.json) {
        (Some(file), _) if arguments.lines => by_line(file, |line| written(&schemas, line)),
        (Some(file), _) => written(&schemas, &read(file)?),
        (None, text) => written(&schemas, text.as_deref().unwrap_or_default()),
    }
}

/// The bytes of a JSON object, in hexadecimal.
fn written(schemas: &[Dynamic<'static>], text: &str) -> Result<String, String> {
    let json: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let name = json.get("_").and_then(Json::as_str).unwrap_or_default();
    let dynamic = first(schemas, |one| one.declaration(name).is_some())?;
    let object = dynamic.from_json(&json).map_err(|error| error.to_string())?;
    dynamic.write(&object).map(hex::encode).map_err(|error| error.to_string())
}

/// What `one` makes of each line of the file; an error names the line.
fn by_line(file: &Path, one: impl Fn(&str) -> Result<String, String>) -> Result<String, String> {
    let text = read(file)?;
    let place = |index, error| format!("{}:{}: {error}", file.display(), index + 1);
    let answers: Result<Vec<_>, _> = text
        .lines()
        .enumerate()
        .map(|(index, line)| one(line).map_err(|error| place(index, error)))
        .collect();
    Ok(answers?.join("\n"))
}

fn id(root: &Path, arguments: &Id) -> Result<Json, String> {
    let schemas = schemas(root, &arguments.schema)?;
    let one = |what: &String| {
        if what.contains('=') {
            let text = if what.contains(';') { what.clone() } else { format!("{what};") };
            let schema = Schema::parse(&text)?;
            return Ok(schema.declarations.iter().map(described).collect());
        }
        let by_id = || {
            let id = u32::from_str_radix(what.trim_start_matches("0x"), 16).ok()?;
            schemas.iter().find_map(|one| one.index().by_id(id))
        };
        let found = match named(&schemas, what) {
            Ok((_, found)) => Some(found),
            Err(_) => by_id(),
        };
        found.map(|found| vec![described(found)]).ok_or_else(|| format!("the schema has no {what}").into())
    };
    let found: Result<Vec<Vec<Json>>, Box<dyn std::error::Error>> = arguments.what.iter().map(one).collect();
    Ok(Json::Array(found.map_err(|error| error.to_string())?.concat()))
}

fn described(found: &Declaration) -> Json {
    json!({
        "name": found.name.to_string(),
        "id": format!("{:08x}", found.wire_id()),
        "computed_id": format!("{:08x}", found.computed_id()),
        "normal_form": found.normal_form(),
        "text": found.to_string(),
    })
}

fn check(arguments: &Check) -> Result<Json, String> {
    let one = |file: &PathBuf| {
        let schema = Schema::parse(&read(file)?).map_err(|error| format!("{}:{error}", file.display()))?;
        Dynamic::new(&schema).map_err(|error| format!("{}:{error}", file.display()))?;
        let count = |section| schema.declarations.iter().filter(|found| found.section == section).count();
        Ok(json!({
            "file": file.display().to_string(),
            "layer": schema.layer,
            "constructors": count(Section::Types),
            "methods": count(Section::Functions),
        }))
    };
    arguments.files.iter().map(one).collect()
}

/// The schemas to ask, for the length of the program.
fn schemas(root: &Path, file: &SchemaFile) -> Result<Vec<Dynamic<'static>>, String> {
    let files = match &file.schema {
        Some(file) => vec![file.clone()],
        None => SCHEMAS.map(|name| root.join(name)).to_vec(),
    };
    let one = |file: PathBuf| {
        let schema = Schema::parse(&read(&file)?).map_err(|error| format!("{}:{error}", file.display()))?;
        // the command is done with it when the program ends
        Dynamic::new(Box::leak(Box::new(schema))).map_err(|error| format!("{}:{error}", file.display()))
    };
    files.into_iter().map(one).collect()
}

/// The first schema that knows it, or else the first one, whose error then says so.
fn first<'d>(
    schemas: &'d [Dynamic<'static>],
    knows: impl Fn(&Dynamic<'_>) -> bool,
) -> Result<&'d Dynamic<'static>, String> {
    let found = schemas.iter().find(|one| knows(one));
    found.or_else(|| schemas.first()).ok_or_else(|| "no schema".to_owned())
}

fn named<'d>(
    schemas: &'d [Dynamic<'static>],
    name: &str,
) -> Result<(&'d Dynamic<'static>, &'static Declaration), String> {
    let found = schemas.iter().find_map(|one| Some((one, one.declaration(name)?)));
    found.ok_or_else(|| format!("the schema has no {name}"))
}

fn unhex(text: &str) -> Result<Vec<u8>, String> {
    let digits: String = text.split_whitespace().collect();
    hex::decode(digits).map_err(|error| format!("the bytes in hexadecimal: {error}"))
}

#[cfg(test)]
mod tests;
