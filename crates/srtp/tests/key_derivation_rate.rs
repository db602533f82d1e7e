//! RFC 3711 §4.3.1: session keys derived anew every so many packets. libsrtp does not have
//! it; both ends here are ours.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{
    SSRC, key, pair_with, profiles, protect_rtcp, protect_rtp, rtcp, rtp, rtp_of, rtp_with,
    unprotect_rtcp, unprotect_rtp,
};
use privity_srtp::{Error, HeaderProtection, Options, Profile, Receiver};

#[test]
fn packets_cross_every_boundary_in_any_order() {
    for profile in profiles() {
        let options = Options::new().key_derivation_rate(16).unwrap();
        let (mut sender, mut receiver) = pair_with(profile, options);
        let packets: Vec<_> = (0..200).map(|s| protect_rtp(&mut sender, &rtp(s))).collect();
        for group in packets.chunks(40) {
            for packet in group.iter().rev() {
                assert!(unprotect_rtp(&mut receiver, packet).is_ok(), "{profile:?}");
            }
        }
        let reports: Vec<_> = (0..80).map(|_| protect_rtcp(&mut sender, &rtcp())).collect();
        for group in reports.chunks(40) {
            for report in group.iter().rev() {
                assert_eq!(unprotect_rtcp(&mut receiver, report), Ok(rtcp()), "{profile:?}");
            }
        }
    }
}

#[test]
fn streams_at_different_indices_share_a_master_key() {
    let options = Options::new().key_derivation_rate(1 << 10).unwrap();
    let (mut sender, mut receiver) = pair_with(Profile::AES_CM_128_HMAC_SHA1_80, options);
    for ssrc in 0..4 {
        sender.set_rollover_counter(ssrc, ssrc * 1_000).unwrap();
        receiver.set_rollover_counter(ssrc, ssrc * 1_000).unwrap();
    }
    for sequence in 0..50 {
        for ssrc in 0..4 {
            let packet = protect_rtp(&mut sender, &rtp_of(ssrc, sequence));
            assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(rtp_of(ssrc, sequence)));
        }
    }
}

#[test]
fn the_first_period_is_as_without_a_rate_and_no_other_is() {
    for profile in profiles() {
        let options = Options::new().key_derivation_rate(4).unwrap();
        let (mut sender, _) = pair_with(profile, options);
        let mut without = Receiver::new(key(profile, 1), Options::new()).unwrap();
        for sequence in 0..4 {
            let packet = protect_rtp(&mut sender, &rtp(sequence));
            assert_eq!(unprotect_rtp(&mut without, &packet), Ok(rtp(sequence)));
        }
        for sequence in 4..24 {
            let packet = protect_rtp(&mut sender, &rtp(sequence));
            assert_eq!(unprotect_rtp(&mut without, &packet), Err(Error::NotAuthentic));
        }
    }
}

/// Session keys are derived before a packet has proven to be authentic: what a forged one
/// displaces is derived again, and nothing else has changed.
#[test]
fn forged_packets_of_other_periods_change_nothing() {
    for profile in profiles() {
        let options = Options::new().key_derivation_rate(4).unwrap();
        let (mut sender, mut receiver) = pair_with(profile, options);
        for sequence in 0..40 {
            let packet = protect_rtp(&mut sender, &rtp(sequence));
            let report = protect_rtcp(&mut sender, &rtcp());
            for other in [0, 4, 8, 200, 204, 30_000] {
                let mut forged = packet.clone();
                forged[2..4].copy_from_slice(&(sequence + 1 + other).to_be_bytes());
                assert_eq!(unprotect_rtp(&mut receiver, &forged), Err(Error::NotAuthentic));
                let mut forged = report.clone();
                let word = rtcp().len() + if profile.name().starts_with("AEAD") { 16 } else { 0 };
                forged[word + 2..word + 4].copy_from_slice(&(sequence + 1 + other).to_be_bytes());
                assert_eq!(unprotect_rtcp(&mut receiver, &forged), Err(Error::NotAuthentic));
            }
            assert!(matches!(receiver.rollover_counter(SSRC), None | Some(0)));
            assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(rtp(sequence)), "{profile:?}");
            assert_eq!(unprotect_rtcp(&mut receiver, &report), Ok(rtcp()), "{profile:?}");
        }
    }
}

/// Quotients that end alike: the keys at hand are those of the whole quotient.
#[test]
fn periods_far_apart_have_keys_of_their_own() {
    let options = Options::new().key_derivation_rate(1).unwrap();
    let (mut sender, mut receiver) = pair_with(Profile::AES_CM_128_HMAC_SHA1_80, options.clone());
    for ssrc in [1, 2] {
        sender.set_rollover_counter(ssrc, (ssrc - 1) << 16).unwrap();
        receiver.set_rollover_counter(ssrc, (ssrc - 1) << 16).unwrap();
    }
    for ssrc in [1, 2] {
        let packet = protect_rtp(&mut sender, &rtp_of(ssrc, 9));
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(rtp_of(ssrc, 9)));
        let (mut fresh, _) = pair_with(Profile::AES_CM_128_HMAC_SHA1_80, options.clone());
        fresh.set_rollover_counter(ssrc, (ssrc - 1) << 16).unwrap();
        assert_eq!(protect_rtp(&mut fresh, &rtp_of(ssrc, 9)), packet, "whatever was at hand");
    }
}

#[test]
fn header_extensions_follow_the_rate() {
    let options = Options::new()
        .key_derivation_rate(2)
        .unwrap()
        .header_protection(HeaderProtection::elements(&[1]).unwrap());
    let (mut sender, mut receiver) = pair_with(Profile::AEAD_AES_128_GCM, options);
    let mut hidden = Vec::new();
    for sequence in 0..12 {
        let plain = rtp_with(sequence, 0, Some((0xbede, &[0x12, 1, 2, 3])));
        let packet = protect_rtp(&mut sender, &plain);
        hidden.push(packet[17..20].to_vec());
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(plain));
    }
    hidden.dedup();
    assert_eq!(hidden.len(), 12);
    assert_eq!(receiver.rollover_counter(SSRC), Some(0));
}
