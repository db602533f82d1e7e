//! A fault that others had: a packet that is not authentic must not advance the rollover
//! counter or the window, nor bring an SSRC into being.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{
    SSRC, pair, pair_with, profiles, protect_rtcp, protect_rtp, rtcp, rtp, rtp_of, unprotect_rtcp,
    unprotect_rtp,
};
use privity_srtp::{Error, Options, Profile};

/// A packet of a stranger with any header.
fn forged_rtp(ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut packet = rtp_of(ssrc, sequence);
    packet.extend([0; 16]);
    packet
}

#[test]
fn unauthenticated_packet_must_not_advance_the_rollover_counter() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        let packets: Vec<_> =
            [40_000, 40_001].iter().map(|s| protect_rtp(&mut sender, &rtp(*s))).collect();
        assert!(unprotect_rtp(&mut receiver, &packets[0]).is_ok());
        for sequence in [0, 100, 7_000, 65_535, 7_000] {
            let forged = forged_rtp(SSRC, sequence);
            assert_eq!(unprotect_rtp(&mut receiver, &forged), Err(Error::NotAuthentic));
        }
        assert_eq!(receiver.rollover_counter(SSRC), Some(0));
        assert!(unprotect_rtp(&mut receiver, &packets[1]).is_ok(), "{profile:?}");
    }
}

#[test]
fn unauthenticated_packet_must_not_move_the_window() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        let packets: Vec<_> = (0..3).map(|s| protect_rtp(&mut sender, &rtp(s))).collect();
        let reports: Vec<_> = (0..3).map(|_| protect_rtcp(&mut sender, &rtcp())).collect();
        assert!(unprotect_rtp(&mut receiver, &packets[1]).is_ok());
        assert!(unprotect_rtcp(&mut receiver, &reports[1]).is_ok());

        let forged = forged_rtp(SSRC, 1_000);
        assert_eq!(unprotect_rtp(&mut receiver, &forged), Err(Error::NotAuthentic));
        let mut forged = protect_rtp(&mut sender, &rtp(2_000));
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(unprotect_rtp(&mut receiver, &forged), Err(Error::NotAuthentic));
        let mut forged = protect_rtcp(&mut sender, &rtcp());
        forged[9] ^= 1;
        assert_eq!(unprotect_rtcp(&mut receiver, &forged), Err(Error::NotAuthentic));

        for place in [0, 2] {
            assert!(unprotect_rtp(&mut receiver, &packets[place]).is_ok(), "{profile:?}");
            assert!(unprotect_rtcp(&mut receiver, &reports[place]).is_ok(), "{profile:?}");
        }
    }
}

#[test]
fn unauthenticated_packets_must_not_use_up_the_streams() {
    let options = Options::new().stream_limit(2).unwrap();
    let (mut sender, mut receiver) = pair_with(Profile::AEAD_AES_128_GCM, options);
    for ssrc in 0..100 {
        let forged = forged_rtp(ssrc, 1);
        assert_eq!(unprotect_rtp(&mut receiver, &forged), Err(Error::NotAuthentic));
        assert_eq!(receiver.rollover_counter(ssrc), None);
    }
    let packet = protect_rtp(&mut sender, &rtp(1));
    assert!(unprotect_rtp(&mut receiver, &packet).is_ok());
}

#[test]
fn the_bytes_of_a_packet_that_is_not_authentic_are_never_its_plaintext() {
    for profile in Profile::ENCRYPTING {
        let (mut sender, mut receiver) = pair(profile);
        let plain = rtp(1);
        let mut forged = protect_rtp(&mut sender, &plain);
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(receiver.unprotect_rtp(&mut forged), Err(Error::NotAuthentic));
        assert_ne!(forged[12..plain.len()], plain[12..], "{profile:?}");
    }
}
