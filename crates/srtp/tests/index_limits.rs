//! Index limits: 48 bits for SRTP (RFC 3711 §3.3.1), 31 bits for SRTCP (§3.4).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{
    SSRC, pair, profiles, protect_rtcp, protect_rtp, rtcp, rtp, unprotect_rtcp, unprotect_rtp,
};
use privity_srtp::{Error, Limit, Profile};

#[test]
fn the_last_rtp_index_is_used_and_none_after_it() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        sender.set_rollover_counter(SSRC, u32::MAX).unwrap();
        receiver.set_rollover_counter(SSRC, u32::MAX).unwrap();
        for sequence in [65_533, 65_534, 65_535] {
            let packet = protect_rtp(&mut sender, &rtp(sequence));
            assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(rtp(sequence)));
        }
        let result = sender.protect_rtp_into(&rtp(0), &mut [0; 64]);
        assert_eq!(result, Err(Error::LimitReached(Limit::RtpIndex)), "{profile:?}");
        let mut packet = [rtp(0), vec![0; 16]].concat();
        let result = receiver.unprotect_rtp(&mut packet);
        assert_eq!(result, Err(Error::LimitReached(Limit::RtpIndex)), "{profile:?}");
    }
}

#[test]
fn the_last_rtcp_index_is_used_and_none_after_it() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        sender.set_rtcp_index(SSRC, (1 << 31) - 2).unwrap();
        for _ in 0..2 {
            let packet = protect_rtcp(&mut sender, &rtcp());
            assert_eq!(unprotect_rtcp(&mut receiver, &packet), Ok(rtcp()));
        }
        let result = sender.protect_rtcp_into(&rtcp(), &mut [0; 64]);
        assert_eq!(result, Err(Error::LimitReached(Limit::RtcpIndex)), "{profile:?}");
    }
}

#[test]
fn an_rtcp_index_starts_at_zero_and_never_goes_back() {
    let (mut sender, _) = pair(Profile::AEAD_AES_128_GCM);
    let packet = protect_rtcp(&mut sender, &rtcp());
    assert_eq!(packet[packet.len() - 4..], [0x80, 0, 0, 0]);
    let packet = protect_rtcp(&mut sender, &rtcp());
    assert_eq!(packet[packet.len() - 4..], [0x80, 0, 0, 1]);
    assert!(matches!(sender.set_rtcp_index(SSRC, 1), Err(Error::Misuse(_))));
    assert!(matches!(sender.set_rtcp_index(SSRC, 1 << 31), Err(Error::Misuse(_))));
    assert_eq!(sender.set_rtcp_index(SSRC, 2), Ok(()));
}

#[test]
fn the_next_rtcp_index_is_told_so_that_another_sender_can_go_on() {
    let (mut sender, mut receiver) = pair(Profile::AES_CM_128_HMAC_SHA1_80);
    assert_eq!(sender.next_rtcp_index(SSRC), Some(0));
    for index in 0..3 {
        assert_eq!(sender.next_rtcp_index(SSRC), Some(index));
        let packet = protect_rtcp(&mut sender, &rtcp());
        assert!(unprotect_rtcp(&mut receiver, &packet).is_ok());
    }
    let (mut other, _) = pair(Profile::AES_CM_128_HMAC_SHA1_80);
    other.set_rtcp_index(SSRC, sender.next_rtcp_index(SSRC).unwrap()).unwrap();
    let packet = protect_rtcp(&mut other, &rtcp());
    assert_eq!(unprotect_rtcp(&mut receiver, &packet), Ok(rtcp()));
    other.set_rtcp_index(SSRC, (1 << 31) - 1).unwrap();
    assert_eq!(other.next_rtcp_index(SSRC), Some((1 << 31) - 1));
    let packet = protect_rtcp(&mut other, &rtcp());
    assert_eq!(unprotect_rtcp(&mut receiver, &packet), Ok(rtcp()));
    assert_eq!(other.next_rtcp_index(SSRC), None, "that was the last one");
    let result = other.set_rtcp_index(SSRC, (1 << 31) - 1);
    assert_eq!(result, Err(Error::LimitReached(Limit::RtcpIndex)));
}

#[test]
fn a_refused_rtcp_packet_leaves_its_index() {
    for profile in profiles() {
        let (mut sender, _) = pair(profile);
        let length = rtcp().len();
        let refused = sender.protect_rtcp(&mut rtcp(), length);
        assert!(matches!(refused, Err(Error::BufferTooSmall { .. })));
        assert!(sender.protect_rtcp_into(&rtcp()[..7], &mut [0; 64]).is_err());
        assert_eq!(sender.next_rtcp_index(SSRC), Some(0), "{profile:?}");
        assert_eq!(sender.ssrcs().count(), 0, "nor does it take a place");
        let packet = protect_rtcp(&mut sender, &rtcp());
        let word = packet.len() - if profile.name().starts_with("AEAD") { 4 } else { 14 };
        assert_eq!(packet[word + 1..word + 4], [0; 3], "{profile:?}");
    }
}
