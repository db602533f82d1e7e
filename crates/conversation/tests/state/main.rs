//! The client: conversations between devices over a relay that only stores.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answers;
mod archive;
mod away;
mod behind;
mod changes;
mod complaints;
mod contacts;
mod devices;
mod handed;
mod keystore;
mod pages;
mod people;
mod policy;
mod renew;
mod restored;
mod sending;
mod story;
mod weather;
mod without;
