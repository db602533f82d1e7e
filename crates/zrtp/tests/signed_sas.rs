//! The signature over the SAS from Config to Encrypted (RFC 6189, 7.2).

#![allow(clippy::unwrap_used, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{End, Pair, START, ZID_A, ZID_B};
use privity_primitives::secret::{Secret, SecretVec};
use privity_primitives::sign::SigningKey;
use privity_zrtp::{
    Assurance, Cache, Config, EndpointKind, EnrolmentRule, Event, IdentitySigner, IdentityVerifier,
    MemoryCache, Misuse, Parties, Retained, SignatureFinding, Zid,
};

const ALICE: [u8; 32] = [0xa1; 32];
const BOB: [u8; 32] = [0xb0; 32];
const MALLORY: [u8; 32] = [0x66; 32];

fn device(of: [u8; 32]) -> SigningKey {
    SigningKey::from_seed(&Secret::copy_from(&of))
}

fn signs(config: Config, own: [u8; 32], peer: [u8; 32]) -> Config {
    config.signer(Box::new(IdentitySigner::new(device(own), Parties { own, peer })))
}

fn verifies(config: Config, own: [u8; 32], peer: [u8; 32]) -> Config {
    let keys = [device(peer).verifying_key()];
    config.verifier(Box::new(IdentityVerifier::new(&keys, Parties { own, peer })))
}

/// An end that signs and verifies.
fn identity(zid: Zid, own: [u8; 32], peer: [u8; 32]) -> Arc<Config> {
    Arc::new(verifies(signs(Config::new(zid), own, peer), own, peer))
}

fn call(a: Arc<Config>, b: Arc<Config>) -> [(Assurance, SignatureFinding); 2] {
    let mut pair = Pair::new(5);
    pair.start(&a, &b).run().assert_encrypted();
    [&pair.a, &pair.b].map(|end| {
        let encrypted = end.encrypted.as_ref().unwrap();
        (encrypted.assurance, encrypted.signature)
    })
}

#[test]
fn two_identities_that_know_each_other_need_no_reading_aloud() {
    let found = call(identity(ZID_A, ALICE, BOB), identity(ZID_B, BOB, ALICE));
    assert_eq!(found, [(Assurance::Signed, SignatureFinding::Valid); 2]);
}

#[test]
fn whoever_cannot_check_a_signature_is_sent_none() {
    let signs_only = Arc::new(signs(Config::new(ZID_A), ALICE, BOB));
    let found = call(signs_only.clone(), Arc::new(Config::new(ZID_B)));
    assert_eq!(found, [(Assurance::Unverified, SignatureFinding::NotExpected); 2]);
    let found = call(signs_only, identity(ZID_B, BOB, ALICE));
    assert_eq!(found[0], (Assurance::Unverified, SignatureFinding::NotExpected));
    assert_eq!(found[1], (Assurance::Signed, SignatureFinding::Valid));
}

#[test]
fn a_missing_signature_is_told() {
    let silent = Arc::new(Config::new(ZID_A));
    let found = call(silent, identity(ZID_B, BOB, ALICE));
    assert_eq!(found[1], (Assurance::Unverified, SignatureFinding::Missing));
}

/// Bob called Alice; Mallory, whom Alice called, passes herself off as Alice with keys of her
/// own, or with Alice's signature for another call.
#[test]
fn an_impostor_is_told_as_invalid() {
    let impostor = identity(ZID_A, MALLORY, BOB);
    let found = call(impostor, identity(ZID_B, BOB, ALICE));
    assert_eq!(found[1], (Assurance::Unverified, SignatureFinding::Invalid));
    let misled = identity(ZID_A, ALICE, MALLORY);
    let found = call(misled, identity(ZID_B, BOB, ALICE));
    assert_eq!(found[1], (Assurance::Unverified, SignatureFinding::Invalid));
}

#[test]
fn an_invalid_signature_outweighs_an_auxiliary_secret() {
    let aux = || SecretVec::new(vec![7; 32]);
    let impostor = verifies(signs(Config::new(ZID_A), MALLORY, BOB), MALLORY, BOB);
    let bob = verifies(signs(Config::new(ZID_B), BOB, ALICE), BOB, ALICE);
    let (impostor, bob) = (impostor.aux_secret(aux()).unwrap(), bob.aux_secret(aux()).unwrap());
    let found = call(Arc::new(impostor), Arc::new(bob));
    assert_eq!(found[1], (Assurance::Unverified, SignatureFinding::Invalid));
}

fn invalid(end: &End) -> bool {
    end.encrypted.as_ref().unwrap().signature == SignatureFinding::Invalid
}

/// Whether the impostor has the secret of an earlier call or not.
#[test]
fn of_a_call_with_an_invalid_signature_nothing_is_kept() {
    for held in [None, Some(7), Some(8)] {
        let row = |fill| Retained {
            rs1: Some(Secret::fill(|bytes| bytes.fill(fill))),
            verified: true,
            ..Retained::default()
        };
        let mut pair = Pair::new(6);
        pair.a.cache.store(ZID_B, row(7));
        if let Some(fill) = held {
            pair.b.cache.store(ZID_A, row(fill));
        }
        let bob = identity(ZID_B, BOB, ALICE);
        pair.start(&identity(ZID_A, MALLORY, BOB), &bob).run().assert_encrypted();
        assert!(invalid(&pair.b));
        let now = pair.now;
        let refused = pair.b.with(now, |session, env| session.confirm_sas(env));
        assert_eq!(refused, Err(Misuse::State.into()));
        let kept = pair.b.cache.lookup(ZID_A, now);
        assert_eq!(
            kept.as_ref().and_then(|row| row.rs1.as_ref()),
            held.map(row).and_then(|row| row.rs1).as_ref()
        );
        assert!(kept.is_none_or(|row| row.rs2.is_none()));
        assert!(!pair.b.call.is_ready());
        assert_eq!(pair.b.start_further(&bob, now), Err(Misuse::State.into()));
    }
}

#[test]
fn who_signs_as_somebody_else_enrols_nobody() {
    let kind = EndpointKind::TrustedMiddle { enrolment: EnrolmentRule::Ask };
    for (signer, taken) in [(ALICE, true), (MALLORY, false)] {
        let pbx = verifies(signs(Config::new(ZID_A), signer, BOB), signer, BOB).kind(kind);
        let mut pair = Pair::new(7);
        pair.b.cache = MemoryCache::new();
        pair.start(&Arc::new(pbx), &identity(ZID_B, BOB, ALICE)).run().assert_encrypted();
        assert_eq!(invalid(&pair.b), !taken);
        let offered = |event: &Event| matches!(event, Event::EnrolmentOffered);
        assert_eq!(pair.b.events.iter().any(offered), taken);
        let accepted = pair.b.with(START, |session, env| session.accept_enrolment(env));
        assert_eq!(accepted, if taken { Ok(()) } else { Err(Misuse::State.into()) });
        let kept = pair.b.cache.lookup(ZID_A, START).and_then(|row| row.pbx);
        assert_eq!(kept.is_some(), taken);
    }
}

/// Confirms of a further stream carry none, which is no finding against the peer.
#[test]
fn a_further_stream_expects_no_signature() {
    let (alice, bob) = (identity(ZID_A, ALICE, BOB), identity(ZID_B, BOB, ALICE));
    let mut pair = Pair::new(8);
    pair.start(&alice, &bob).run().assert_encrypted();
    let now = pair.now;
    for (end, config) in [(&mut pair.a, &alice), (&mut pair.b, &bob)] {
        end.encrypted = None;
        end.start_further(config, now).unwrap();
    }
    pair.run().assert_encrypted();
    for end in [&pair.a, &pair.b] {
        let encrypted = end.encrypted.as_ref().unwrap();
        let found = (encrypted.assurance, encrypted.signature);
        assert_eq!(found, (Assurance::Inherited, SignatureFinding::NotExpected));
    }
}
