//! The compiler from outside: the committed schemas, and what it makes of small ones.
#![cfg(test)]

mod faults;
mod generated;
mod schemas;
