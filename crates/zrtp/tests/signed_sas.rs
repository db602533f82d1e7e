//! The signature over the SAS from Config to Encrypted (RFC 6189, 7.2).

#![allow(clippy::unwrap_used, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{Pair, ZID_A, ZID_B};
use privity_primitives::secret::{Secret, SecretVec};
use privity_primitives::sign::SigningKey;
use privity_zrtp::{
    Assurance, Config, IdentitySigner, IdentityVerifier, Parties, SignatureFinding, Zid,
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
