//! Account chains: every rule of PROTOCOL.md, "Accounts", by its name.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod cards;
mod chain;
mod contacts;
mod devices;
mod directory;
mod people;
mod recovery;
mod stored;
mod vectors;
mod world;
