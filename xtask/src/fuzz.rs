//! `cargo xtask fuzz`: the fuzz targets, for a stated time each.

use std::path::Path;
use std::process::Command;

use crate::step::{Outcome, run};

/// Fuzz the decoders and state machines (needs a nightly toolchain and cargo-fuzz)
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How long each target runs
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
    /// The targets to run; all of fuzz/Cargo.toml if none is named
    targets: Vec<String>,
}

/// Runs the targets one after the other and stops at the first finding.
pub fn run_targets(root: &Path, arguments: &Arguments) -> Result<(), String> {
    let targets = if arguments.targets.is_empty() { all_targets(root)? } else { arguments.targets.clone() };
    for target in targets {
        let limit = format!("-max_total_time={}", arguments.seconds);
        let mut fuzz = Command::new("cargo");
        fuzz.current_dir(root).args(["+nightly", "fuzz", "run", &target, "--", &limit, "-max_len=16384"]);
        // the cargo that runs this program sets a toolchain for its children, which would win over `+nightly`
        fuzz.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
        match run(&mut fuzz) {
            Outcome::Passed => {}
            Outcome::Failed(why) | Outcome::Skipped(why) => return Err(format!("{target}: {why}")),
        }
    }
    Ok(())
}

/// The names of the programs in the fuzz crate's manifest.
fn all_targets(root: &Path) -> Result<Vec<String>, String> {
    let path = root.join("fuzz/Cargo.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let manifest: toml::Table = text.parse().map_err(|error| format!("{}: {error}", path.display()))?;
    let programs = manifest.get("bin").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let names = programs.iter().filter_map(|program| program.get("name").and_then(toml::Value::as_str));
    Ok(names.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_file_is_in_the_manifest() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut listed = all_targets(root).unwrap();
        let files = std::fs::read_dir(root.join("fuzz/fuzz_targets")).unwrap();
        let mut present: Vec<_> = files
            .map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        listed.sort();
        present.sort();
        assert_eq!(listed, present);
    }
}
