//! Further streams of a call.
#![allow(missing_docs)]

mod common;

use common::{Call, Phone, USUAL, ZID};
use privity_zrtp::{Assurance, Config, Hash, KeyAgreement};

/// The library has two channels in a context.
fn streams(choice: &common::Choice, seed: u64, percent: u32) {
    let mut phone = Phone::new(seed, Config::new(ZID).offer(choice.offer()));
    let mut call = Call::new(&mut phone, &choice.setup(), None);
    call.start().run();
    call.assert_encrypted(0);
    call.filter = common::lossy(seed, percent);
    call.further().start().run();
    let (ours, _) = call.assert_encrypted(1);
    assert_eq!(ours.suite.agreement, KeyAgreement::Multistream);
    assert_eq!((ours.assurance, ours.sas.is_none()), (Assurance::Inherited, true));
    let keys = |index: usize| call.streams[index].keys.as_ref().unwrap().send.key.expose();
    assert_ne!(keys(0), keys(1));
}

#[test]
fn a_further_stream_has_keys_of_its_own() {
    for seed in 0..20 {
        streams(&USUAL, seed, 0);
    }
}

#[test]
fn a_further_stream_on_a_lossy_line() {
    for seed in 0..20 {
        streams(&USUAL, seed, 15);
    }
}

#[test]
fn a_further_stream_with_the_other_hash_and_cipher() {
    let choice = common::Choice {
        hash: (Hash::S384, 0x12),
        cipher: (privity_zrtp::Cipher::Aes3, 0x23),
        ..USUAL
    };
    streams(&choice, 3, 0);
}
