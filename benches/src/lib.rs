//! Benchmarks of the workspace beside named peers
