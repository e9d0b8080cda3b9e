//! From the replies of a Telegram account to a folder with its whole address book.
//!
//! This is the library half of the program `takeout-export`. It owns the last two hops of the project,
//! **`Contact` → `RecordBatch` → file**, and the order in which an export happens:
//!
//! ```text
//! fetch ──► join ──► reconcile ──► columns ──► sinks ──► check on disk ──► manifest ──► moved into place
//! ╰──────────────── inside the takeout session ──────────────────╯   finished
//! ```
//!
//! | module | what it owns |
//! |---|---|
//! | [`export`] | the order above; what can go wrong in it |
//! | [`columns`] | contacts become record batches |
//! | [`format`](mod@format) | which files there can be |
//! | [`sink`] | record batches become files |
//! | [`staging`] | a folder holds a whole export or none |
//! | [`manifest`] | what an export says about itself |
//! | [`archive`] | the replies as they came, for later |
//! | [`people_file`] | people from files of this and of other programs |
//! | [`progress`] | what a watcher is told |
//! | [`read`], [`verify`], [`inspect`], [`diff`], [`history`] | what can be done with exports that are there |
//! | [`cli`] | the program around it (feature `cli`) |
//!
//! The library knows no connection: it asks through [`tl_api::Invoke`], and the program gives it one.
//! docs/output.md is the contract of what is written.
//!
//! Read next: [`export`].

#![forbid(unsafe_code)]

pub mod archive;
mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod columns;
pub mod diff;
pub mod export;
pub mod format;
pub mod history;
pub mod inspect;
pub mod journal;
pub mod manifest;
pub mod people_file;
pub mod progress;
pub mod read;
pub mod sink;
pub mod staging;
pub mod verify;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
