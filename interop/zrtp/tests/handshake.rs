//! Every combination of algorithms that both sides know, in both roles.
#![allow(missing_docs)]

mod common;

use common::{AUTH_TAGS, CIPHERS, Call, Choice, DH2K, DH3K, HASHES, Phone, SAS, X255, X448, ZID};
use privity_zrtp::{CommitRule, Config, KeyAgreement, Role};

fn every_combination(agreement: (KeyAgreement, u8)) {
    let mut count = 0;
    for hash in HASHES {
        for cipher in CIPHERS {
            for auth_tag in AUTH_TAGS {
                for sas in SAS {
                    let choice = Choice { hash, cipher, auth_tag, agreement, sas };
                    in_both_roles(&choice);
                    count += 1;
                }
            }
        }
    }
    assert_eq!(count, 16);
}

fn in_both_roles(choice: &Choice) {
    for role in [Role::Initiator, Role::Responder] {
        let config = Config::new(ZID).offer(choice.offer());
        let rule = match role {
            Role::Initiator => CommitRule::Active,
            Role::Responder => CommitRule::Passive,
        };
        let mut phone = Phone::new(1, config.commits(rule));
        let mut call = Call::new(&mut phone, &choice.setup(), None);
        if role == Role::Initiator {
            call.filter = common::ours_commits();
        }
        call.start().run();
        let (ours, theirs) = call.assert_encrypted(0);
        assert_eq!(ours.role, role, "{choice:?}");
        assert_eq!(theirs.suite, choice.suite(), "{choice:?}");
        assert_eq!(ours.suite.agreement, choice.agreement.0);
    }
}

#[test]
fn x255() {
    every_combination(X255);
}

#[test]
fn x448() {
    every_combination(X448);
}

#[test]
fn dh3k() {
    every_combination(DH3K);
}

#[test]
fn dh2k() {
    every_combination(DH2K);
}
