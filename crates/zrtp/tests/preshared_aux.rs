//! Preshared where somebody does not want it, or wants it without the auxiliary secret: who has
//! stolen a retained secret must not get rid of the other one unnoticed (RFC 6189, 4.4.2).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{Pair, ZID_A, ZID_B, quick};
use privity_primitives::secret::SecretVec;
use privity_zrtp::{
    Assurance, AuxFinding, CallKeys, CommitRule, Config, Event, KeyAgreement, PresharedRule,
    Unsupported,
};

fn config(end: Config, aux: Option<u8>) -> Arc<Config> {
    let end = end.preshared(PresharedRule::Prefer);
    Arc::new(match aux {
        Some(fill) => end.aux_secret(SecretVec::new(vec![fill; 32])).unwrap(),
        None => end,
    })
}

/// A first call that leaves secrets behind, then a Preshared one; A commits.
fn second_call<'a>(a: Option<u8>, b: Option<u8>) -> Pair<'a> {
    let mut pair = Pair::new(1);
    pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B))).run().assert_encrypted();
    let passive = quick(ZID_B).commits(CommitRule::Passive);
    let now = pair.now;
    for (end, config) in [(&mut pair.a, config(quick(ZID_A), a)), (&mut pair.b, config(passive, b))]
    {
        (end.encrypted, end.keys, end.call) = (None, None, CallKeys::new());
        end.start(&config, now);
    }
    pair.run().assert_encrypted();
    pair
}

#[test]
fn an_auxiliary_secret_that_the_initiator_left_out_is_a_mismatch() {
    let pair = second_call(None, Some(7));
    let encrypted = pair.b.encrypted.as_ref().unwrap();
    assert_eq!(encrypted.suite.agreement, KeyAgreement::Preshared);
    assert_eq!(
        (encrypted.aux, encrypted.assurance),
        (AuxFinding::Mismatched, Assurance::Unverified)
    );
    assert!(pair.b.events.iter().any(|event| matches!(event, Event::AuxSecretMismatch)));
}

#[test]
fn one_that_both_have_is_a_match() {
    let pair = second_call(Some(7), Some(7));
    for end in [&pair.a, &pair.b] {
        let encrypted = end.encrypted.as_ref().unwrap();
        assert_eq!(encrypted.suite.agreement, KeyAgreement::Preshared);
        assert_eq!(
            (encrypted.aux, encrypted.assurance),
            (AuxFinding::Matched, Assurance::SharedSecret)
        );
    }
}

#[test]
fn without_any_there_is_nothing_to_say() {
    let pair = second_call(None, None);
    assert_eq!(pair.b.encrypted.as_ref().unwrap().aux, AuxFinding::NotUsed);
}

#[test]
fn another_one_leads_to_a_fresh_agreement_and_a_mismatch() {
    let pair = second_call(Some(7), Some(8));
    let encrypted = pair.b.encrypted.as_ref().unwrap();
    assert_eq!(encrypted.suite.agreement, KeyAgreement::X255);
    assert_eq!(encrypted.aux, AuxFinding::Mismatched);
}

/// Also if its Hello lists the mode.
#[test]
fn who_refuses_the_mode_answers_no_commit_to_it() {
    let mut pair = Pair::new(2);
    pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B))).run().assert_encrypted();
    let refuses = Arc::new(quick(ZID_B).commits(CommitRule::Passive));
    let now = pair.now;
    for (end, config) in [(&mut pair.a, config(quick(ZID_A), None)), (&mut pair.b, refuses)] {
        (end.encrypted, end.keys, end.call) = (None, None, CallKeys::new());
        end.start(&config, now);
    }
    pair.run().assert_encrypted();
    assert_eq!(pair.a.encrypted.as_ref().unwrap().suite.agreement, KeyAgreement::X255);
    assert!(pair.b.drops.contains(&Unsupported::KeyAgreement.into()));
}
