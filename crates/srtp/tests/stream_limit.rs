//! Many SSRCs under one master key, bounded, none evicted.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{pair_with, protect_rtcp, protect_rtp, rtcp, rtp_of, unprotect_rtcp, unprotect_rtp};
use privity_srtp::{Error, Options, Profile};

#[test]
fn one_ssrc_more_is_refused_and_none_is_forgotten() {
    let options = Options::new().stream_limit(300).unwrap();
    let (mut sender, _) = pair_with(Profile::AEAD_AES_128_GCM, options.clone());
    let (mut more, mut receiver) = pair_with(Profile::AEAD_AES_128_GCM, options);
    let ssrcs = || (0..300u32).map(|number| number.wrapping_mul(0x9e37_79b9));
    let packets: Vec<_> = ssrcs().map(|ssrc| protect_rtp(&mut sender, &rtp_of(ssrc, 1))).collect();
    for packet in &packets {
        assert!(unprotect_rtp(&mut receiver, packet).is_ok());
    }
    let result = sender.protect_rtp_into(&rtp_of(1, 1), &mut [0; 64]);
    assert_eq!(result, Err(Error::StreamLimit));
    assert_eq!(sender.set_rollover_counter(1, 1), Err(Error::StreamLimit));
    assert_eq!(sender.next_rtcp_index(1), None);
    let packet = protect_rtp(&mut more, &rtp_of(1, 1));
    assert_eq!(unprotect_rtp(&mut receiver, &packet), Err(Error::StreamLimit));
    assert_eq!(receiver.set_index(1, 1), Err(Error::StreamLimit));
    let report = protect_rtcp(&mut more, &rtcp());
    assert_eq!(unprotect_rtcp(&mut receiver, &report), Err(Error::StreamLimit));
    for packet in &packets {
        assert_eq!(unprotect_rtp(&mut receiver, packet), Err(Error::Replayed));
    }
}

#[test]
fn the_ssrcs_are_told_once_they_have_proven_to_be_genuine() {
    let (mut sender, mut receiver) = pair_with(Profile::AEAD_AES_128_GCM, Options::new());
    for ssrc in [7, 2, 9] {
        let packet = protect_rtp(&mut sender, &rtp_of(ssrc, 40));
        let mut forged = packet.clone();
        forged[20] ^= 1;
        assert!(unprotect_rtp(&mut receiver, &forged).is_err());
        assert_eq!(receiver.last_index(ssrc), None);
        if ssrc != 9 {
            assert!(unprotect_rtp(&mut receiver, &packet).is_ok());
            assert_eq!(receiver.last_index(ssrc), Some(40));
        }
    }
    assert_eq!(sender.ssrcs().collect::<Vec<_>>(), [2, 7, 9]);
    assert_eq!(receiver.ssrcs().collect::<Vec<_>>(), [2, 7]);
    let report = protect_rtcp(&mut sender, &rtcp());
    assert!(unprotect_rtcp(&mut receiver, &report).is_ok());
    assert_eq!(receiver.ssrcs().collect::<Vec<_>>(), [2, 7, common::SSRC]);
    assert_eq!(receiver.last_index(common::SSRC), None, "no RTP was heard");
}

#[test]
fn without_a_word_there_is_room_for_256() {
    let (mut sender, _) = pair_with(Profile::AEAD_AES_128_GCM, Options::new());
    for ssrc in 0..256 {
        protect_rtp(&mut sender, &rtp_of(ssrc, 1));
    }
    assert_eq!(sender.protect_rtp_into(&rtp_of(256, 1), &mut [0; 64]), Err(Error::StreamLimit));
}

#[test]
fn a_raised_limit_makes_room_and_forgets_nothing() {
    let options = Options::new().stream_limit(2).unwrap().replay_window(64).unwrap();
    let (mut sender, mut receiver) = pair_with(Profile::AES_CM_128_HMAC_SHA1_80, options);
    let mut packets: Vec<_> =
        (1..=2).map(|ssrc| protect_rtp(&mut sender, &rtp_of(ssrc, 9))).collect();
    assert_eq!(sender.protect_rtp_into(&rtp_of(3, 9), &mut [0; 64]), Err(Error::StreamLimit));
    assert!(matches!(sender.raise_stream_limit(1), Err(Error::Misuse(_))), "never down");
    assert_eq!(sender.raise_stream_limit(40), Ok(()));
    packets.extend((3..=40).map(|ssrc| protect_rtp(&mut sender, &rtp_of(ssrc, 9))));
    assert_eq!(sender.protect_rtp_into(&rtp_of(41, 9), &mut [0; 64]), Err(Error::StreamLimit));
    assert_eq!(sender.protect_rtp_into(&rtp_of(1, 9), &mut [0; 64]), Err(Error::Reused));

    for packet in &packets[..2] {
        assert!(unprotect_rtp(&mut receiver, packet).is_ok());
    }
    assert_eq!(unprotect_rtp(&mut receiver, &packets[2]), Err(Error::StreamLimit));
    assert_eq!(receiver.raise_stream_limit(2), Ok(()), "what it is");
    assert_eq!(receiver.raise_stream_limit(u16::MAX), Ok(()));
    assert!(matches!(receiver.raise_stream_limit(40), Err(Error::Misuse(_))));
    for (place, packet) in packets.iter().enumerate() {
        assert_eq!(unprotect_rtp(&mut receiver, packet).is_ok(), place >= 2, "{place}");
        assert_eq!(unprotect_rtp(&mut receiver, packet), Err(Error::Replayed));
    }
}

#[test]
fn rtp_and_rtcp_of_one_ssrc_share_a_place() {
    let options = Options::new().stream_limit(1).unwrap();
    let (mut sender, mut receiver) = pair_with(Profile::AEAD_AES_128_GCM, options);
    let report = protect_rtcp(&mut sender, &rtcp());
    let packet = protect_rtp(&mut sender, &rtp_of(common::SSRC, 1));
    assert!(unprotect_rtcp(&mut receiver, &report).is_ok());
    assert!(unprotect_rtp(&mut receiver, &packet).is_ok());
}
