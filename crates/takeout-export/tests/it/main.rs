//! The program as a process, and its library half from outside.
//!
//! Read first: `walkthrough`, which takes one contact through every hop.
#![cfg(test)]

#[cfg(unix)]
mod accounts;
#[cfg(unix)]
mod at_rest;
mod awkward;
mod breaks;
mod cli;
#[cfg(target_os = "linux")]
mod clock;
mod codes;
#[cfg(unix)]
mod configuration;
mod convert;
mod delays;
mod determinism;
mod diff;
mod documents;
mod extras;
mod faults;
mod formats;
mod full_disk;
mod kills;
mod login;
mod look;
#[cfg(target_os = "linux")]
mod lost;
mod moves;
mod pace;
mod people;
mod people_files;
mod program;
mod proxies;
mod proxy;
mod proxy_links;
mod redirects;
mod replies;
mod restore;
mod rows;
mod secrets;
#[cfg(unix)]
mod signals;
mod texts;
mod transports;
mod troubles;
mod truth;
#[cfg(unix)]
mod waits;
mod walkthrough;
mod warnings;
mod world;
