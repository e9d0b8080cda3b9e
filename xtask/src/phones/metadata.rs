//! The numbering plans as rlibphonenumber carries them: the part of `phonemetadata.proto` that decides what a number is.
//! The crate's own messages are not used: it declares their fields deprecated in favour of wrappers that it keeps to itself.

use std::fs;
use std::path::{Path, PathBuf};

use prost::Message as _;
use serde_json::Value as Json;

use crate::step::cargo;

/// The crate that carries the plans, and where they stand in it.
const CARRIER: &str = "rlibphonenumber";
const FILE: &str = "src/generated/metadata/metadata.bin";

/// `PhoneMetadataCollection`
#[derive(Clone, PartialEq, prost::Message)]
struct Collection {
    #[prost(message, repeated, tag = "1")]
    plans: Vec<Plan>,
}

/// `PhoneMetadata`: the plan of one region, or of a code that spans the world.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Plan {
    #[prost(message, optional, tag = "1")]
    pub general: Option<Numbers>,
    #[prost(message, optional, tag = "2")]
    pub fixed_line: Option<Numbers>,
    #[prost(message, optional, tag = "3")]
    pub mobile: Option<Numbers>,
    #[prost(message, optional, tag = "4")]
    pub toll_free: Option<Numbers>,
    #[prost(message, optional, tag = "5")]
    pub premium_rate: Option<Numbers>,
    #[prost(message, optional, tag = "6")]
    pub shared_cost: Option<Numbers>,
    #[prost(message, optional, tag = "7")]
    pub personal: Option<Numbers>,
    #[prost(message, optional, tag = "8")]
    pub voip: Option<Numbers>,
    #[prost(message, optional, tag = "21")]
    pub pager: Option<Numbers>,
    #[prost(message, optional, tag = "25")]
    pub company: Option<Numbers>,
    #[prost(message, optional, tag = "28")]
    pub voicemail: Option<Numbers>,
    /// ISO 3166-1 alpha-2, or `001`.
    #[prost(string, required, tag = "9")]
    pub region: String,
    #[prost(int32, optional, tag = "10")]
    pub country_code: Option<i32>,
    #[prost(string, optional, tag = "15")]
    pub national_prefix: Option<String>,
    #[prost(string, optional, tag = "16")]
    pub national_prefix_rewritten: Option<String>,
    #[prost(bool, optional, tag = "18")]
    pub mobile_is_as_fixed_line: Option<bool>,
    #[prost(bool, optional, tag = "22")]
    pub is_main: Option<bool>,
    #[prost(string, optional, tag = "23")]
    pub leading_digits: Option<String>,
}

/// `PhoneNumberDesc`: the numbers of one kind, without their country code.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Numbers {
    #[prost(string, optional, tag = "2")]
    pub pattern: Option<String>,
    #[prost(int32, repeated, packed = "false", tag = "9")]
    pub lengths: Vec<i32>,
    #[prost(int32, repeated, packed = "false", tag = "10")]
    pub local_lengths: Vec<i32>,
}

/// The plans of the crate that Cargo.lock names.
pub fn read(root: &Path) -> Result<Vec<Plan>, String> {
    let file = carrier(root)?;
    let bytes = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let collection =
        Collection::decode(bytes.as_slice()).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(collection.plans)
}

fn carrier(root: &Path) -> Result<PathBuf, String> {
    let mut metadata = cargo();
    metadata.current_dir(root).args(["metadata", "--format-version", "1", "--locked"]);
    let output = metadata.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let metadata: Json = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let packages = metadata.get("packages").and_then(Json::as_array);
    let is_carrier = |package: &&Json| package.get("name").is_some_and(|name| name == CARRIER);
    let found = packages.into_iter().flatten().find(is_carrier);
    let manifest = found.and_then(|package| package.get("manifest_path")).and_then(Json::as_str);
    manifest
        .map(|path| Path::new(path).with_file_name(FILE))
        .ok_or_else(|| format!("cargo metadata names no {CARRIER}"))
}
