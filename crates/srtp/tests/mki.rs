//! RFC 3711 §3.1: several master keys, each packet names its own.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{key, profiles, protect_rtcp, protect_rtp, rtcp, rtp, unprotect_rtcp, unprotect_rtp};
use privity_srtp::{Error, MasterKey, Options, Profile, Receiver, Sender};

fn named(profile: Profile, seed: u8) -> MasterKey {
    key(profile, seed).with_mki(&[0, seed]).unwrap()
}

#[test]
fn each_packet_is_opened_with_the_key_it_names() {
    for profile in profiles() {
        let mut sender = Sender::new(named(profile, 1), Options::new()).unwrap();
        let mut receiver = Receiver::new(named(profile, 1), Options::new()).unwrap();
        for seed in 2..=5 {
            receiver.add_key(named(profile, seed)).unwrap();
        }
        for seed in 1..=5 {
            if seed > 1 {
                sender.rekey(named(profile, seed)).unwrap();
            }
            let media = protect_rtp(&mut sender, &rtp(u16::from(seed)));
            let control = protect_rtcp(&mut sender, &rtcp());
            assert_eq!(media.len(), rtp(0).len() + profile.rtp_tag_length() + 2);
            assert_eq!(unprotect_rtp(&mut receiver, &media), Ok(rtp(u16::from(seed))));
            assert_eq!(unprotect_rtcp(&mut receiver, &control), Ok(rtcp()));
        }
    }
}

#[test]
fn the_mki_stands_where_the_rfcs_say() {
    let plain = rtp(1).len();
    let mut sender =
        Sender::new(named(Profile::AES_CM_128_HMAC_SHA1_80, 7), Options::new()).unwrap();
    let packet = protect_rtp(&mut sender, &rtp(1));
    assert_eq!(packet[plain..plain + 2], [0, 7], "RFC 3711: before the tag");
    let mut sender = Sender::new(named(Profile::AEAD_AES_128_GCM, 7), Options::new()).unwrap();
    let packet = protect_rtp(&mut sender, &rtp(1));
    assert_eq!(packet[packet.len() - 2..], [0, 7], "RFC 7714: after the tag");
}

#[test]
fn an_unknown_mki_is_told_apart_from_a_false_tag() {
    for profile in profiles() {
        let mut sender = Sender::new(named(profile, 1), Options::new()).unwrap();
        let mut receiver = Receiver::new(named(profile, 2), Options::new()).unwrap();
        let media = protect_rtp(&mut sender, &rtp(1));
        let control = protect_rtcp(&mut sender, &rtcp());
        assert_eq!(unprotect_rtp(&mut receiver, &media), Err(Error::UnknownKey));
        assert_eq!(unprotect_rtcp(&mut receiver, &control), Err(Error::UnknownKey));
        receiver.add_key(named(profile, 1)).unwrap();
        receiver.remove_key(&[0, 2]).unwrap();
        assert_eq!(unprotect_rtp(&mut receiver, &media), Ok(rtp(1)));
        assert_eq!(unprotect_rtcp(&mut receiver, &control), Ok(rtcp()));
    }
}

#[test]
fn keys_that_do_not_fit_the_others_are_refused() {
    let profile = Profile::AEAD_AES_128_GCM;
    let mut receiver = Receiver::new(named(profile, 1), Options::new()).unwrap();
    let misuse = |result| matches!(result, Err(Error::Misuse(_)));
    assert!(misuse(receiver.add_key(key(profile, 2))), "no MKI");
    assert!(misuse(receiver.add_key(key(profile, 2).with_mki(&[1]).unwrap())), "another length");
    assert!(misuse(receiver.add_key(key(profile, 2).with_mki(&[0, 1]).unwrap())), "a known MKI");
    assert!(misuse(receiver.add_key(key(profile, 1).with_mki(&[0, 9]).unwrap())), "a known key");
    assert!(misuse(receiver.add_key(named(Profile::AEAD_AES_256_GCM, 2))), "another profile");
    assert!(misuse(receiver.rekey(named(profile, 2), 1)), "an overlap is without MKIs");
    assert!(misuse(receiver.remove_key(&[0, 1])), "the last key");
    assert_eq!(receiver.remove_key(&[9, 9]), Err(Error::UnknownKey));
    for seed in 2..=64 {
        assert_eq!(receiver.add_key(named(profile, seed)), Ok(()));
    }
    assert!(misuse(receiver.add_key(named(profile, 65))), "too many keys");
    assert!(misuse(receiver.rekey(named(profile, 65), 0)), "one of several has no successor");
}

#[test]
fn keys_with_and_without_an_mki_are_never_mixed() {
    let profile = Profile::AEAD_AES_128_GCM;
    let misuse = |result| matches!(result, Err(Error::Misuse(_)));
    let mut with = Receiver::new(named(profile, 1), Options::new()).unwrap();
    assert!(misuse(with.rekey(key(profile, 2), 1)), "a successor to a key with an MKI");
    let mut without = Receiver::new(key(profile, 1), Options::new()).unwrap();
    assert!(misuse(without.rekey(named(profile, 2), 1)), "a successor with an MKI");
    assert!(misuse(without.add_key(named(profile, 2))), "an MKI beside none");
    assert!(misuse(without.add_key(key(profile, 2))), "a second key without an MKI");
    assert!(misuse(without.remove_key(&[])), "the only key");
    without.rekey(key(profile, 2), 1).unwrap();
    let ends_by_time = Error::Misuse("a master key without an MKI is replaced, not removed");
    assert_eq!(without.remove_key(&[]), Err(ends_by_time));
}
