//! A fault that others had: one keystream for two texts, when an SSRC and sequence number
//! come again.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use std::collections::HashSet;

use common::{SSRC, key, pair, profiles, protect_rtcp, protect_rtp, rtp, rtp_of};
use privity_srtp::{Error, Options, Profile, Sender};

fn protect(sender: &mut Sender, sequence: u16) -> Result<usize, Error> {
    sender.protect_rtp_into(&rtp(sequence), &mut [0; 64])
}

#[test]
fn a_sequence_number_is_protected_once() {
    for profile in profiles() {
        let (mut sender, _) = pair(profile);
        assert!(protect(&mut sender, 100).is_ok());
        assert_eq!(protect(&mut sender, 100), Err(Error::Reused), "{profile:?}");
        assert!(protect(&mut sender, 99).is_ok(), "out of order is not twice");
        assert_eq!(protect(&mut sender, 99), Err(Error::Reused));
    }
}

#[test]
fn what_lies_behind_the_window_may_have_been_protected_and_is_refused() {
    let (mut sender, _) = pair(Profile::AES_CM_128_HMAC_SHA1_80);
    assert!(protect(&mut sender, 1_000).is_ok());
    assert_eq!(protect(&mut sender, 1_000 - 128), Err(Error::TooOld));
    assert!(protect(&mut sender, 1_000 - 127).is_ok());
}

#[test]
fn an_ssrc_that_starts_over_gets_fresh_keystream() {
    for profile in Profile::ENCRYPTING {
        let (mut sender, _) = pair(profile);
        let first = protect_rtp(&mut sender, &rtp(40_000));
        protect_rtp(&mut sender, &rtp(60_000));
        protect_rtp(&mut sender, &rtp(20_000));
        let again = protect_rtp(&mut sender, &rtp(40_000));
        assert_eq!(first[..12], again[..12], "the same sequence number one cycle later");
        assert_ne!(first[12..32], again[12..32], "{profile:?}: the payload");
        assert_eq!(sender.rollover_counter(SSRC), Some(1));
    }
}

/// Whatever of SSRC, index, protocol and key is another, the keystream is: the same bytes
/// encrypt to others each time.
#[test]
fn no_two_packets_share_keystream() {
    for profile in Profile::ENCRYPTING {
        let mut seen = HashSet::new();
        for seed in [1, 2] {
            let mut sender = Sender::new(key(profile, seed), Options::new()).unwrap();
            for ssrc in [1, 2, 1 << 16, 1 << 24] {
                for sequence in [0, 1, 256, 20_000, 40_000, 60_000, 0, 1, 256] {
                    let packet = protect_rtp(&mut sender, &rtp_of(ssrc, sequence));
                    let fresh = seen.insert(packet[12..28].to_vec());
                    assert!(fresh, "{profile:?}: {seed}, {ssrc}, {sequence}");
                }
                for count in 0..3 {
                    let mut report = rtp_of(0, 0);
                    report[..8].copy_from_slice(&[0x80, 200, 0, 7, 0, 0, 0, 0]);
                    report[4..8].copy_from_slice(&ssrc.to_be_bytes());
                    report[8..].fill(0xab);
                    let packet = protect_rtcp(&mut sender, &report);
                    let fresh = seen.insert(packet[8..24].to_vec());
                    assert!(fresh, "{profile:?}: {seed}, {ssrc}, report {count}");
                }
            }
        }
    }
}

#[test]
fn the_key_in_use_is_not_taken_as_its_own_successor() {
    let (mut sender, mut receiver) = pair(Profile::AEAD_AES_256_GCM);
    let profile = Profile::AEAD_AES_256_GCM;
    assert!(matches!(sender.rekey(key(profile, 1)), Err(Error::Misuse(_))));
    assert!(matches!(receiver.rekey(key(profile, 1), 5), Err(Error::Misuse(_))));
    assert_eq!(sender.rekey(key(profile, 2)), Ok(()));
}

#[test]
fn a_refused_packet_does_not_spend_its_index() {
    let mut sender = Sender::new(key(Profile::AEAD_AES_128_GCM, 1), Options::new()).unwrap();
    let mut tight = rtp(7);
    let length = tight.len();
    assert!(matches!(sender.protect_rtp(&mut tight, length), Err(Error::BufferTooSmall { .. })));
    assert!(protect(&mut sender, 7).is_ok());
}
