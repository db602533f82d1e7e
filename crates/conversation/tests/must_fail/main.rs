//! What must fail, by the number of the threat model's list: each attack is made by whoever
//! would make it, with the public formats, and refused by the client as it is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../state/people.rs"]
mod people;

mod mallory;
mod many_devices;
mod member;
mod p01_accounts;
mod p01_log;
mod p02_substituted_keys;
mod p03_account_replays;
mod p03_findings;
mod p03_message_replays;
mod p03_replays;
mod p04_forwarding;
mod p05_epoch_keys;
mod p06_ciphertexts;
mod p07_backdating;
mod p07_revoked_device;
mod p08_copied_account;
mod p08_copies;
mod p08_recovery;
mod p09_races;
mod p10_reading;
mod p10_revoked_device;
mod p11_registered_rsa;
mod p12_account_garbage;
mod p12_burdens;
mod p12_held_garbage;
mod p12_many_devices;
mod secrets;
mod stage;
