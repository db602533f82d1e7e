//! The hash commitment, public values, and what a Commit may name (RFC 6189, 4.4.1.1).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use pair::puppet::Puppet;
use pair::{End, START, ZID_A, ZID_B, alone, quick};
use privity_zrtp::message::{Commit, ErrorCode, Message};
use privity_zrtp::{CommitRule, Error, Failure, PeerMisbehaved, Unsupported};

fn greeted(puppet: &mut Puppet) -> End {
    let mut end = alone(quick(ZID_A).commits(CommitRule::Passive));
    puppet.greet(&mut end);
    end
}

fn told(end: &mut End) -> Message {
    Message::read(&end.last("Error")).unwrap()
}

/// Whoever could choose the public value after having seen ours could choose the SAS.
#[test]
fn a_dhpart2_other_than_the_committed_one_is_refused_before_it_is_used() {
    let mut puppet = Puppet::new(1, ZID_B);
    let mut end = greeted(&mut puppet);
    let committed = puppet.part2(&puppet.public());
    let commit = puppet.seal_commit(&puppet.commit(&committed, &end.last("Hello")));
    puppet.say(&mut end, &commit).unwrap();
    let other = puppet.part2(&Puppet::new(2, ZID_B).public());
    let refused = Err(PeerMisbehaved::HashCommitment.into());
    assert_eq!(puppet.say(&mut end, &other), refused);
    assert_eq!(told(&mut end), Message::Error(ErrorCode::HashCommitment));
    assert_eq!(end.count("Confirm1"), 0);
    // Whoever forged it has ended nothing: the committed one still counts.
    puppet.say(&mut end, &committed).unwrap();
    assert_eq!(end.count("Confirm1"), 1);
}

/// With a man in the middle the committed one never comes. The peer was told at once; a forged
/// one must not take time from the committed one.
#[test]
fn a_broken_commitment_is_the_reason_when_the_time_is_over() {
    let mut puppet = Puppet::new(1, ZID_B);
    let mut end = greeted(&mut puppet);
    let committed = puppet.part2(&puppet.public());
    let commit = puppet.seal_commit(&puppet.commit(&committed, &end.last("Hello")));
    puppet.say(&mut end, &commit).unwrap();
    let other = puppet.part2(&Puppet::new(2, ZID_B).public());
    assert!(puppet.say(&mut end, &other).is_err());
    let due = end.session.as_ref().unwrap().poll_timeout();
    assert_eq!(due, Some(START + 15_000));
    end.with(START + 15_000, |session, env| session.handle_timeout(env));
    let why = Some(PeerMisbehaved::HashCommitment.into());
    assert!(matches!(end.failed, Some(Failure::Timeout { last_drop, .. }) if last_drop == why));
}

#[test]
fn a_commitment_to_another_hello_of_ours_is_refused() {
    let mut puppet = Puppet::new(3, ZID_B);
    let mut end = greeted(&mut puppet);
    let part2 = puppet.part2(&puppet.public());
    let mut hello = end.last("Hello");
    hello[80] ^= 1;
    let commit = puppet.seal_commit(&puppet.commit(&part2, &hello));
    puppet.say(&mut end, &commit).unwrap();
    assert_eq!(puppet.say(&mut end, &part2), Err(PeerMisbehaved::HashCommitment.into()));
}

#[test]
fn a_public_value_of_low_order_is_refused_from_either_side() {
    let mut one = [0; 32];
    one[0] = 1;
    for value in [[0; 32], one] {
        let mut puppet = Puppet::new(4, ZID_B);
        let mut end = greeted(&mut puppet);
        let part2 = puppet.part2(&value);
        let commit = puppet.seal_commit(&puppet.commit(&part2, &end.last("Hello")));
        puppet.say(&mut end, &commit).unwrap();
        assert_eq!(puppet.say(&mut end, &part2), Err(PeerMisbehaved::PublicValue.into()));
        assert_eq!(told(&mut end), Message::Error(ErrorCode::PublicValue));

        let mut puppet = Puppet::new(5, ZID_B);
        let mut end = alone(quick(ZID_A));
        puppet.greet(&mut end);
        let part1 = puppet.part1(&value);
        assert_eq!(puppet.say(&mut end, &part1), Err(PeerMisbehaved::PublicValue.into()));
        assert_eq!(told(&mut end), Message::Error(ErrorCode::PublicValue));
        assert_eq!(end.count("DHPart2"), 0);
    }
}

#[test]
fn a_public_value_of_another_length_is_refused() {
    for length in [28, 36, 64, 384] {
        let mut puppet = Puppet::new(6, ZID_B);
        let mut end = alone(quick(ZID_A));
        puppet.greet(&mut end);
        let part1 = puppet.part1(&vec![9; length]);
        assert_eq!(puppet.say(&mut end, &part1), Err(PeerMisbehaved::PublicValue.into()));
    }
}

type Edit = fn(&mut Commit);

/// Also an algorithm that we know and did not offer.
#[test]
fn a_commit_that_names_what_we_did_not_offer_is_refused() {
    let edits: [(Edit, Unsupported, ErrorCode); 6] = [
        (|c| c.hash = *b"N256", Unsupported::Hash, ErrorCode::Hash),
        (|c| c.cipher = *b"AES2", Unsupported::Cipher, ErrorCode::Cipher),
        (|c| c.auth_tag = *b"SK32", Unsupported::AuthTag, ErrorCode::AuthTag),
        (|c| c.key_agreement = *b"DH2k", Unsupported::KeyAgreement, ErrorCode::KeyAgreement),
        (|c| c.key_agreement = *b"DH3k", Unsupported::KeyAgreement, ErrorCode::KeyAgreement),
        (|c| c.sas = *b"B10D", Unsupported::Sas, ErrorCode::Sas),
    ];
    for (edit, what, code) in edits {
        let mut puppet = Puppet::new(7, ZID_B);
        let mut end = greeted(&mut puppet);
        let part2 = puppet.part2(&puppet.public());
        let mut commit = puppet.commit(&part2, &end.last("Hello"));
        edit(&mut commit);
        let commit = puppet.seal_commit(&commit);
        assert_eq!(puppet.say(&mut end, &commit), Err(Error::Unsupported(what)));
        assert_eq!(told(&mut end), Message::Error(code));
        assert_eq!(end.count("DHPart1"), 0);
    }
}

/// Each answer is one more guess at the SAS for a man in the middle.
#[test]
fn few_commits_of_one_peer_are_answered() {
    let mut puppet = Puppet::new(8, ZID_B);
    let mut end = greeted(&mut puppet);
    let hello = end.last("Hello");
    for guess in 0..20 {
        let part2 = puppet.part2(&[guess + 2; 32]);
        let commit = puppet.seal_commit(&puppet.commit(&part2, &hello));
        let _ = puppet.say(&mut end, &commit);
    }
    assert_eq!(end.count("DHPart1"), 4);
}

#[test]
fn the_same_question_draws_the_same_answer() {
    let mut puppet = Puppet::new(9, ZID_B);
    let mut end = greeted(&mut puppet);
    let key = puppet.chain[0];
    let exchange = puppet.initiate(&mut end, &key);
    let confirm1 = end.last("Confirm1");
    puppet.say(&mut end, &exchange.part2).unwrap();
    assert_eq!((end.last("Confirm1"), end.count("Confirm1")), (confirm1, 2));
    let confirm2 = exchange.keys.seal(privity_zrtp::Role::Initiator, &puppet.plain());
    for _ in 0..3 {
        puppet.say(&mut end, &confirm2.write_confirm2()).unwrap();
    }
    assert_eq!(end.count("Conf2ACK"), 3);
    let mut plain = puppet.plain();
    plain.cache_expiration = 7;
    let changed = exchange.keys.seal(privity_zrtp::Role::Initiator, &plain);
    let refused = Err(PeerMisbehaved::ChangedRepetition.into());
    assert_eq!(puppet.say(&mut end, &changed.write_confirm2()), refused);
}
