//! `cargo xtask tl`: TL objects for the eye: bytes to JSON and back, ids, schemas.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value as Json, json};
use tl_dynamic::Dynamic;
use tl_schema::ast::{Declaration, Section};
use tl_schema::{Schema, SchemaError};

use crate::schema::read;

/// The schemas that are asked in turn if none is named. Each may stand inside the other: a message of the protocol holds
/// objects of the API.
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
    /// The bytes in hexadecimal, with or without 0x; white space does not count
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
    /// `user`, `145ade0b` or `contact user_id:long mutual:Bool = Contact`
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
    /// The schema [default: schema/api.tl and schema/mtproto.tl, also inside each other]
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
    let dynamic = schemas(root, &arguments.schema)?;
    if let (Some(file), true) = (&arguments.file, arguments.lines) {
        return by_line(file, |line| Ok(object(&dynamic, &unhex(line)?)?.to_string()));
    }
    let bytes = match &arguments.file {
        Some(file) => fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?,
        None => unhex(&arguments.hex.join(" "))?,
    };
    let json = match &arguments.reply_to {
        Some(name) => {
            let method = dynamic.declaration(name).ok_or_else(|| format!("the schema has no {name}"))?;
            dynamic.read_reply(method, &bytes).map_err(|error| error.to_string())?.to_json()
        }
        None => object(&dynamic, &bytes)?,
    };
    Ok(format!("{json:#}"))
}

fn object(dynamic: &Dynamic<'static>, bytes: &[u8]) -> Result<Json, String> {
    Ok(dynamic.read(bytes).map_err(|error| error.to_string())?.to_json())
}

fn encode(root: &Path, arguments: &Encode) -> Result<String, String> {
    let dynamic = schemas(root, &arguments.schema)?;
    match (&arguments.file, &arguments.json) {
        (Some(file), _) if arguments.lines => by_line(file, |line| written(&dynamic, line)),
        (Some(file), _) => written(&dynamic, &read(file)?),
        (None, text) => written(&dynamic, text.as_deref().unwrap_or_default()),
    }
}

/// The bytes of a JSON object, in hexadecimal.
fn written(dynamic: &Dynamic<'static>, text: &str) -> Result<String, String> {
    let json: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
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
    let dynamic = schemas(root, &arguments.schema)?;
    let one = |what: &String| {
        if what.contains('=') {
            let text = if what.contains(';') { what.clone() } else { format!("{what};") };
            let schema = Schema::parse(&text)?;
            return Ok(schema.declarations.iter().map(described).collect());
        }
        // the text itself, and not what objects are made of: `vector` and `boolTrue` are declared too
        let declarations = || dynamic.schemas().flat_map(|schema| &schema.declarations);
        let number = u32::from_str_radix(what.strip_prefix("0x").unwrap_or(what), 16).ok();
        let by_name = declarations().find(|found| found.name.to_string() == *what);
        let found = by_name.or_else(|| declarations().find(|found| Some(found.wire_id()) == number));
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
fn schemas(root: &Path, file: &SchemaFile) -> Result<Dynamic<'static>, String> {
    let [api, protocol] = SCHEMAS.map(|name| root.join(name));
    let first = parsed(file.schema.as_ref().unwrap_or(&api))?;
    let dynamic = Dynamic::new(first.text).map_err(|error| first.fault(&error))?;
    if file.schema.is_some() {
        return Ok(dynamic);
    }
    let second = parsed(&protocol)?;
    dynamic.and(second.text).map_err(|error| second.fault(&error))
}

/// A schema and the name of its file.
struct Parsed<'f> {
    file: &'f Path,
    text: &'static Schema,
}

impl Parsed<'_> {
    fn fault(&self, error: &SchemaError) -> String {
        format!("{}:{error}", self.file.display())
    }
}

fn parsed(file: &Path) -> Result<Parsed<'_>, String> {
    let text = Schema::parse(&read(file)?).map_err(|error| format!("{}:{error}", file.display()))?;
    // the command is done with it when the program ends
    Ok(Parsed { file, text: Box::leak(Box::new(text)) })
}

fn unhex(text: &str) -> Result<Vec<u8>, String> {
    let digits: String =
        text.split_whitespace().map(|word| word.strip_prefix("0x").unwrap_or(word)).collect();
    hex::decode(digits).map_err(|error| format!("the bytes in hexadecimal: {error}"))
}

#[cfg(test)]
mod tests;
