//! `takeout-export completions` and `man`: the arguments, for shells and for readers.

use std::fs;

use clap::CommandFactory;

use super::arguments::{Arguments, Completions, Man};
use super::failure::Failure;
use super::summary::Outcome;

/// The name that is typed.
const PROGRAM: &str = "takeout-export";

/// The script for a shell.
pub(super) fn completions(arguments: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), PROGRAM, &mut script);
    Outcome::Text(String::from_utf8_lossy(&script).trim_end().to_owned())
}

/// The first manual page, or all of them into a folder.
pub(super) fn man(arguments: &Man) -> Result<Outcome, Failure> {
    let command = Arguments::command().disable_help_subcommand(true);
    let Some(folder) = &arguments.out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).map_err(Failure::Runtime)?;
        return Ok(Outcome::Text(String::from_utf8_lossy(&page).trim_end().to_owned()));
    };
    let written = fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
    written.map_err(|source| Failure::Output { path: folder.clone(), source })?;
    Ok(Outcome::Text(format!("the manual pages are in {}", folder.display())))
}
