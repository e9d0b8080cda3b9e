//! What the fuzz targets check, without a fuzzer: seeds, and everything that was ever found.
#![cfg(test)]

mod corruption;
mod replay;
