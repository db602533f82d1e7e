//! Faults that others had: false CSRC and extension lengths, and every truncation.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{
    pair, pair_with, profiles, protect_rtcp, protect_rtp, rtcp, rtp_with, unprotect_rtcp,
    unprotect_rtp,
};
use privity_srtp::{Cryptex, Error, HeaderProtection, MAX_PACKET_LENGTH, Options, Profile};

fn is_malformed<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Malformed(_)))
}

#[test]
fn every_truncation_is_refused_and_changes_nothing() {
    let plain = rtp_with(1, 3, Some((0xbede, &[0x10, 1, 0x21, 1, 2, 0, 0, 0])));
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        let media = protect_rtp(&mut sender, &plain);
        let control = protect_rtcp(&mut sender, &rtcp());
        for length in 0..media.len() {
            assert!(unprotect_rtp(&mut receiver, &media[..length]).is_err(), "{length}");
        }
        for length in 0..control.len() {
            assert!(unprotect_rtcp(&mut receiver, &control[..length]).is_err(), "{length}");
        }
        assert_eq!(unprotect_rtp(&mut receiver, &media).as_ref(), Ok(&plain));
        assert_eq!(unprotect_rtcp(&mut receiver, &control), Ok(rtcp()));
    }
}

#[test]
fn every_truncation_of_a_plain_packet_is_protected_or_refused() {
    let plain = rtp_with(1, 2, Some((0xbede, &[0x10, 1, 0, 0])));
    let header = plain.len() - 20;
    for profile in profiles() {
        let (mut sender, _) = pair(profile);
        for length in 0..header {
            let mut buffer = [0; 128];
            buffer[..length].copy_from_slice(&plain[..length]);
            assert!(is_malformed(sender.protect_rtp(&mut buffer, length)), "{length}");
        }
        for length in 0..8 {
            let mut buffer = [0; 128];
            buffer[..length].copy_from_slice(&rtcp()[..length]);
            assert!(is_malformed(sender.protect_rtcp(&mut buffer, length)), "{length}");
        }
        let mut buffer = [0; 128];
        buffer[..header].copy_from_slice(&plain[..header]);
        assert!(sender.protect_rtp(&mut buffer, header).is_ok(), "an empty payload is fine");
        buffer[..8].copy_from_slice(&rtcp()[..8]);
        assert!(sender.protect_rtcp(&mut buffer, 8).is_ok(), "an empty report is fine");
    }
}

#[test]
fn false_csrc_counts_are_refused() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        let plain = rtp_with(1, 0, None);
        let packet = protect_rtp(&mut sender, &plain);
        for count in 1..=15 {
            let mut forged = packet.clone();
            forged[0] |= count;
            assert!(unprotect_rtp(&mut receiver, &forged).is_err());
            let reaches = 12 + 4 * usize::from(count) > plain.len();
            let malformed = is_malformed(unprotect_rtp(&mut receiver, &forged));
            assert_eq!(malformed, reaches, "{profile:?}, {count}");
        }
    }
}

#[test]
fn false_extension_lengths_are_refused() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        let plain = rtp_with(1, 1, Some((0xbede, &[0x10, 1, 0, 0])));
        let packet = protect_rtp(&mut sender, &plain);
        for length in (0..=40).chain([0x7fff, 0xffff]).filter(|length| *length != 1) {
            let mut forged = packet.clone();
            forged[18..20].copy_from_slice(&u16::to_be_bytes(length));
            let reaches = 20 + 4 * usize::from(length) > plain.len();
            let result = unprotect_rtp(&mut receiver, &forged);
            assert!(result.is_err());
            assert_eq!(is_malformed(result), reaches, "{profile:?}, {length}");
            let mut buffer = [plain.as_slice(), &[0; 16]].concat();
            buffer[18..20].copy_from_slice(&u16::to_be_bytes(length));
            buffer[3] = 2;
            let refused = is_malformed(sender.protect_rtp(&mut buffer, plain.len()));
            assert!(refused || !reaches, "{profile:?}, {length}");
            let (fresh, _) = pair(profile);
            sender = fresh;
        }
    }
}

#[test]
fn a_false_length_inside_an_extension_is_refused_before_anything_is_touched() {
    let headers = HeaderProtection::elements(&[1]).unwrap();
    let options = Options::new().header_protection(headers);
    for profile in Profile::ENCRYPTING {
        let (mut sender, mut receiver) = pair_with(profile, options.clone());
        let plain = rtp_with(1, 0, Some((0xbede, &[0x1f, 1, 2, 3])));
        let mut buffer = [plain.as_slice(), &[0; 16]].concat();
        assert!(is_malformed(sender.protect_rtp(&mut buffer, plain.len())));
        assert_eq!(buffer[..plain.len()], plain);

        let (mut lax, _) = pair(profile);
        let packet = protect_rtp(&mut lax, &plain);
        let mut copy = packet.clone();
        assert!(is_malformed(receiver.unprotect_rtp(&mut copy)));
        assert_eq!(copy, packet);
    }
}

#[test]
fn other_versions_and_oversized_packets_are_refused() {
    let (mut sender, mut receiver) = pair(Profile::AEAD_AES_128_GCM);
    for version in [0, 0x40, 0xc0] {
        let mut packet = rtp_with(1, 0, None);
        packet[0] = version;
        packet.resize(100, 0);
        assert!(is_malformed(receiver.unprotect_rtp(&mut packet.clone())));
        assert!(is_malformed(receiver.unprotect_rtcp(&mut packet.clone())));
        assert!(is_malformed(sender.protect_rtp(&mut packet, 50)));
        assert!(is_malformed(sender.protect_rtcp(&mut packet, 50)));
    }
    let mut long = rtp_with(1, 0, None);
    long.resize(70_000, 0);
    assert!(is_malformed(receiver.unprotect_rtp(&mut long)));
    assert!(is_malformed(receiver.unprotect_rtcp(&mut long)));
}

#[test]
fn the_longest_packet_that_a_sender_gives_is_the_longest_that_a_receiver_takes() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        let mut long = rtp_with(1, 0, None);
        long.resize(70_000, 0);
        let fits = MAX_PACKET_LENGTH - sender.rtp_overhead();
        for length in [fits + 1, MAX_PACKET_LENGTH, MAX_PACKET_LENGTH + 1, 70_000, usize::MAX] {
            assert!(is_malformed(sender.protect_rtp(&mut long, length)), "{profile:?}, {length}");
        }
        assert_eq!(sender.protect_rtp(&mut long, fits), Ok(MAX_PACKET_LENGTH));
        assert_eq!(receiver.unprotect_rtp(&mut long[..MAX_PACKET_LENGTH]), Ok(fits));

        let mut long = rtcp();
        long.resize(70_000, 0);
        let fits = MAX_PACKET_LENGTH - sender.rtcp_overhead();
        for length in [fits + 1, MAX_PACKET_LENGTH, MAX_PACKET_LENGTH + 1, 70_000, usize::MAX] {
            assert!(is_malformed(sender.protect_rtcp(&mut long, length)), "{profile:?}, {length}");
        }
        assert_eq!(sender.protect_rtcp(&mut long, fits), Ok(MAX_PACKET_LENGTH));
        assert_eq!(receiver.unprotect_rtcp(&mut long[..MAX_PACKET_LENGTH]), Ok(fits));
    }
}

#[test]
fn a_packet_that_cryptex_makes_too_long_is_refused() {
    let headers = HeaderProtection::cryptex(Cryptex::Optional);
    let options = Options::new().header_protection(headers);
    let (mut sender, _) = pair_with(Profile::AEAD_AES_128_GCM, options);
    let mut long = rtp_with(1, 1, None);
    long.resize(70_000, 0);
    assert!(is_malformed(sender.protect_rtp(&mut long, MAX_PACKET_LENGTH - 16)));
    assert_eq!(sender.protect_rtp(&mut long, MAX_PACKET_LENGTH - 20), Ok(MAX_PACKET_LENGTH));
}
