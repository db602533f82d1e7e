//! A fault that others had: SRTCP with E = 0 (RFC 3711 §3.4) taken against the policy.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{SSRC, key, profiles, protect_rtcp, rtcp, unprotect_rtcp};
use privity_srtp::{Error, MasterKey, Options, Profile, Receiver, RtcpEncryption, Sender};

fn sender(profile: Profile) -> Sender {
    let options = Options::new().rtcp_encryption(RtcpEncryption::Off);
    Sender::new(key(profile, 1), options).unwrap()
}

fn receiver(key: MasterKey, rtcp: RtcpEncryption) -> Receiver {
    Receiver::new(key, Options::new().rtcp_encryption(rtcp)).unwrap()
}

#[test]
fn srtcp_with_e_0_is_refused_unless_the_options_allow_it() {
    for profile in Profile::ENCRYPTING {
        let packet = protect_rtcp(&mut sender(profile), &rtcp());
        assert_eq!(packet[..rtcp().len()], rtcp(), "{profile:?} stays readable");
        let mut strict = receiver(key(profile, 1), RtcpEncryption::Required);
        assert_eq!(unprotect_rtcp(&mut strict, &packet), Err(Error::NotEncrypted));
        let short = protect_rtcp(&mut sender(profile), &rtcp()[..8]);
        assert_eq!(unprotect_rtcp(&mut strict, &short), Err(Error::NotEncrypted));
        strict.rekey(key(profile, 2), 9).unwrap();
        assert_eq!(unprotect_rtcp(&mut strict, &packet), Err(Error::NotEncrypted), "overlap");
        let mut lenient = receiver(key(profile, 1), RtcpEncryption::Off);
        assert_eq!(unprotect_rtcp(&mut lenient, &packet), Ok(rtcp()));
        assert_eq!(unprotect_rtcp(&mut lenient, &packet), Err(Error::Replayed));
    }
}

#[test]
fn srtcp_with_e_0_is_authenticated_all_the_same() {
    for profile in Profile::ENCRYPTING {
        let packet = protect_rtcp(&mut sender(profile), &rtcp());
        let mut lenient = receiver(key(profile, 1), RtcpEncryption::Off);
        for bit in 0..8 * packet.len() {
            let mut forged = packet.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert!(lenient.unprotect_rtcp(&mut forged).is_err(), "{profile:?}, bit {bit}");
        }
        assert_eq!(unprotect_rtcp(&mut lenient, &packet), Ok(rtcp()));
    }
}

#[test]
fn srtcp_with_e_0_under_a_named_key_is_authenticated_all_the_same() {
    for profile in Profile::ENCRYPTING {
        let named = || key(profile, 1).with_mki(&[7; 3]).unwrap();
        let options = Options::new().rtcp_encryption(RtcpEncryption::Off);
        let mut sender = Sender::new(named(), options).unwrap();
        let packet = protect_rtcp(&mut sender, &rtcp());
        let mut lenient = receiver(named(), RtcpEncryption::Off);
        for bit in 0..8 * packet.len() {
            let mut forged = packet.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert!(lenient.unprotect_rtcp(&mut forged).is_err(), "{profile:?}, bit {bit}");
        }
        assert_eq!(unprotect_rtcp(&mut lenient, &packet), Ok(rtcp()));
    }
}

#[test]
fn clearing_the_flag_of_an_encrypted_packet_gives_nothing() {
    for profile in Profile::ENCRYPTING {
        let mut sender = Sender::new(key(profile, 1), Options::new()).unwrap();
        let mut packet = protect_rtcp(&mut sender, &rtcp());
        let word = match profile.name().starts_with("AEAD") {
            true => packet.len() - 4,
            false => packet.len() - 14,
        };
        assert_eq!(packet[word] >> 7, 1);
        packet[word] &= 0x7f;
        let mut lenient = receiver(key(profile, 1), RtcpEncryption::Off);
        assert_eq!(unprotect_rtcp(&mut lenient, &packet), Err(Error::NotAuthentic));
    }
}

/// RFC 3711 §3.4: the flag says it packet by packet.
#[test]
fn a_receiver_that_does_not_ask_for_encryption_takes_both() {
    for profile in Profile::ENCRYPTING {
        let mut encrypting = Sender::new(key(profile, 1), Options::new()).unwrap();
        let mut clear = sender(profile);
        clear.set_rtcp_index(SSRC, 1).unwrap();
        let mut lenient = receiver(key(profile, 1), RtcpEncryption::Off);
        let packet = protect_rtcp(&mut encrypting, &rtcp());
        assert_ne!(packet[8..rtcp().len()], rtcp()[8..]);
        assert_eq!(unprotect_rtcp(&mut lenient, &packet), Ok(rtcp()), "{profile:?}");
        let packet = protect_rtcp(&mut clear, &rtcp());
        assert_eq!(unprotect_rtcp(&mut lenient, &packet), Ok(rtcp()), "{profile:?}");
    }
}

/// To check the tag the word is put behind the report, over what stands there.
#[test]
fn in_an_overlap_a_packet_with_e_0_is_put_back_for_the_second_key() {
    for profile in profiles() {
        let mut sender = sender(profile);
        let packets = [(); 2].map(|()| protect_rtcp(&mut sender, &rtcp()));
        let mut lenient = receiver(key(profile, 1), RtcpEncryption::Off);
        lenient.rekey(key(profile, 2), 9).unwrap();
        assert_eq!(unprotect_rtcp(&mut lenient, &packets[0]), Ok(rtcp()), "{profile:?}");
        let mut forged = packets[1].clone();
        forged[10] ^= 1;
        assert_eq!(unprotect_rtcp(&mut lenient, &forged), Err(Error::NotAuthentic));
        assert_eq!(unprotect_rtcp(&mut lenient, &packets[1]), Ok(rtcp()), "{profile:?}");
    }
}

#[test]
fn the_profile_without_encryption_sends_and_takes_e_0() {
    let profile = Profile::NULL_HMAC_SHA1_80;
    let mut sender = Sender::new(key(profile, 1), Options::new()).unwrap();
    let packet = protect_rtcp(&mut sender, &rtcp());
    assert_eq!(packet[rtcp().len()] >> 7, 0);
    let mut strict = receiver(key(profile, 1), RtcpEncryption::Required);
    assert_eq!(unprotect_rtcp(&mut strict, &packet), Ok(rtcp()));
}
