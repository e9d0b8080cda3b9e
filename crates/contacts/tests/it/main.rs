//! The crate from outside: replies as a server would send them, rows as an exporter would read them.
#![cfg(test)]

mod book;
mod corrupt;
mod fetch;
mod join;
mod operations;
mod reconcile;
mod scale;
