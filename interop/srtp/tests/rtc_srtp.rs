//! Against rtc-srtp, which shares no code with libsrtp: its profiles, both directions.

mod common;

use common::{
    key, key_and_salt, protect_rtcp, protect_rtp, rtcp, rtp, rtp_with, unprotect_rtcp,
    unprotect_rtp,
};
use privity_srtp::{Error, Options, Profile, Receiver, Sender};
use rtc_srtp::context::Context;
use rtc_srtp::option::{srtcp_replay_protection, srtp_replay_protection};
use rtc_srtp::protection_profile::ProtectionProfile;

const PROFILES: [(Profile, ProtectionProfile); 6] = [
    (Profile::AES_CM_128_HMAC_SHA1_80, ProtectionProfile::Aes128CmHmacSha1_80),
    (Profile::AES_CM_128_HMAC_SHA1_32, ProtectionProfile::Aes128CmHmacSha1_32),
    (Profile::AES_256_CM_HMAC_SHA1_80, ProtectionProfile::Aes256CmHmacSha1_80),
    (Profile::AES_256_CM_HMAC_SHA1_32, ProtectionProfile::Aes256CmHmacSha1_32),
    (Profile::AEAD_AES_128_GCM, ProtectionProfile::AeadAes128Gcm),
    (Profile::AEAD_AES_256_GCM, ProtectionProfile::AeadAes256Gcm),
];

/// One end that is ours and one that is theirs, in both directions.
struct Pair {
    sender: Sender,
    receiver: Receiver,
    their_sender: Context,
    their_receiver: Context,
}

fn theirs(profile: Profile, named: ProtectionProfile) -> Context {
    let both = key_and_salt(profile, 1);
    let (key, salt) = both.split_at(profile.key_length());
    let provider = rtc_srtp::crypto::default_provider().unwrap();
    let (rtp, rtcp) = (srtp_replay_protection(128), srtcp_replay_protection(128));
    Context::new(key, salt, named, Some(rtp), Some(rtcp), provider.crypto()).unwrap()
}

fn pairs() -> impl Iterator<Item = Pair> {
    PROFILES.into_iter().map(|(profile, named)| Pair {
        sender: Sender::new(key(profile, 1), Options::new()).unwrap(),
        receiver: Receiver::new(key(profile, 1), Options::new()).unwrap(),
        their_sender: theirs(profile, named),
        their_receiver: theirs(profile, named),
    })
}

impl Pair {
    fn exchange_rtp(&mut self, plain: &[u8]) {
        let ours = protect_rtp(&mut self.sender, plain);
        let theirs = self.their_sender.encrypt_rtp(plain).unwrap();
        assert_eq!(ours, theirs.as_ref());
        assert_eq!(self.their_receiver.decrypt_rtp(&ours).unwrap().as_ref(), plain);
        assert_eq!(unprotect_rtp(&mut self.receiver, &theirs).as_deref(), Ok(plain));
    }
}

#[test]
fn rtp_with_sources_extensions_and_every_length() {
    let extensions: [Option<(u16, &[u8])>; 3] =
        [None, Some((0xbede, &[0x10, 1, 0x21, 1, 2, 0, 0, 0])), Some((0x1000, &[1, 1, 9, 0]))];
    for mut pair in pairs() {
        let mut sequence = 0;
        for sources in 0..=15 {
            for extension in extensions {
                sequence += 1;
                pair.exchange_rtp(&rtp_with(sequence, sources, extension, 33));
            }
        }
        for payload in (1..200).chain([1_000, 1_200]) {
            sequence += 1;
            pair.exchange_rtp(&rtp_with(sequence, 0, None, payload));
        }
    }
}

#[test]
fn the_wrap_with_loss_and_reordering() {
    for mut pair in pairs() {
        let plain: Vec<_> = (0..200u16).map(|n| rtp(65_436u16.wrapping_add(n))).collect();
        let ours: Vec<_> = plain.iter().map(|p| protect_rtp(&mut pair.sender, p)).collect();
        let theirs: Vec<_> =
            plain.iter().map(|p| pair.their_sender.encrypt_rtp(p).unwrap()).collect();
        for start in (0..200).step_by(5) {
            // one of five is lost, the others come in another order
            for place in [start + 2, start, start + 4, start + 1] {
                assert_eq!(ours[place], theirs[place].as_ref());
                let opened = pair.their_receiver.decrypt_rtp(&ours[place]).unwrap();
                assert_eq!(opened.as_ref(), plain[place]);
                let opened = unprotect_rtp(&mut pair.receiver, &theirs[place]);
                assert_eq!(opened.as_ref(), Ok(&plain[place]));
            }
        }
    }
}

#[test]
fn rtcp_alone_and_compound() {
    for mut pair in pairs() {
        for count in 1..10 {
            let plain = rtcp().repeat(count);
            let ours = protect_rtcp(&mut pair.sender, &plain);
            let theirs = pair.their_sender.encrypt_rtcp(&plain).unwrap();
            assert_eq!(pair.their_receiver.decrypt_rtcp(&ours).unwrap().as_ref(), plain);
            assert_eq!(unprotect_rtcp(&mut pair.receiver, &theirs), Ok(plain));
        }
    }
}

#[test]
fn replayed_and_forged_packets_are_refused_by_both() {
    for mut pair in pairs() {
        let ours = protect_rtp(&mut pair.sender, &rtp(7));
        let theirs = pair.their_sender.encrypt_rtp(&rtp(7)).unwrap();
        let mut forged = ours.clone();
        forged[14] ^= 1;
        assert!(pair.their_receiver.decrypt_rtp(&forged).is_err());
        assert_eq!(unprotect_rtp(&mut pair.receiver, &forged), Err(Error::NotAuthentic));
        assert!(pair.their_receiver.decrypt_rtp(&ours).is_ok());
        assert!(unprotect_rtp(&mut pair.receiver, &theirs).is_ok());
        assert!(pair.their_receiver.decrypt_rtp(&ours).is_err());
        assert_eq!(unprotect_rtp(&mut pair.receiver, &theirs), Err(Error::Replayed));
    }
}
