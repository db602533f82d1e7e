//! Epochs and wraps: every check by a test that fails without it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod world;

mod stages;
mod vectors;
mod wraps;
