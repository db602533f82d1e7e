//! The membership log: every rule by a test that fails without it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod world;
mod world_json;

mod author;
mod chains;
mod conduct;
mod create;
mod cuts;
mod epochs;
mod flips;
mod grants;
mod limits;
mod members;
mod order;
mod permissions;
mod pins;
mod queries;
mod random;
mod state;
mod vectors;
