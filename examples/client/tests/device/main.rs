//! Devices with their stores, over a real relay.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod crash;
mod outage;
mod pages;
mod pairing;
mod person;
mod two_devices;
