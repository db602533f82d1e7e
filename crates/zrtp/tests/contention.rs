//! A peer that does not follow the rule for crossed Commits (RFC 6189, 4.2): one implementation
//! stays initiator for ever where the two Commits name different key agreements.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use pair::puppet::Puppet;
use pair::{End, START, ZID_A, ZID_B, alone};
use privity_zrtp::message::{Commit, CommitBody};
use privity_zrtp::{Config, KeyAgreement, Offer, PeerMisbehaved};

/// An end that has committed to X255, and a puppet that has not answered.
fn committed(puppet: &mut Puppet) -> End {
    let agreements = [KeyAgreement::X255, KeyAgreement::E255];
    let offer = Offer::default().agreements(&agreements).unwrap();
    let mut end = alone(Config::new(ZID_A).offer(offer));
    puppet.greet(&mut end);
    let commit = Commit::read(&end.last("Commit")).unwrap();
    assert_eq!(commit.key_agreement, *b"X255");
    end
}

/// The puppet repeats a Commit that loses; when the end answers it, if it does in 5 seconds.
fn yields_after(key_agreement: [u8; 4]) -> Option<u64> {
    let mut puppet = Puppet::new(1, ZID_B);
    let mut end = committed(&mut puppet);
    let body = CommitBody::Dh { hvi: [0; 32] };
    let commit = puppet.seal_commit(&puppet.commit_to(body, key_agreement));
    for millis in (0..5_000).step_by(50) {
        let datagram = puppet.packet(&commit);
        end.receive(&datagram, START + millis).unwrap();
        if end.count("DHPart1") > 0 {
            return Some(millis);
        }
    }
    None
}

#[test]
fn we_yield_after_two_t2_periods_to_a_commit_to_another_agreement() {
    assert_eq!(yields_after(*b"E255"), Some(300));
}

#[test]
fn we_never_yield_to_a_lower_commit_to_the_same_agreement() {
    assert_eq!(yields_after(*b"X255"), None);
}

#[test]
fn the_higher_commit_stands_whatever_it_names() {
    for key_agreement in [*b"X255", *b"E255"] {
        let mut puppet = Puppet::new(2, ZID_B);
        let mut end = committed(&mut puppet);
        let body = CommitBody::Dh { hvi: [0xff; 32] };
        let commit = puppet.seal_commit(&puppet.commit_to(body, key_agreement));
        puppet.say(&mut end, &commit).unwrap();
        assert_eq!(end.count("DHPart1"), 1);
    }
}

/// The MAC of a Commit that lost is checked when the DHPart1 of its sender reveals the key.
#[test]
fn a_losing_commit_with_another_mac_is_found_out_by_the_dhpart1() {
    let mut puppet = Puppet::new(3, ZID_B);
    let mut end = committed(&mut puppet);
    let body = CommitBody::Dh { hvi: [0; 32] };
    let mut commit = puppet.seal_commit(&puppet.commit_to(body, *b"X255"));
    let last = commit.len() - 1;
    commit[last] ^= 1;
    puppet.say(&mut end, &commit).unwrap();
    let part1 = puppet.part1(&puppet.public());
    assert_eq!(puppet.say(&mut end, &part1), Err(PeerMisbehaved::MessageMac.into()));
    commit[last] ^= 1;
    puppet.say(&mut end, &commit).unwrap();
    puppet.say(&mut end, &part1).unwrap();
    assert_eq!(end.count("DHPart2"), 1);
}
