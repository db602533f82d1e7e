//! RFC 3711 §3.1, §9.2: a sender with several master keys, each with a life of its own,
//! and none with two.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{
    SSRC, key, pair, profiles, protect_rtcp, protect_rtp, rtcp, rtp, unprotect_rtcp, unprotect_rtp,
};
use privity_srtp::{Error, Event, Limit, MasterKey, Options, Profile, Protocol, Receiver, Sender};

const GCM: Profile = Profile::AEAD_AES_128_GCM;

fn named(profile: Profile, seed: u8) -> MasterKey {
    key(profile, seed).with_mki(&[0, seed]).unwrap()
}

fn short(seed: u8) -> MasterKey {
    named(GCM, seed).with_lifetime(3, 2).unwrap()
}

fn sender(keys: impl IntoIterator<Item = MasterKey>) -> Sender {
    let mut keys = keys.into_iter();
    let mut sender = Sender::new(keys.next().unwrap(), Options::new()).unwrap();
    keys.for_each(|key| sender.add_key(key).unwrap());
    sender
}

fn misuse<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Misuse(_)))
}

#[test]
fn a_key_is_selected_for_each_packet() {
    for profile in profiles() {
        let mut sender = sender([1, 2, 3].map(|seed| named(profile, seed)));
        let mut receiver = Receiver::new(named(profile, 1), Options::new()).unwrap();
        receiver.add_key(named(profile, 2)).unwrap();
        receiver.add_key(named(profile, 3)).unwrap();
        for (sequence, seed) in (0..).zip([1, 2, 1, 3, 3, 2, 1]) {
            sender.select_key(&[0, seed]).unwrap();
            let media = protect_rtp(&mut sender, &rtp(sequence));
            let place = match profile.name().starts_with("AEAD") {
                true => media.len(),
                false => media.len() - profile.rtp_tag_length(),
            };
            assert_eq!(media[place - 2..place], [0, seed], "{profile:?}");
            assert_eq!(unprotect_rtp(&mut receiver, &media), Ok(rtp(sequence)));
            let control = protect_rtcp(&mut sender, &rtcp());
            assert_eq!(unprotect_rtcp(&mut receiver, &control), Ok(rtcp()));
        }
    }
}

#[test]
fn the_life_of_a_key_goes_on_when_it_is_selected_again() {
    let mut sender = sender([short(1), short(2)]);
    for (sequence, seed) in (0..).zip([1, 2, 1, 2, 1, 2]) {
        sender.select_key(&[0, seed]).unwrap();
        protect_rtp(&mut sender, &rtp(sequence));
    }
    for seed in [1, 2] {
        sender.select_key(&[0, seed]).unwrap();
        let result = sender.protect_rtp_into(&rtp(9), &mut [0; 64]);
        assert_eq!(result, Err(Error::LimitReached(Limit::RtpLifetime)));
    }
    sender.add_key(named(GCM, 3)).unwrap();
    sender.select_key(&[0, 3]).unwrap();
    protect_rtp(&mut sender, &rtp(9));
}

#[test]
fn a_warning_names_its_key_also_when_another_is_in_use() {
    let mut sender = sender([short(1), short(2)]);
    protect_rtp(&mut sender, &rtp(0));
    protect_rtp(&mut sender, &rtp(1));
    sender.select_key(&[0, 2]).unwrap();
    protect_rtcp(&mut sender, &rtcp());
    let expiring =
        |seed, protocol| Some(Event::KeyExpiring { mki: vec![0, seed], protocol, remaining: 1 });
    assert_eq!(sender.poll_event(), expiring(2, Protocol::Rtcp));
    assert_eq!(sender.poll_event(), expiring(1, Protocol::Rtp));
    assert_eq!(sender.poll_event(), None);
}

#[test]
fn a_key_that_was_replaced_or_removed_never_comes_back() {
    for profile in profiles() {
        let (mut without, _) = pair(profile);
        without.rekey(key(profile, 2)).unwrap();
        assert!(misuse(without.rekey(key(profile, 1))), "{profile:?}");
        assert!(misuse(without.rekey(named(profile, 1))), "under an MKI neither");
        without.rekey(key(profile, 3)).unwrap();
        assert!(misuse(without.rekey(key(profile, 2))));

        let mut with = sender([named(profile, 1), named(profile, 2)]);
        with.select_key(&[0, 2]).unwrap();
        with.remove_key(&[0, 1]).unwrap();
        assert_eq!(with.select_key(&[0, 1]), Err(Error::UnknownKey));
        assert!(misuse(with.add_key(named(profile, 1))), "{profile:?}");
        assert!(misuse(with.add_key(key(profile, 1).with_mki(&[7, 7]).unwrap())));
    }
}

#[test]
fn a_shorter_tag_is_no_other_key() {
    let (long, tagged) = (Profile::AES_CM_128_HMAC_SHA1_80, Profile::AES_CM_128_HMAC_SHA1_32);
    let (mut sender, _) = pair(long);
    assert!(misuse(sender.rekey(key(tagged, 1))), "in use");
    sender.rekey(key(tagged, 2)).unwrap();
    assert!(misuse(sender.rekey(key(tagged, 1))), "in use before");
    assert!(misuse(sender.rekey(key(Profile::NULL_HMAC_SHA1_80, 1))), "for no encryption neither");
}

#[test]
fn keys_that_do_not_fit_the_others_are_refused_and_change_nothing() {
    let mut several = sender([named(GCM, 1), named(GCM, 2)]);
    assert!(misuse(several.add_key(key(GCM, 3))), "no MKI");
    assert!(misuse(several.add_key(key(GCM, 3).with_mki(&[3]).unwrap())), "another length");
    assert!(misuse(several.add_key(key(GCM, 3).with_mki(&[0, 1]).unwrap())), "the MKI in use");
    assert!(misuse(several.add_key(key(GCM, 3).with_mki(&[0, 2]).unwrap())), "a known MKI");
    for seed in [1, 2] {
        assert!(misuse(several.add_key(key(GCM, seed).with_mki(&[0, 9]).unwrap())), "a known key");
    }
    assert!(misuse(several.add_key(named(Profile::AEAD_AES_256_GCM, 3))), "another profile");
    assert!(misuse(several.rekey(named(GCM, 3))), "one of several has no successor");
    assert!(misuse(several.remove_key(&[0, 1])), "the key in use");
    assert_eq!(several.remove_key(&[9, 9]), Err(Error::UnknownKey));
    assert_eq!(several.select_key(&[9, 9]), Err(Error::UnknownKey));
    let packet = protect_rtp(&mut several, &rtp(1));
    assert_eq!(packet[packet.len() - 2..], [0, 1], "the key in use is as before");
    for seed in 3..=64 {
        assert_eq!(several.add_key(named(GCM, seed)), Ok(()));
    }
    assert!(misuse(several.add_key(named(GCM, 65))), "too many keys");

    let (mut without, _) = pair(GCM);
    assert!(misuse(without.add_key(named(GCM, 2))), "an MKI beside none");
    assert!(misuse(without.remove_key(&[])), "the only key");
}

#[test]
fn indices_go_on_whichever_key_is_selected() {
    let mut sender = sender([named(GCM, 1), named(GCM, 2)]);
    protect_rtp(&mut sender, &rtp(65_535));
    sender.select_key(&[0, 2]).unwrap();
    let result = sender.protect_rtp_into(&rtp(65_535), &mut [0; 64]);
    assert_eq!(result, Err(Error::Reused));
    protect_rtp(&mut sender, &rtp(0));
    assert_eq!(sender.last_index(SSRC), Some(1 << 16));
    assert_eq!(protect_rtcp(&mut sender, &rtcp())[44..48], [0x80, 0, 0, 0]);
    sender.select_key(&[0, 1]).unwrap();
    assert_eq!(protect_rtcp(&mut sender, &rtcp())[44..48], [0x80, 0, 0, 1]);
}
