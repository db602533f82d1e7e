//! Every public parser against bytes that are nearly right, and the small formats frozen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod frozen;
mod garbage;
mod samples;
mod store;
