//! The hash chain backwards and the MAC of each message once its key is known (RFC 6189, 9).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use pair::puppet::{Puppet, sealed};
use pair::{End, Pair, To, ZID_A, ZID_B, alone, kind_of, quick};
use privity_primitives::secret::Secret;
use privity_zrtp::message::{Commit, DhPart, Message};
use privity_zrtp::{CommitRule, Error, Packet, PeerMisbehaved, Role, Zid};
use std::sync::Arc;

/// A passive end that has greeted a puppet.
fn greeted(puppet: &mut Puppet) -> End {
    let mut end = alone(quick(ZID_A).commits(CommitRule::Passive));
    puppet.greet(&mut end);
    end
}

fn broken(rule: PeerMisbehaved) -> Result<(), Error> {
    Err(Error::Peer(rule))
}

#[test]
fn an_honest_puppet_becomes_secure() {
    let mut puppet = Puppet::new(1, ZID_B);
    let mut end = greeted(&mut puppet);
    let key = puppet.chain[0];
    let exchange = puppet.initiate(&mut end, &key);
    let confirm = exchange.keys.seal(Role::Initiator, &puppet.plain());
    puppet.say(&mut end, &confirm.write_confirm2()).unwrap();
    let expected = exchange.keys.derive(b"SAS", 32);
    assert_eq!(end.encrypted.unwrap().sashash[..], expected);
}

#[test]
fn a_commit_has_the_zid_of_the_hello() {
    let mut puppet = Puppet::new(2, ZID_B);
    let mut end = greeted(&mut puppet);
    let part2 = puppet.part2(&puppet.public());
    let commit = Commit { zid: Zid([9; 12]), ..puppet.commit(&part2, &end.last("Hello")) };
    let commit = puppet.seal_commit(&commit);
    assert_eq!(puppet.say(&mut end, &commit), broken(PeerMisbehaved::CommitOfAnotherHello));
    assert_eq!(end.count("DHPart1"), 0);
}

#[test]
fn the_h2_of_a_commit_leads_to_the_h3_of_the_hello() {
    let mut puppet = Puppet::new(3, ZID_B);
    let mut end = greeted(&mut puppet);
    let part2 = puppet.part2(&puppet.public());
    let commit = Commit { h2: [9; 32], ..puppet.commit(&part2, &end.last("Hello")) };
    let commit = puppet.seal_commit(&commit);
    assert_eq!(puppet.say(&mut end, &commit), broken(PeerMisbehaved::CommitOfAnotherHello));
}

#[test]
fn the_h2_of_a_commit_verifies_the_hello() {
    let mut puppet = Puppet::new(4, ZID_B);
    puppet.hello[20] ^= 1;
    let mut end = greeted(&mut puppet);
    let part2 = puppet.part2(&puppet.public());
    let commit = puppet.seal_commit(&puppet.commit(&part2, &end.last("Hello")));
    assert_eq!(puppet.say(&mut end, &commit), broken(PeerMisbehaved::MessageMac));
}

#[test]
fn the_h1_of_a_dhpart2_leads_to_the_h2_of_the_commit() {
    let mut puppet = Puppet::new(5, ZID_B);
    let mut end = greeted(&mut puppet);
    let part2 = DhPart { h1: [9; 32], ..puppet.part(&puppet.public()) };
    let part2 = sealed(&puppet.chain[0], part2.write_part2());
    let commit = puppet.seal_commit(&puppet.commit(&part2, &end.last("Hello")));
    puppet.say(&mut end, &commit).unwrap();
    assert_eq!(puppet.say(&mut end, &part2), broken(PeerMisbehaved::HashChain));
    assert_eq!(end.count("Confirm1"), 0);
}

#[test]
fn the_h1_of_a_dhpart2_verifies_the_commit() {
    let mut puppet = Puppet::new(6, ZID_B);
    let mut end = greeted(&mut puppet);
    let part2 = puppet.part2(&puppet.public());
    let commit = sealed(&[9; 32], puppet.commit(&part2, &end.last("Hello")).write());
    puppet.say(&mut end, &commit).unwrap();
    assert_eq!(puppet.say(&mut end, &part2), broken(PeerMisbehaved::MessageMac));
    assert_eq!(end.count("Confirm1"), 0);
}

#[test]
fn the_h0_of_a_confirm2_leads_to_the_h1_of_the_dhpart2() {
    let mut puppet = Puppet::new(7, ZID_B);
    let mut end = greeted(&mut puppet);
    let key = puppet.chain[0];
    let exchange = puppet.initiate(&mut end, &key);
    let mut plain = puppet.plain();
    plain.h0 = Secret::copy_from(&[9; 32]);
    let confirm = exchange.keys.seal(Role::Initiator, &plain).write_confirm2();
    assert_eq!(puppet.say(&mut end, &confirm), broken(PeerMisbehaved::HashChain));
    assert!(end.encrypted.is_none() && end.keys.is_none());
}

#[test]
fn the_h0_of_a_confirm2_verifies_the_dhpart2() {
    let mut puppet = Puppet::new(8, ZID_B);
    let mut end = greeted(&mut puppet);
    let exchange = puppet.initiate(&mut end, &[9; 32]);
    let confirm = exchange.keys.seal(Role::Initiator, &puppet.plain()).write_confirm2();
    assert_eq!(puppet.say(&mut end, &confirm), broken(PeerMisbehaved::MessageMac));
    assert!(end.encrypted.is_none() && end.keys.is_none());
}

#[test]
fn the_h1_of_a_dhpart1_leads_to_the_h3_of_the_hello_and_verifies_it() {
    for (h1, flip, rule) in [
        ([9; 32], 0, PeerMisbehaved::HashChain),
        (Puppet::new(9, ZID_B).chain[1], 1, PeerMisbehaved::MessageMac),
    ] {
        let mut puppet = Puppet::new(9, ZID_B);
        puppet.hello[20] ^= flip;
        let mut end = alone(quick(ZID_A));
        puppet.greet(&mut end);
        assert_eq!(end.count("Commit"), 1);
        let part1 = DhPart { h1, ..puppet.part(&puppet.public()) };
        let part1 = sealed(&puppet.chain[0], part1.write_part1());
        assert_eq!(puppet.say(&mut end, &part1), broken(rule));
        assert_eq!(end.count("DHPart2"), 0);
    }
}

#[test]
fn the_h0_of_a_confirm1_ends_the_chain_and_verifies_the_dhpart1() {
    for (h0, key, rule) in [
        ([9; 32], [10; 32], PeerMisbehaved::HashChain),
        ([10; 32], [9; 32], PeerMisbehaved::MessageMac),
    ] {
        let mut puppet = Puppet::new(10, ZID_B);
        let mut end = alone(quick(ZID_A));
        puppet.greet(&mut end);
        let commit = end.last("Commit");
        let part1 = sealed(&key, puppet.part(&puppet.public()).write_part1());
        puppet.say(&mut end, &part1).unwrap();
        let part2 = end.last("DHPart2");
        let pv = DhPart::read(&part2).unwrap().pv;
        let messages = [&puppet.hello[..], &commit, &part1, &part2];
        let keys = puppet.agree(Role::Responder, ZID_A, &pv, messages);
        let mut plain = puppet.plain();
        plain.h0 = Secret::copy_from(&h0);
        let confirm = keys.seal(Role::Responder, &plain).write_confirm1();
        assert_eq!(puppet.say(&mut end, &confirm), broken(rule));
        assert!(end.keys.is_none());
        assert_eq!(end.count("Confirm2"), 0);
    }
}

/// A Confirm whose MAC fits and whose IV was changed opens to another H0.
#[test]
fn each_part_of_a_confirm_is_covered() {
    for (start, rule) in [
        (12, PeerMisbehaved::ConfirmMac),
        (20, PeerMisbehaved::HashChain),
        (36, PeerMisbehaved::ConfirmMac),
        (70, PeerMisbehaved::ConfirmMac),
    ] {
        for kind in ["Confirm1", "Confirm2"] {
            let mut pair = Pair::new(11);
            let mut left = 1;
            pair.tamper = Box::new(move |to: To, datagram| {
                if kind_of(&datagram) != kind || left == 0 {
                    return vec![(to, datagram)];
                }
                left -= 1;
                vec![(to, flipped(&datagram, start))]
            });
            pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B))).run().assert_encrypted();
            let drops = pair.a.drops.iter().chain(&pair.b.drops);
            assert_eq!(drops.filter(|drop| **drop == Error::Peer(rule)).count(), 1);
        }
    }
}

fn flipped(datagram: &[u8], place: usize) -> Vec<u8> {
    let packet = Packet::read(datagram).unwrap();
    let mut message = packet.message.to_vec();
    message[place] ^= 1;
    Packet { message: &message, ..packet }.write()
}

/// Whoever strips algorithms from either Hello, or sets a flag, is found out.
#[test]
fn a_changed_hello_never_becomes_secure() {
    for place in [12, 16, 76, 77, 80, 84] {
        for victim in [To::A, To::B] {
            let mut pair = Pair::new(12);
            pair.tamper = Box::new(move |to: To, datagram| {
                if to != victim || kind_of(&datagram) != "Hello" {
                    return vec![(to, datagram)];
                }
                vec![(to, flipped(&datagram, place))]
            });
            pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B))).run_for(60_000);
            assert!(pair.a.encrypted.is_none() && pair.b.encrypted.is_none(), "{place}");
        }
    }
}

#[test]
fn a_hello_ack_of_a_stranger_does_not_silence_us() {
    let mut puppet = Puppet::new(13, ZID_B);
    let mut end = alone(quick(ZID_A));
    let unexpected = broken(PeerMisbehaved::Unexpected);
    assert_eq!(puppet.say(&mut end, &Message::HelloAck.write()), unexpected);
    assert!(end.session.as_ref().unwrap().poll_timeout().unwrap() <= pair::START + 50);
}
