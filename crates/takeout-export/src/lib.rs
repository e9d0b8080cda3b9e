//! tmp
#![allow(dead_code)]
pub mod columns;
pub mod manifest;
pub mod sink;
pub mod staging;
