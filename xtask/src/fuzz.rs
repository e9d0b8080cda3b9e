//! `cargo xtask fuzz`: the fuzz targets, for a stated time each.

mod run;
mod totals;

use std::path::Path;

use self::run::Run;

/// Fuzz the decoders and state machines (needs a nightly toolchain and cargo-fuzz)
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How long each target runs
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
    /// The targets to run; all of fuzz/Cargo.toml if none is named
    targets: Vec<String>,
}

/// Runs the targets one after the other, and adds each run to `docs/fuzzing.md`. It stops at the first finding, which
/// then lies among the regression files.
pub fn run_targets(root: &Path, arguments: &Arguments) -> Result<(), String> {
    let known = all_targets(root)?;
    if let Some(unknown) = arguments.targets.iter().find(|target| !known.contains(target)) {
        return Err(format!("no target {unknown}; there are {}", known.join(", ")));
    }
    let targets = if arguments.targets.is_empty() { &known } else { &arguments.targets };
    for target in targets {
        let run = run::run(root, target, arguments.seconds)?;
        totals::add(root, target, &run)?;
        let Run { executions, seconds, finding } = run;
        println!("{target}: {executions} executions in {seconds} s");
        if let Some(file) = finding {
            return Err(format!("{target}: {} fails; `cargo test -p fuzz-checks` shows how", file.display()));
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
        let mut listed = all_targets(crate::root()).unwrap();
        let files = std::fs::read_dir(crate::root().join("fuzz/fuzz_targets")).unwrap();
        let mut present: Vec<_> = files
            .map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        listed.sort();
        present.sort();
        assert_eq!(listed, present);
    }

    #[test]
    fn an_unknown_target_is_refused_before_anything_runs() {
        let arguments = Arguments { seconds: 1, targets: vec!["nothing".into()] };
        let error = run_targets(crate::root(), &arguments).unwrap_err();
        assert!(error.starts_with("no target nothing; there are schema, dynamic"), "{error}");
    }
}
