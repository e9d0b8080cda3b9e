//! The codec from outside, as a crate that uses it sees it.

mod hostile;
mod limits;
mod round_trip;
