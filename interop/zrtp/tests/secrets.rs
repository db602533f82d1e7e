//! Secrets from earlier calls and from elsewhere, and the flag that the SAS was compared.
#![allow(missing_docs)]

mod common;

use common::{Call, Phone, USUAL, ZID, library};
use interop_zrtp::{LABEL, Store};
use privity_primitives::secret::{Secret, SecretVec};
use privity_zrtp::{
    Assurance, AuxFinding, Cache, CacheFinding, CommitRule, Config, Event, MemoryCache, Retained,
    Role,
};

fn phone(seed: u64) -> Phone {
    Phone::new(seed, Config::new(ZID).offer(USUAL.offer()))
}

fn with_aux(secret: &[u8]) -> Config {
    let config = Config::new(ZID).offer(USUAL.offer());
    config.aux_secret(SecretVec::new(secret.to_vec())).unwrap()
}

/// A call in a given role; what ours found, and whether the library saw a mismatch.
fn call(phone: &mut Phone, store: &Store, role: Role) -> (CacheFinding, Assurance, bool, bool) {
    let mut call = Call::new(phone, &USUAL.setup(), Some(store));
    call.filter = match role {
        Role::Initiator => common::ours_commits(),
        Role::Responder => common::theirs_commits(),
    };
    call.start().run();
    let (ours, theirs) = call.assert_encrypted(0);
    let exported = ours.exported.as_ref().unwrap().derive(LABEL.as_bytes(), 32).unwrap();
    if !theirs.cache_mismatch {
        // After a mismatch the library exports nothing.
        assert_eq!(exported.expose(), call.peer.exported(common::THEIRS));
    }
    (ours.cache, ours.assurance, theirs.cache_mismatch, theirs.verified)
}

#[test]
fn retained_secrets_carry_over_from_call_to_call_in_both_roles() {
    let (mut phone, store) = (phone(1), Store::new(&library()));
    let first = call(&mut phone, &store, Role::Initiator);
    assert_eq!(first.0, CacheFinding::FirstCall);
    for role in [Role::Responder, Role::Initiator, Role::Initiator, Role::Responder] {
        let (cache, _, mismatch, _) = call(&mut phone, &store, role);
        assert_eq!((cache, mismatch), (CacheFinding::Matched, false));
    }
}

#[test]
fn a_phone_that_lost_its_cache_is_a_mismatch_for_the_library() {
    let (mut phone, store) = (phone(2), Store::new(&library()));
    call(&mut phone, &store, Role::Initiator);
    phone.cache = MemoryCache::new();
    let (cache, _, mismatch, _) = call(&mut phone, &store, Role::Initiator);
    assert_eq!((cache, mismatch), (CacheFinding::FirstCall, true));
}

#[test]
fn a_library_without_our_secret_is_a_mismatch_for_us_until_the_sas_is_confirmed() {
    let (mut phone, store) = (phone(3), Store::new(&library()));
    call(&mut phone, &store, Role::Initiator);
    forge_secret(&mut phone, &store);
    for _ in 0..2 {
        let (cache, _, mismatch, _) = call(&mut phone, &store, Role::Initiator);
        assert_eq!((cache, mismatch), (CacheFinding::Mismatched, true));
    }
    let mut confirmed = Call::new(&mut phone, &USUAL.setup(), Some(&store));
    confirmed.start().run();
    assert!(confirmed.streams[0].events.iter().any(|e| matches!(e, Event::CacheMismatch)));
    confirmed.with(0, |session, env| session.confirm_sas(env)).unwrap();
    confirmed.peer.confirm_sas();
    drop(confirmed);
    let (cache, assurance, mismatch, _) = call(&mut phone, &store, Role::Initiator);
    assert_eq!((cache, mismatch), (CacheFinding::Matched, false));
    assert_eq!(assurance, Assurance::VerifiedBefore);
}

/// Replaces what we keep about the library by secrets that it does not have.
fn forge_secret(phone: &mut Phone, store: &Store) {
    let mut last = Call::new(phone, &USUAL.setup(), Some(store));
    last.start().run();
    let zid = last.assert_encrypted(0).0.peer;
    drop(last);
    let rs1 = Some(Secret::fill(|bytes| bytes.fill(9)));
    phone.cache.store(zid, Retained { rs1, ..Retained::default() });
}

#[test]
fn the_verified_flag_of_both_sides_shows_in_the_next_call() {
    let (mut phone, store) = (phone(4), Store::new(&library()));
    let mut first = Call::new(&mut phone, &USUAL.setup(), Some(&store));
    first.start().run();
    assert!(!first.assert_encrypted(0).1.verified);
    first.with(0, |session, env| session.confirm_sas(env)).unwrap();
    first.peer.confirm_sas();
    drop(first);
    let (_, assurance, _, verified) = call(&mut phone, &store, Role::Initiator);
    assert_eq!((assurance, verified), (Assurance::VerifiedBefore, true));
}

#[test]
fn the_flag_of_one_side_alone_is_not_enough() {
    for ours_confirms in [true, false] {
        let (mut phone, store) = (phone(5), Store::new(&library()));
        let mut first = Call::new(&mut phone, &USUAL.setup(), Some(&store));
        first.start().run();
        if ours_confirms {
            first.with(0, |session, env| session.confirm_sas(env)).unwrap();
        } else {
            first.peer.confirm_sas();
        }
        drop(first);
        let (_, assurance, _, verified) = call(&mut phone, &store, Role::Initiator);
        assert_eq!((assurance, verified), (Assurance::Unverified, false), "{ours_confirms}");
    }
}

#[test]
fn the_same_auxiliary_secret_matches_on_both_sides_and_another_on_neither() {
    for (ours, theirs, finding, told) in [
        (&[7; 32][..], &[7; 32][..], AuxFinding::Matched, 0),
        (&[7; 40], &[7; 40], AuxFinding::Matched, 0),
        (&[1; 1], &[1; 1], AuxFinding::Matched, 0),
        (&[7; 32], &[8; 32], AuxFinding::Mismatched, 1),
        (&[7; 32], &[], AuxFinding::Mismatched, 2),
    ] {
        for rule in [CommitRule::Active, CommitRule::Passive] {
            let mut phone = Phone::new(6, with_aux(ours).commits(rule));
            let setup = interop_zrtp::Setup { aux_secret: theirs.to_vec(), ..USUAL.setup() };
            let mut call = Call::new(&mut phone, &setup, None);
            if rule == CommitRule::Active {
                call.filter = common::ours_commits();
            }
            call.start().run();
            let (ours, outcome) = call.assert_encrypted(0);
            assert_eq!((ours.aux, outcome.aux_secret), (finding, told));
            let matched = finding == AuxFinding::Matched;
            assert_eq!(ours.assurance == Assurance::SharedSecret, matched);
            let events = &call.streams[0].events;
            assert_ne!(events.iter().any(|e| matches!(e, Event::AuxSecretMismatch)), matched);
        }
    }
}
