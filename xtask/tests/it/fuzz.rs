//! `cargo xtask fuzz --seconds N [TARGET]`: runs targets, adds up what they ran, and keeps what they find.

use crate::stage::Stage;

const MANIFEST: &str = "[[bin]]\nname = \"frame\"\n[[bin]]\nname = \"reply\"\n";
const DOCUMENT: &str = "# Fuzzing\n\n| target | what | executions | seconds | findings |\n|---|---|---|---|---|\n\
                        | `frame` | all | 1,000 | 60 | 0 |\n| `reply` | all | 5 | 60 | 0 |\n";

/// Two thousand executions in nine seconds, without a finding.
const CARGO: &str = r#"
case "$*" in
*"-p fuzz-checks"*) for corpus; do :; done; echo seed > "$corpus/seed" ;;
"+nightly fuzz run"*)
    echo "INFO: Seed: 1" >&2
    echo "Done 2000 runs in 9 second(s)" >&2
    echo "stat::number_of_executed_units: 2000" >&2 ;;
esac
"#;

/// The input `bad` ends the run.
const CARGO_FINDS: &str = r#"
case "$*" in
"+nightly fuzz run"*)
    mkdir -p fuzz/artifacts && printf bad > fuzz/artifacts/crash-1
    echo "artifact_prefix='x'; Test unit written to $PWD/fuzz/artifacts/crash-1" >&2
    echo "stat::number_of_executed_units: 7" >&2
    exit 77 ;;
esac
"#;

fn stage(name: &str, cargo: &str) -> Stage {
    let stage = Stage::new(name, cargo);
    stage.write("fuzz/Cargo.toml", MANIFEST);
    stage.write("docs/fuzzing.md", DOCUMENT);
    stage
}

#[test]
fn a_target_runs_from_its_seeds_and_is_added_up() {
    let stage = stage("fuzz-one", CARGO);
    let (is_well, said) = stage.xtask(&["fuzz", "--seconds", "9", "frame"]);
    assert!(is_well && said.contains("frame: 2000 executions in 9 s"), "{said}");
    let asked = stage.asked();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[0].contains("-p fuzz-checks -- frame "), "{asked:?}");
    assert!(asked[1].starts_with("+nightly fuzz run frame -- -max_total_time=9 "), "{asked:?}");
    assert!(asked[1].contains("-malloc_limit_mb=256") && asked[1].contains("-timeout=30"), "{asked:?}");
    assert!(stage.read("fuzz/corpus/frame/seed").is_some());
    let document = stage.read("docs/fuzzing.md").unwrap();
    assert!(
        document.contains("| `frame` | all | 3,000 | 69 | 0 |\n| `reply` | all | 5 | 60 | 0 |"),
        "{document}"
    );
}

#[test]
fn without_a_name_all_of_them_run() {
    let stage = stage("fuzz-all", CARGO);
    let (is_well, said) = stage.xtask(&["fuzz"]);
    assert!(is_well, "{said}");
    let document = stage.read("docs/fuzzing.md").unwrap();
    assert!(document.contains("| 3,000 | 69 | 0 |") && document.contains("| 2,005 | 69 | 0 |"), "{document}");
    assert!(stage.asked().iter().any(|line| line.contains("-max_total_time=60 ")), "a minute each");
}

#[test]
fn a_finding_is_kept_counted_and_the_end() {
    let stage = stage("fuzz-finds", CARGO_FINDS);
    let (is_well, said) = stage.xtask(&["fuzz", "--seconds", "1"]);
    assert!(!is_well && said.contains("`cargo test -p fuzz-checks` shows how"), "{said}");
    assert_eq!(stage.read("crates/fuzz-checks/regressions/frame/crash-1").as_deref(), Some("bad"));
    let document = stage.read("docs/fuzzing.md").unwrap();
    assert!(document.contains("| `frame` | all | 1,007 | ") && document.contains(" | 1 |\n"), "{document}");
    assert!(!stage.asked().iter().any(|line| line.contains("reply")), "it stops there");
}

#[test]
fn a_run_that_says_nothing_counts_for_nothing() {
    let stage = stage("fuzz-broken", "case \"$1\" in +nightly) exit 1 ;; esac");
    let (is_well, said) = stage.xtask(&["fuzz", "--seconds", "1", "reply"]);
    assert!(!is_well && said.contains("reply: cargo +nightly fuzz run ended with"), "{said}");
    assert_eq!(stage.read("docs/fuzzing.md").as_deref(), Some(DOCUMENT));
}
