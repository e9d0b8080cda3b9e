//! One run of one target.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::step::{Outcome, cargo, run as run_step};

/// No check needs as much at once; the largest is a server's inflated answer.
const MAX_ALLOCATION_MB: u32 = 256;
/// An input that takes so long is a finding.
const MAX_INPUT_SECONDS: u32 = 30;

/// What a run did.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) executions: u64,
    pub(super) seconds: u64,
    /// The regression file of what was found.
    pub(super) finding: Option<PathBuf>,
}

/// Runs one target from its seeds and what earlier runs have kept.
pub(super) fn run(root: &Path, target: &str, seconds: u32) -> Result<Run, String> {
    let corpus = root.join("fuzz/corpus").join(target);
    fs::create_dir_all(&corpus).map_err(|error| format!("{}: {error}", corpus.display()))?;
    let mut seeds = cargo();
    seeds.current_dir(root).args(["run", "--quiet", "--locked", "-p", "fuzz-checks", "--", target]);
    if let Outcome::Failed(why) | Outcome::Skipped(why) = run_step(seeds.arg(&corpus)) {
        return Err(why);
    }
    let mut fuzz = Command::new("cargo");
    fuzz.current_dir(root).args(["+nightly", "fuzz", "run", target, "--"]);
    fuzz.arg(format!("-max_total_time={seconds}")).arg(format!("-malloc_limit_mb={MAX_ALLOCATION_MB}"));
    fuzz.arg(format!("-timeout={MAX_INPUT_SECONDS}")).args(["-max_len=16384", "-print_final_stats=1"]);
    // the cargo that runs this program sets a toolchain for its children, which would win over `+nightly`
    fuzz.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO").stderr(Stdio::piped());
    let mut child = fuzz.spawn().map_err(|error| format!("cargo +nightly fuzz: {error}"))?;
    let output = child.stderr.take().map(BufReader::new);
    let mut log = Log::default();
    let mut started = Instant::now();
    for line in output.into_iter().flat_map(BufReader::lines) {
        let line = line.map_err(|error| error.to_string())?;
        println!("{line}");
        if line.starts_with("INFO: ") {
            // what came before was the compiler's time
            started = Instant::now();
        }
        log.take(&line);
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    let finding =
        log.artifact.as_deref().map(|artifact| keep(root, target, Path::new(artifact))).transpose()?;
    match log.executions {
        Some(executions) if status.success() || finding.is_some() => Ok(Run {
            executions,
            seconds: log.seconds.unwrap_or_else(|| started.elapsed().as_secs()),
            finding,
        }),
        _ => Err(format!("{target}: cargo +nightly fuzz run ended with {status}")),
    }
}

/// Puts a finding where plain `cargo test` replays it.
fn keep(root: &Path, target: &str, artifact: &Path) -> Result<PathBuf, String> {
    let folder = root.join("crates/fuzz-checks/regressions").join(target);
    let file = folder.join(artifact.file_name().unwrap_or_default());
    let copied = fs::create_dir_all(&folder).and_then(|()| fs::copy(artifact, &file));
    copied.map(|_| file).map_err(|error| format!("{}: {error}", artifact.display()))
}

/// What libFuzzer says of itself.
#[derive(Debug, Default)]
struct Log {
    executions: Option<u64>,
    seconds: Option<u64>,
    artifact: Option<String>,
}

impl Log {
    fn take(&mut self, line: &str) {
        if let Some(count) = line.strip_prefix("stat::number_of_executed_units:") {
            self.executions = count.trim().parse().ok();
        }
        // `Done 123 runs in 45 second(s)`
        if let Some(rest) = line.strip_prefix("Done ") {
            self.seconds = rest.split(' ').nth(3).and_then(|count| count.parse().ok());
        }
        if let Some((_, path)) = line.split_once("Test unit written to ") {
            self.artifact = Some(path.trim().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libfuzzer_says() {
        let mut log = Log::default();
        for line in [
            "#2 INITED cov: 5",
            "Done 3702628 runs in 26 second(s)",
            "stat::number_of_executed_units: 3702628",
            "stat::average_exec_per_sec:     142408",
            "artifact_prefix='a/'; Test unit written to fuzz/artifacts/frame/crash-00ff",
        ] {
            log.take(line);
        }
        assert_eq!((log.executions, log.seconds), (Some(3_702_628), Some(26)));
        assert_eq!(log.artifact.as_deref(), Some("fuzz/artifacts/frame/crash-00ff"));
    }

    #[test]
    fn a_finding_becomes_a_regression_file() {
        let root = std::env::temp_dir().join(format!("fuzz-keep-{}", std::process::id()));
        let artifact = root.join("crash-1");
        fs::create_dir_all(&root).unwrap();
        fs::write(&artifact, "input").unwrap();
        let kept = keep(&root, "frame", &artifact).unwrap();
        assert_eq!(kept, root.join("crates/fuzz-checks/regressions/frame/crash-1"));
        assert_eq!(fs::read(&kept).unwrap(), b"input");
        fs::remove_dir_all(&root).unwrap();
        assert!(keep(&root, "frame", &artifact).is_err());
    }
}
