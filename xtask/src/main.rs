//! The project's own commands: `cargo xtask --help`. One file a command.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program whose output is its result")]
#![expect(unreachable_pub, reason = "a program: its modules are public to each other only")]

mod bench;
mod checks;
mod codegen;
mod fuzz;
mod interop;
mod layers;
mod package;
mod phones;
mod scale;
mod schema;
mod step;
mod sweep;
mod test;
mod tidy;
mod tl;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::step::Outcome;

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    /// Another workspace than this program's own: the tests', whose cargo only says what it was asked
    #[arg(long, value_name = "DIR", hide = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the types that schema/codegen.toml asks for
    Codegen(codegen::Arguments),
    /// Bring a schema into the project's order and form
    Schema(schema::Arguments),
    /// Write the table of numbering plans that contacts looks numbers up in
    Phones(phones::Arguments),
    /// Look at TL objects: bytes to JSON and back, ids, schemas
    Tl(tl::Arguments),
    /// Everything that must hold before a change is accepted
    Test(test::Arguments),
    /// What the compiler cannot check about the tree
    Tidy,
    /// Our programs against clients, servers and readers that we did not write
    Interop,
    /// Write docs/security-checks.md from the tests
    Checks(checks::Arguments),
    /// The long forms of sampled tests: address books against what was served, cut links, changed bytes, crowds (minutes)
    Sweep(sweep::Arguments),
    /// The whole export of 10,000 to 100,000 contacts, ours and a Telethon script's: CPU time, wall time and peak memory of
    /// the client, written to docs/scale.md with the plot docs/scale.svg (release builds, then minutes, on a
    /// machine that has nothing else to do)
    Scale,
    /// Run the benches beside named peers and write docs/benchmarks.md (minutes)
    Bench(bench::Arguments),
    /// Fuzz the decoders and state machines (needs a nightly toolchain and cargo-fuzz)
    Fuzz(fuzz::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command, arguments.root.as_deref().unwrap_or_else(|| root())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            println!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, root: &Path) -> Result<(), String> {
    match command {
        Command::Checks(arguments) => checks::run(root, &arguments),
        Command::Codegen(arguments) => codegen::run(root, &arguments),
        Command::Phones(arguments) => phones::run(root, &arguments),
        Command::Schema(arguments) => schema::run(root, &arguments),
        Command::Tl(arguments) => tl::run(root, &arguments),
        Command::Test(arguments) => test::test(root, &arguments),
        Command::Tidy => tidy::tidy(root),
        Command::Bench(arguments) => bench::run(root, &arguments),
        Command::Fuzz(arguments) => fuzz::run_targets(root, &arguments),
        Command::Scale => passed(scale::measure(root)),
        Command::Sweep(arguments) => passed(sweep::run_asked(root, &arguments)),
        Command::Interop => passed(interop::run_suite(root)),
    }
}

/// A command of one step did what it was asked for, or did not.
fn passed(outcome: Outcome) -> Result<(), String> {
    match outcome {
        Outcome::Passed => Ok(()),
        Outcome::Failed(why) | Outcome::Skipped(why) => Err(why),
    }
}

/// The workspace's folder.
fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}
