//! What docs/output.md and the README promise, against what the program does.

use std::fs;

use arrow_schema::{DataType, Field};
use parquet::file::reader::{FileReader, SerializedFileReader};
use takeout_export::cli::EXIT_CODES;
use takeout_export::columns::{Columns, Options};
use takeout_export::format::Format;
use takeout_export::staging::{ARCHIVE, MANIFEST, PARQUET};

use crate::program::{program, run};
use crate::replies;

const OUTPUT: &str = include_str!("../../../../docs/output.md");
const README: &str = include_str!("../../../../README.md");
const SECURITY: &str = include_str!("../../../../docs/security.md");

/// The rows of the first table that has this header.
fn table<'a>(document: &'a str, header: &str) -> Vec<Vec<&'a str>> {
    let lines = document.lines().skip_while(|line| !line.starts_with(header)).skip(2);
    let rows = lines.map_while(|line| line.strip_prefix('|')?.strip_suffix('|'));
    rows.map(|row| row.split('|').map(str::trim).collect()).collect()
}

#[test]
fn every_column_is_described_with_its_type() {
    let columns = Columns::new(Options { access_hash: true }, replies::fetched(1).frame());
    let schema = columns.schema();
    let described = table(OUTPUT, "| column | type | null |");
    let is = |field: &Field| {
        let null = if field.is_nullable() { "yes" } else { "no" };
        [format!("`{}`", field.name()), type_name(field.data_type()), null.to_owned()]
    };
    let all: Vec<_> = schema.fields().iter().map(|field| is(field)).collect();
    let told: Vec<_> = described.iter().map(|row| [row[0], row[1], row[2]].map(str::to_owned)).collect();
    assert_eq!(told, all);
    assert!(described.iter().all(|row| row.len() == 4 && !row[3].is_empty()), "every column has a meaning");
}

fn type_name(kind: &DataType) -> String {
    match kind {
        DataType::Utf8 => "STRING",
        DataType::Dictionary(..) => "STRING (dictionary)",
        DataType::Int32 => "INT32",
        DataType::Int64 => "INT64",
        DataType::Float64 => "DOUBLE",
        DataType::Boolean => "BOOLEAN",
        DataType::Timestamp(..) => "TIMESTAMP (µs, UTC)",
        DataType::List(_) => "LIST of STRUCT",
        other => panic!("a column of type {other}"),
    }
    .to_owned()
}

#[test]
fn the_metadata_of_the_parquet_file_is_described() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    run(program(&["demo", "--contacts", "3", "--out"]).arg(&out)).succeeds();
    let reader = SerializedFileReader::new(fs::File::open(out.join(PARQUET)).unwrap()).unwrap();
    let pairs = reader.metadata().file_metadata().key_value_metadata().unwrap().clone();
    let keys: Vec<_> = pairs.into_iter().map(|pair| pair.key).filter(|key| key != "ARROW:schema").collect();
    let (_, parquet) = OUTPUT.split_once("## Parquet").unwrap();
    assert!(keys.len() > 5);
    for key in keys {
        assert!(parquet.contains(&format!("`{key}`")), "{key}");
    }
    for name in Format::DEFAULT.map(Format::file_name).into_iter().chain([ARCHIVE, MANIFEST]) {
        assert!(OUTPUT.contains(name) && README.contains(name) && out.join(name).is_file(), "{name}");
    }
}

#[test]
fn every_format_is_described_with_its_file() {
    let described = table(OUTPUT, "| format | file |");
    let told: Vec<_> = described.iter().map(|row| [row[0], row[1]].map(str::to_owned)).collect();
    let all = Format::ALL.map(|format| [format.name(), format.file_name()].map(|name| format!("`{name}`")));
    assert_eq!(told, all);
    for format in Format::ALL {
        assert!(README.contains(&format!("`{format}`")), "{format}");
    }
}

#[test]
fn every_claim_of_the_security_page_names_tests_that_are_there() {
    let claims = table(SECURITY, "| claim | file | test |");
    assert!(claims.len() > 10, "{claims:?}");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for claim in claims {
        let [what, file, tests] = claim[..] else { panic!("{claim:?}") };
        let text = fs::read_to_string(root.join(file.trim_matches('`'))).unwrap();
        for test in tests.split(", ").map(|test| test.trim_matches('`')) {
            let is_there =
                [format!("fn {test}("), format!("def {test}(")].iter().any(|form| text.contains(form));
            assert!(is_there, "{what}: {test} is not in {file}");
        }
    }
}

#[test]
fn the_exit_codes_of_the_readme_are_those_of_the_help() {
    let in_readme: Vec<String> = table(README, "| code | meaning |")
        .iter()
        .flat_map(|row| row[0].split(", ").map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let in_help: Vec<_> =
        EXIT_CODES.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(in_readme, in_help);
}

#[test]
fn the_help_of_every_command_has_an_example() {
    let help = run(&mut program(&["--help"])).succeeds().stdout;
    let commands =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // a line that goes on where another one ended begins further in
    let names = commands.filter_map(|line| {
        line.strip_prefix("  ")?.split_whitespace().next().filter(|_| !line.starts_with("   "))
    });
    let names: Vec<_> = names.filter(|name| *name != "help").collect();
    assert!(names.len() > 15 && names.contains(&"doctor"), "{names:?}");
    for name in names {
        let text = run(&mut program(&[name, "--help"])).succeeds().stdout;
        let (_, examples) = text.split_once("\nExample").unwrap_or_else(|| panic!("{name}: {text}"));
        assert!(examples.contains(&format!("takeout-export {name}")), "{name}: {examples}");
    }
}
