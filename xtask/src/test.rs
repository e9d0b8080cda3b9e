//! `cargo xtask test`: everything that must hold before a change is accepted.

use std::path::Path;
use std::process::Command;

use crate::step::{Outcome, Report, cargo, has_cargo_command, run};
use crate::{checks, codegen, interop, layers, package, phones, tidy};

/// How much to test.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Compile and test the whole API too, two other layers of it, and every library from its package (minutes; always done
    /// where CI=true)
    #[arg(long)]
    full: bool,
}

/// Runs every step, even after a failure, and sums up.
pub fn test(root: &Path, arguments: &Arguments) -> Result<(), String> {
    let mut report = Report::default();
    report.step("fmt", || component("fmt", &["fmt", "--all", "--check"]));
    report.step("tidy", || outcome(tidy::tidy(root)));
    report.step("security-checks", || outcome(checks::run(root, &checks::Arguments::CHECK)));
    report.step("codegen-fresh", || codegen::check(root));
    report.step("phones-fresh", || phones::check(root));
    report.step("clippy", || {
        component("clippy", &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
    });
    report.step("unit-and-integration", || {
        run(cargo().args(["test", "--workspace", "--locked", "--no-fail-fast"]).env("RUST_BACKTRACE", "1"))
    });
    report.step("full-api", || {
        if is_full(arguments) {
            full_api()
        } else {
            Outcome::Skipped("takes minutes: cargo xtask test --full".into())
        }
    });
    report.step("other-layers", || layers::generate_all(root, is_full(arguments)));
    report.step("no-default-features", || reduced_builds(root));
    report.step("no-std", || no_std(root));
    report.step("package", || package::package_all(root, is_full(arguments)));
    report.step("docs", || {
        let mut doc = cargo();
        run(doc.args(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings"))
    });
    report.step("interop", || interop::run_suite(root));
    report.finish(root)
}

/// Whether there is time for the steps that take minutes.
fn is_full(arguments: &Arguments) -> bool {
    arguments.full || std::env::var("CI").is_ok_and(|value| value == "true")
}

fn component(name: &str, args: &[&str]) -> Outcome {
    if has_cargo_command(name) {
        run(cargo().args(args))
    } else {
        Outcome::Skipped(format!("cargo {name} is not installed"))
    }
}

fn outcome(result: Result<(), String>) -> Outcome {
    result.map_or_else(Outcome::Failed, |()| Outcome::Passed)
}

/// Every constructor and method of the layer: typed forms against the schema.
///
/// Most of the time is the compiler's, and these types are compiled to be tested only: so they are not optimised.
fn full_api() -> Outcome {
    let mut test = cargo();
    for package in ["tl-api", "tl-dynamic"] {
        for setting in ["opt-level=0", "debug=false"] {
            test.args(["--config", &format!("profile.dev.package.{package}.{setting}")]);
        }
    }
    run(test.args(["test", "--locked", "-p", "tl-api", "-p", "tl-dynamic", "--features"]).args([
        "tl-dynamic/full",
        "--test",
        "it",
    ]))
}

/// The crates that promise to work without their IO or program half, and what must then not be in their tree.
fn reduced_builds(root: &Path) -> Outcome {
    for (verb, package) in [("test", "mtproto"), ("check", "takeout-export"), ("check", "testdc")] {
        let reduced = run(cargo().args([verb, "--locked", "--no-default-features", "-p", package]));
        if !matches!(reduced, Outcome::Passed) {
            return reduced;
        }
    }
    outcome(tidy::sans_io(root))
}

/// A target that has no standard library at all.
const BARE_TARGET: &str = "thumbv7em-none-eabi";

/// The crates that promise to need nothing but `core` and `alloc`, compiled where there is nothing else.
fn no_std(root: &Path) -> Outcome {
    let mut add = Command::new("rustup");
    if !matches!(run(add.args(["target", "add", BARE_TARGET])), Outcome::Passed) {
        return Outcome::Skipped(format!("the target {BARE_TARGET} cannot be installed"));
    }
    let check = ["check", "--locked", "--lib", "--target", BARE_TARGET];
    run(cargo().current_dir(root).args(check).args(["-p", "tl-codec", "-p", "tl-api"]))
}
