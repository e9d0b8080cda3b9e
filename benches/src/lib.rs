//! What the benchmarks share: the replies that they read, the clock that they are measured with, and the floors and peers
//! that stand beside the project's own code.
//!
//! | module | what it is |
//! |---|---|
//! | [`replies`] | the fixture |
//! | [`cpu_time`] | criterion's clock |
//! | [`read`] | our readings, the same for time and for allocations |
//! | [`cursor`] | a floor: a decoder of users written by hand, without nom |
//! | [`borrowed`] | a peer: the same types for tl-proto |
//! | [`owned`] | a peer: the columns of an export from grammers' owned types |
//!
//! `rows.toml` beside `src/` lists the rows of docs/benchmarks.md; CONTRIBUTING.md says how one is added.

#![forbid(unsafe_code)]

pub mod borrowed;
pub mod cpu_time;
pub mod cursor;
pub mod owned;
pub mod read;
pub mod replies;
