//! Devices with their stores, over a real relay.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod crash;
mod keys;
mod outage;
mod pages;
mod pairing;
mod person;
mod recorder;
mod removed;
mod two_devices;
