//! Re-keying in place without MKI: no packet in flight is lost, and the old key ends.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{
    SSRC, key, pair, profiles, protect_rtcp, protect_rtp, rtcp, rtp, unprotect_rtcp, unprotect_rtp,
};
use privity_srtp::{Error, Options, Profile, Receiver};

#[test]
fn packets_in_flight_are_opened_with_the_old_key_until_its_time_is_over() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        let before: Vec<_> = (0..4).map(|s| protect_rtp(&mut sender, &rtp(s))).collect();
        let report = protect_rtcp(&mut sender, &rtcp());
        assert!(unprotect_rtp(&mut receiver, &before[0]).is_ok());

        sender.rekey(key(profile, 2)).unwrap();
        receiver.rekey(key(profile, 2), 5_000).unwrap();
        assert_eq!(receiver.poll_timeout(), Some(5_000));
        let after: Vec<_> = (4..8).map(|s| protect_rtp(&mut sender, &rtp(s))).collect();
        let next_report = protect_rtcp(&mut sender, &rtcp());

        assert_eq!(unprotect_rtp(&mut receiver, &after[0]), Ok(rtp(4)));
        assert_eq!(unprotect_rtp(&mut receiver, &before[1]), Ok(rtp(1)), "{profile:?}");
        assert_eq!(unprotect_rtcp(&mut receiver, &next_report), Ok(rtcp()));
        assert_eq!(unprotect_rtcp(&mut receiver, &report), Ok(rtcp()));
        assert_eq!(unprotect_rtp(&mut receiver, &before[1]), Err(Error::Replayed));

        receiver.handle_timeout(4_999);
        assert_eq!(unprotect_rtp(&mut receiver, &before[2]), Ok(rtp(2)));
        receiver.handle_timeout(5_000);
        assert_eq!(receiver.poll_timeout(), None);
        assert_eq!(unprotect_rtp(&mut receiver, &before[3]), Err(Error::NotAuthentic));
        assert_eq!(unprotect_rtp(&mut receiver, &after[1]), Ok(rtp(5)));
    }
}

#[test]
fn a_packet_under_neither_key_is_not_authentic() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        let mut packet = protect_rtp(&mut sender, &rtp(1));
        receiver.rekey(key(profile, 2), 5_000).unwrap();
        packet[14] ^= 1;
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Err(Error::NotAuthentic));
        packet[14] ^= 1;
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(rtp(1)));
    }
}

#[test]
fn rollover_counter_and_rtcp_index_go_on_under_the_new_key() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        for sequence in [65_534, 65_535, 0] {
            let packet = protect_rtp(&mut sender, &rtp(sequence));
            assert!(unprotect_rtp(&mut receiver, &packet).is_ok());
        }
        protect_rtcp(&mut sender, &rtcp());
        sender.rekey(key(profile, 2)).unwrap();
        receiver.rekey(key(profile, 2), 0).unwrap();
        assert_eq!(sender.rollover_counter(SSRC), Some(1));
        let packet = protect_rtp(&mut sender, &rtp(1));
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(rtp(1)));
        let report = protect_rtcp(&mut sender, &rtcp());
        let word = report.len() - if profile.name().starts_with("AEAD") { 4 } else { 14 };
        assert_eq!(report[word + 3], 1, "{profile:?}");
    }
}

#[test]
fn a_second_successor_ends_the_first_overlap() {
    let profile = Profile::AEAD_AES_128_GCM;
    let (mut sender, mut receiver) = pair(profile);
    let oldest = protect_rtp(&mut sender, &rtp(1));
    sender.rekey(key(profile, 2)).unwrap();
    receiver.rekey(key(profile, 2), 100).unwrap();
    let older = protect_rtp(&mut sender, &rtp(2));
    sender.rekey(key(profile, 3)).unwrap();
    receiver.rekey(key(profile, 3), 200).unwrap();
    assert_eq!(receiver.poll_timeout(), Some(200));
    let newest = protect_rtp(&mut sender, &rtp(3));
    assert_eq!(unprotect_rtp(&mut receiver, &newest), Ok(rtp(3)));
    assert_eq!(unprotect_rtp(&mut receiver, &older), Ok(rtp(2)));
    assert_eq!(unprotect_rtp(&mut receiver, &oldest), Err(Error::NotAuthentic));
    assert_eq!(receiver.rekey(key(profile, 1), 300), Ok(()), "the first key is gone");
}

#[test]
fn without_an_overlap_the_old_key_ends_at_once() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        let before = [1, 2].map(|sequence| protect_rtp(&mut sender, &rtp(sequence)));
        let report = protect_rtcp(&mut sender, &rtcp());
        assert!(unprotect_rtp(&mut receiver, &before[0]).is_ok());
        sender.rekey(key(profile, 2)).unwrap();
        receiver.rekey(key(profile, 2), 0).unwrap();
        assert_eq!(receiver.poll_timeout(), None);
        assert_eq!(unprotect_rtp(&mut receiver, &before[1]), Err(Error::NotAuthentic));
        assert_eq!(unprotect_rtcp(&mut receiver, &report), Err(Error::NotAuthentic));
        let after = protect_rtp(&mut sender, &rtp(3));
        assert_eq!(unprotect_rtp(&mut receiver, &after), Ok(rtp(3)));
    }
}

#[test]
fn a_third_key_without_an_overlap_ends_both_before_it() {
    let profile = Profile::AES_CM_128_HMAC_SHA1_80;
    let (mut sender, mut receiver) = pair(profile);
    let oldest = protect_rtp(&mut sender, &rtp(1));
    sender.rekey(key(profile, 2)).unwrap();
    receiver.rekey(key(profile, 2), 900).unwrap();
    let older = protect_rtp(&mut sender, &rtp(2));
    for installed in [1, 2] {
        let refused = receiver.rekey(key(profile, installed), 0);
        assert!(matches!(refused, Err(Error::Misuse(_))), "installed");
    }
    assert_eq!(receiver.poll_timeout(), Some(900), "a refused key changes nothing");
    sender.rekey(key(profile, 3)).unwrap();
    receiver.rekey(key(profile, 3), 0).unwrap();
    assert_eq!(receiver.poll_timeout(), None);
    assert_eq!(unprotect_rtp(&mut receiver, &oldest), Err(Error::NotAuthentic));
    assert_eq!(unprotect_rtp(&mut receiver, &older), Err(Error::NotAuthentic));
    let newest = protect_rtp(&mut sender, &rtp(3));
    assert_eq!(unprotect_rtp(&mut receiver, &newest), Ok(rtp(3)));
}

/// What a sender can do, a receiver can follow.
#[test]
fn without_an_overlap_the_profile_and_the_mki_may_change() {
    let (mut sender, mut receiver) = pair(Profile::AEAD_AES_128_GCM);
    let successors = [
        key(Profile::AES_256_CM_HMAC_SHA1_32, 2),
        key(Profile::AES_256_CM_HMAC_SHA1_32, 3).with_mki(&[3]).unwrap(),
        key(Profile::AEAD_AES_256_GCM, 4).with_mki(&[4, 4]).unwrap(),
        key(Profile::NULL_HMAC_SHA1_80, 5),
    ];
    let packet = protect_rtp(&mut sender, &rtp(65_535));
    assert!(unprotect_rtp(&mut receiver, &packet).is_ok());
    for (sequence, seed) in (0..).zip(2..) {
        let Some(successor) = successors.get(usize::from(sequence)) else { break };
        let again = || match successor.mki() {
            [] => key(successor.profile(), seed),
            mki => key(successor.profile(), seed).with_mki(mki).unwrap(),
        };
        assert!(matches!(receiver.rekey(again(), 9), Err(Error::Misuse(_))), "no overlap");
        sender.rekey(again()).unwrap();
        receiver.rekey(again(), 0).unwrap();
        let packet = protect_rtp(&mut sender, &rtp(sequence));
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(rtp(sequence)));
        let report = protect_rtcp(&mut sender, &rtcp());
        assert_eq!(unprotect_rtcp(&mut receiver, &report), Ok(rtcp()));
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Err(Error::Replayed));
    }
    assert_eq!(receiver.rollover_counter(SSRC), Some(1));
    let (_, mut receiver) = pair(Profile::AES_CM_128_HMAC_SHA1_80);
    let clear = receiver.rekey(key(Profile::NULL_HMAC_SHA1_80, 2), 9);
    assert!(matches!(clear, Err(Error::Misuse(_))), "all lengths are the same");
}

#[test]
fn neither_key_of_an_overlap_is_taken_as_a_successor() {
    let profile = Profile::AEAD_AES_128_GCM;
    let mut receiver = Receiver::new(key(profile, 1), Options::new()).unwrap();
    receiver.rekey(key(profile, 2), 100).unwrap();
    for installed in [1, 2] {
        assert!(matches!(receiver.rekey(key(profile, installed), 200), Err(Error::Misuse(_))));
    }
    assert_eq!(receiver.poll_timeout(), Some(100));
    receiver.handle_timeout(100);
    assert_eq!(receiver.rekey(key(profile, 1), 200), Ok(()));
}
