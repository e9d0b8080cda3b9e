//! Other layers of the API: the generator on schemas that are published in crates of others.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::codegen;
use crate::step::{Outcome, cargo};

/// The crate that carries its schema as `tl/api.tl`, and the layers of two of its versions.
const CARRIER: &str = "grammers-tl-types";
const LAYERS: [(&str, i32); 2] = [("0.8.0", 216), ("0.10.0", 227)];

/// Generates a crate from each schema, and compiles them if that is asked for. Nothing of the schemas is kept in the tree:
/// cargo fetches the crates that they stand in.
pub fn generate_all(root: &Path, compile: bool) -> Outcome {
    let folder = root.join("target/codegen/carriers");
    let carriers = match fetch(&folder) {
        Ok(carriers) => carriers,
        Err(why) => return Outcome::Skipped(format!("{CARRIER} cannot be fetched: {why}")),
    };
    for (schema, (version, layer)) in carriers.iter().zip(LAYERS) {
        let result = states_layer(schema, layer).and_then(|()| codegen::run_layer(root, schema, compile));
        if let Err(why) = result {
            return Outcome::Failed(format!("{CARRIER} {version}: {why}"));
        }
    }
    Outcome::Passed
}

/// The schema files, as cargo has unpacked them.
fn fetch(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let place = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder.join("src")).map_err(place)?;
    fs::write(folder.join("src/lib.rs"), "").map_err(place)?;
    fs::write(folder.join("Cargo.toml"), manifest()).map_err(place)?;
    let mut metadata = cargo();
    metadata.current_dir(folder).args(["metadata", "--format-version", "1"]);
    let output = metadata.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let metadata: Json = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    LAYERS.iter().map(|(version, _)| schema_of(&metadata, version)).collect()
}

/// A crate that needs nothing but the carriers, under names that tell them apart.
fn manifest() -> String {
    let one = |(version, layer)| {
        format!("layer-{layer} = {{ package = \"{CARRIER}\", version = \"={version}\" }}\n")
    };
    let dependencies: Vec<_> = LAYERS.map(one).into();
    format!(
        "[package]\nname = \"carriers\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{}",
        dependencies.concat()
    )
}

fn schema_of(metadata: &Json, version: &str) -> Result<PathBuf, String> {
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let found = packages.iter().find(|package| package["name"] == CARRIER && package["version"] == version);
    let manifest = found.and_then(|package| package["manifest_path"].as_str());
    manifest
        .map(|path| Path::new(path).with_file_name("tl").join("api.tl"))
        .ok_or_else(|| format!("cargo metadata names no {CARRIER} {version}"))
}

fn states_layer(schema: &Path, layer: i32) -> Result<(), String> {
    let text = crate::schema::read(schema)?;
    let first = text.lines().next().unwrap_or_default();
    if first == format!("// LAYER {layer}") {
        Ok(())
    } else {
        Err(format!("layer {layer} expected, {first} found"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_stands_beside_the_manifest() {
        let metadata = serde_json::json!({"packages": [
            {"name": CARRIER, "version": "0.8.0", "manifest_path": "/x/Cargo.toml"},
        ]});
        assert_eq!(schema_of(&metadata, "0.8.0").unwrap(), Path::new("/x/tl/api.tl"));
        assert!(schema_of(&metadata, "0.10.0").unwrap_err().contains("0.10.0"));
    }

    /// Both layers become crates; nothing of them is left out.
    #[test]
    fn both_layers_are_generated() {
        match generate_all(crate::root(), false) {
            Outcome::Passed => {}
            Outcome::Skipped(why) => return println!("skipped: {why}"),
            Outcome::Failed(why) => panic!("{why}"),
        }
        for (_, layer) in LAYERS {
            let folder = crate::root().join(format!("target/codegen/tl-layer-{layer}/src"));
            let root = fs::read_to_string(folder.join("lib.rs")).unwrap();
            assert!(
                root.contains(&format!("pub const LAYER: i32 = {layer};")) && root.contains("#![no_std]")
            );
            let saved = fs::read_to_string(folder.join("functions/contacts.rs")).unwrap();
            assert!(saved.contains("pub struct GetSaved;"), "layer {layer}");
        }
    }

    #[test]
    fn the_manifest_is_one_that_cargo_reads() {
        let manifest: toml::Table = manifest().parse().unwrap();
        assert_eq!(manifest["dependencies"]["layer-216"]["version"].as_str(), Some("=0.8.0"));
    }
}
