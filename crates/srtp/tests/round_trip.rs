//! What one end protects, the other opens: each profile, each shape of packet.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{
    pair, profiles, protect_rtcp, protect_rtp, rtcp, rtp, rtp_with, unprotect_rtcp, unprotect_rtp,
};

#[test]
fn rtp_comes_back_as_it_was_with_0_to_15_sources_and_either_extension() {
    let extensions: [Option<(u16, &[u8])>; 4] = [
        None,
        Some((0xbede, &[0x10, 1, 0x21, 1, 2, 0, 0, 0])),
        Some((0x1000, &[1, 1, 9, 0, 2, 1, 8, 0])),
        Some((0xabcd, &[0xff; 8])),
    ];
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        let mut sequence = 0;
        for sources in 0..=15 {
            for extension in extensions {
                sequence += 1;
                let plain = rtp_with(sequence, sources, extension);
                let protected = protect_rtp(&mut sender, &plain);
                assert_eq!(protected.len(), plain.len() + profile.rtp_tag_length());
                assert_eq!(unprotect_rtp(&mut receiver, &protected), Ok(plain), "{profile:?}");
            }
        }
    }
}

#[test]
fn rtcp_comes_back_as_it_was_alone_and_compound() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        for count in 1..10 {
            let plain = rtcp().repeat(count);
            let protected = protect_rtcp(&mut sender, &plain);
            assert_eq!(protected.len(), plain.len() + profile.rtcp_tag_length() + 4);
            assert_eq!(unprotect_rtcp(&mut receiver, &protected), Ok(plain), "{profile:?}");
        }
    }
}

#[test]
fn only_the_profile_without_encryption_leaves_the_payload_readable() {
    for profile in profiles() {
        let (mut sender, _) = pair(profile);
        let plain = rtp(1);
        let protected = protect_rtp(&mut sender, &plain);
        let readable = protected[12..plain.len()] == plain[12..];
        assert_eq!(readable, profile.name() == "NULL_HMAC_SHA1_80", "{profile:?}");
    }
}

#[test]
fn every_changed_bit_is_found() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        let rtp = protect_rtp(&mut sender, &rtp(1));
        let rtcp = protect_rtcp(&mut sender, &rtcp());
        for bit in 0..8 * rtp.len() {
            let mut forged = rtp.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert!(unprotect_rtp(&mut receiver, &forged).is_err(), "{profile:?} RTP bit {bit}");
        }
        for bit in 0..8 * rtcp.len() {
            let mut forged = rtcp.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert!(unprotect_rtcp(&mut receiver, &forged).is_err(), "{profile:?} RTCP bit {bit}");
        }
        assert!(unprotect_rtp(&mut receiver, &rtp).is_ok());
        assert!(unprotect_rtcp(&mut receiver, &rtcp).is_ok());
    }
}
