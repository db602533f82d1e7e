//! Handshakes with each part of a suite, from Hello to the SRTP keys (RFC 6189, 5.1).

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{Pair, ZID_A, ZID_B};
use privity_zrtp::message::{ErrorCode, Message};
use privity_zrtp::{
    AuthTag, Cipher, CommitRule, Config, Failure, Hash, KeyAgreement, Offer, Packet, Sas, Suite,
    Zid,
};

fn offer(agreement: KeyAgreement) -> Offer {
    Offer::default().agreements(&[agreement, KeyAgreement::Multistream]).unwrap()
}

fn config(zid: Zid, offer: &Offer) -> Config {
    Config::new(zid).offer(offer.clone())
}

/// The suite of a call with this offer at both ends, and of a further stream; A commits.
fn suites(offer: &Offer) -> [Suite; 2] {
    let a = Arc::new(config(ZID_A, offer));
    let b = Arc::new(config(ZID_B, offer).commits(CommitRule::Passive));
    let mut pair = Pair::new(1);
    pair.start(&a, &b).run().assert_encrypted();
    let first = pair.a.encrypted.take().unwrap().suite;
    assert_lengths(&pair, first);
    let now = pair.now;
    for (end, config) in [(&mut pair.a, &a), (&mut pair.b, &b)] {
        (end.encrypted, end.keys) = (None, None);
        end.start_further(config, now).unwrap();
    }
    pair.run().assert_encrypted();
    let further = pair.a.encrypted.as_ref().unwrap().suite;
    assert_lengths(&pair, further);
    [first, further]
}

fn assert_lengths(pair: &Pair<'_>, suite: Suite) {
    let keys = pair.a.keys.as_ref().unwrap();
    assert_eq!((keys.cipher, keys.auth_tag), (suite.cipher, suite.auth_tag));
    for direction in [&keys.send, &keys.receive] {
        assert_eq!(direction.key.expose().len(), suite.cipher.key_length());
        assert_eq!(direction.salt.expose().len(), suite.auth_tag.salt_length());
    }
}

#[test]
fn every_key_agreement_with_every_cipher() {
    let all = [
        KeyAgreement::X255,
        KeyAgreement::E255,
        KeyAgreement::X448,
        KeyAgreement::Ec25,
        KeyAgreement::Ec38,
        KeyAgreement::Dh3k,
        KeyAgreement::Dh2k,
        KeyAgreement::XM76,
    ];
    for agreement in all {
        for cipher in [Cipher::Aes1, Cipher::Aes2, Cipher::Aes3] {
            let [first, further] = suites(&offer(agreement).ciphers(&[cipher]).unwrap());
            assert_eq!((first.agreement, first.cipher), (agreement, cipher));
            assert_eq!((further.agreement, further.cipher), (KeyAgreement::Multistream, cipher));
        }
    }
}

/// It needs S384 and goes with AES3 where both have that (5.1.5).
#[test]
fn ec38_goes_with_the_longest_hash_and_key() {
    let [first, further] = suites(&offer(KeyAgreement::Ec38));
    assert_eq!((first.hash, first.cipher), (Hash::S384, Cipher::Aes3));
    assert_eq!(further.hash, Hash::S384);
}

#[test]
fn aes2_never_goes_with_gcm() {
    for tags in [&[AuthTag::Gcm, AuthTag::Hs32][..], &[AuthTag::Hs80]] {
        let offer = offer(KeyAgreement::X255).ciphers(&[Cipher::Aes2]).unwrap();
        let [first, further] = suites(&offer.auth_tags(tags).unwrap());
        assert!(first.auth_tag != AuthTag::Gcm && further.auth_tag != AuthTag::Gcm);
        assert_eq!(first.cipher, Cipher::Aes2);
    }
}

#[test]
fn every_rendering_of_the_sas() {
    for sas in [Sas::B32, Sas::B256, Sas::B32E, Sas::B10D] {
        let [first, _] = suites(&offer(KeyAgreement::X255).sas_types(&[sas]).unwrap());
        assert_eq!(first.sas, sas);
    }
}

/// Whichever of the two commits; S256 is mandatory, and still not what this peer wants.
#[test]
fn a_peer_that_lists_s384_alone_is_given_it() {
    let only = offer(KeyAgreement::X255).hashes(&[Hash::S384]).unwrap();
    for seed in 0..12 {
        let a = Arc::new(config(ZID_A, &offer(KeyAgreement::X255)));
        let mut pair = Pair::new(seed);
        pair.start(&a, &Arc::new(config(ZID_B, &only))).run().assert_encrypted();
        assert_eq!(pair.a.encrypted.as_ref().unwrap().suite.hash, Hash::S384);
    }
}

/// B may take the mandatory S256 for granted; A offers S384 alone and says no to both.
#[test]
fn a_peer_without_the_only_hash_of_ours_is_told() {
    let only = |hash| offer(KeyAgreement::X255).hashes(&[hash]).unwrap();
    let a = Arc::new(config(ZID_A, &only(Hash::S384)));
    let mut pair = Pair::new(3);
    pair.start(&a, &Arc::new(config(ZID_B, &only(Hash::S256)))).run();
    assert!(pair.a.keys.is_none() && pair.b.keys.is_none());
    let errors: Vec<_> = pair.a.sent.iter().filter_map(|datagram| error(datagram)).collect();
    assert_eq!(errors.first(), Some(&ErrorCode::HelloComponents));
    assert!(errors.contains(&ErrorCode::Hash), "{errors:?}");
    let Some(Failure::Timeout { peer_error, .. }) = pair.b.failed else { panic!("none") };
    assert_eq!(peer_error, Some(ErrorCode::Hash));
}

fn error(datagram: &[u8]) -> Option<ErrorCode> {
    match Message::read(Packet::read(datagram).ok()?.message) {
        Ok(Message::Error(code)) => Some(code),
        _ => None,
    }
}
