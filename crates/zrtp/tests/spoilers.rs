//! What a few packets of a stranger who sees nothing could spoil: on a long line, on a bad one,
//! and before the peer comes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::puppet::{Puppet, sealed};
use pair::{Pair, START, To, ZID_A, ZID_B, alone, quick};
use privity_zrtp::message::{CommitBody, DhPart, Hello, Message, NameList};
use privity_zrtp::{CommitRule, Event, PeerMisbehaved, Role, Zid};

const ZID_F: Zid = Zid([0xcc; 12]);

fn stranger(seed: u8) -> Puppet {
    let mut puppet = Puppet::new(seed, ZID_F);
    puppet.ssrc = 0x0f0f_0f00 + u32::from(seed);
    puppet
}

/// A Commit that wins against every other one of its kind.
fn winning(puppet: &Puppet) -> Vec<u8> {
    let body = CommitBody::Dh { hvi: [0xff; 32] };
    puppet.seal_commit(&puppet.commit_to(body, *b"X255"))
}

fn inject(pair: &mut Pair<'_>, puppet: &mut Puppet, to: To, millis: u64, message: &[u8]) {
    let datagram = puppet.packet(message);
    pair.inject_in(millis, to, datagram);
}

/// His own DHPart2, other than the one that he committed to, is his own loss.
#[test]
fn a_broken_commitment_of_one_candidate_takes_no_time_from_another_one() {
    let (mut other, mut peer) = (stranger(1), Puppet::new(2, ZID_B));
    let mut end = alone(quick(ZID_A).commits(CommitRule::Passive));
    let part2 = peer.part2(&peer.public());
    let commit = peer.seal_commit(&peer.commit(&part2, &end.last("Hello")));
    for message in [peer.hello.clone(), commit] {
        peer.say(&mut end, &message).unwrap();
    }
    for message in [other.hello.clone(), winning(&other)] {
        other.say(&mut end, &message).unwrap();
    }
    let broken = other.part2(&other.public());
    assert_eq!(other.say(&mut end, &broken), Err(PeerMisbehaved::HashCommitment.into()));
    end.with(START + 2_000, |session, env| session.handle_timeout(env));
    peer.say(&mut end, &part2).unwrap();
    assert_eq!(end.count("Confirm1"), 1);
}

/// The DHPart1 that a stranger's Commit draws goes to the peer, which takes it for the answer to
/// its own. If the other Commit won, that one is answered all the same.
#[test]
fn a_dhpart1_for_a_stranger_does_not_make_two_initiators() {
    let mut peer = stranger(1);
    let mut end = alone(quick(ZID_A));
    peer.greet(&mut end);
    let part1 = peer.part1(&peer.public());
    peer.say(&mut end, &part1).unwrap();
    assert_eq!(end.count("DHPart2"), 1);
    let body = CommitBody::Dh { hvi: [0; 32] };
    let losing = peer.seal_commit(&peer.commit_to(body, *b"X255"));
    assert_eq!(peer.say(&mut end, &losing), Err(PeerMisbehaved::Unexpected.into()));
    assert_eq!(end.count("DHPart1"), 0);
    peer.say(&mut end, &winning(&peer)).unwrap();
    assert_eq!(end.count("DHPart1"), 1);
}

/// Nor do those that several names of his draw: our DHPart2 to each of them is a broken
/// commitment for the peer.
#[test]
fn dhpart1s_of_several_names_cost_time_and_not_the_call() {
    for seed in 0..20 {
        let mut pair = Pair::new(seed);
        pair.a.start(&Arc::new(quick(ZID_A)), pair.now);
        for (name, first) in [(0, 1), (1, 200), (2, 200)] {
            let mut puppet = stranger(name);
            let hello = puppet.hello.clone();
            inject(&mut pair, &mut puppet, To::A, first, &hello);
            for number in 0..25 {
                let millis = first + 1 + u64::from(number) * 400;
                let part1 = puppet.part1(&Puppet::new(number, ZID_F).public());
                for message in [Message::HelloAck.write(), part1] {
                    inject(&mut pair, &mut puppet, To::A, millis, &message);
                }
            }
        }
        pair.run_for(20);
        let passive = quick(ZID_B).commits(CommitRule::Passive);
        pair.b.start(&Arc::new(passive), pair.now);
        pair.run().assert_encrypted();
    }
}

/// The same on a line so long that it decides who commits first.
#[test]
fn nor_do_a_few_packets_of_his_end_a_call_on_a_long_line() {
    for delay in [700, 1_500] {
        let mut puppet = stranger(1);
        let mut pair = Pair::new(1);
        pair.line.delay = delay;
        pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B)));
        for message in [puppet.hello.clone(), winning(&puppet)] {
            inject(&mut pair, &mut puppet, To::A, 0, &message);
        }
        let part2 = puppet.part2(&puppet.public());
        for number in 0..28 {
            inject(&mut pair, &mut puppet, To::A, 100 + 200 * number, &part2);
        }
        pair.run().assert_encrypted();
    }
}

/// Else its caller would wait for ever.
#[test]
fn a_passive_end_says_that_nobody_came_and_answers_who_comes() {
    let (mut other, mut peer) = (stranger(1), Puppet::new(2, ZID_B));
    let mut end = alone(quick(ZID_A).commits(CommitRule::Passive));
    for message in [other.hello.clone(), winning(&other)] {
        other.say(&mut end, &message).unwrap();
    }
    peer.greet(&mut end);
    while let Some(due) = end.session.as_ref().unwrap().poll_timeout() {
        end.with(due, |session, env| session.handle_timeout(env));
        end.count("Hello");
    }
    assert!(end.events.iter().any(|event| matches!(event, Event::NoPeer { .. })));
    let key = peer.chain[0];
    let _exchange = peer.initiate(&mut end, &key);
    assert_eq!(end.count("Confirm1"), 1);
}

/// An Error to somebody who has nothing in common with us is his, and so is its ErrorACK.
#[test]
fn an_acknowledged_error_takes_no_time_from_a_commit() {
    let nothing_in_common = |hello: &mut Hello| {
        hello.algorithms.key_agreements = NameList::new(&[*b"XXXX"]).unwrap();
        hello.algorithms.hashes = NameList::new(&[*b"YYYY"]).unwrap();
    };
    let mut other = Puppet::with_hello(1, ZID_F, nothing_in_common);
    other.ssrc = 0x0f0f_0f01;
    let mut peer = Puppet::new(2, ZID_B);
    let mut end = alone(quick(ZID_A));
    let part2 = peer.part2(&peer.public());
    let hello = other.hello.clone();
    other.say(&mut end, &hello).unwrap();
    assert!(other.say(&mut end, &Message::HelloAck.write()).is_err());
    assert_eq!(end.count("Error"), 1);
    let commit = peer.seal_commit(&peer.commit(&part2, &end.last("Hello")));
    for message in [peer.hello.clone(), commit] {
        peer.say(&mut end, &message).unwrap();
    }
    other.say(&mut end, &Message::ErrorAck.write()).unwrap();
    end.with(START + 2_000, |session, env| session.handle_timeout(env));
    peer.say(&mut end, &part2).unwrap();
    assert_eq!(end.count("Confirm1"), 1);
}

/// The HelloACK that a stranger's Hello draws goes to the peer, which takes it for its own.
#[test]
fn a_stranger_and_losses_do_not_keep_the_hello_of_a_passive_end_away() {
    for (passive, other) in [(To::A, To::B), (To::B, To::A)] {
        let rule = |end| if end == passive { CommitRule::Passive } else { CommitRule::Active };
        let a = Arc::new(quick(ZID_A).commits(rule(To::A)));
        let b = Arc::new(quick(ZID_B).commits(rule(To::B)));
        let mut calls = 0;
        for seed in 0..200 {
            let mut puppet = stranger(1);
            let mut pair = Pair::new(seed);
            let loss =
                if other == To::A { &mut pair.line.loss_to_a } else { &mut pair.line.loss_to_b };
            *loss = 40;
            pair.start(&a, &b);
            for end in [To::A, To::B] {
                for message in [puppet.hello.clone(), Message::HelloAck.write()] {
                    inject(&mut pair, &mut puppet, end, 30, &message);
                }
            }
            pair.run();
            calls += usize::from(pair.a.encrypted.is_some() && pair.b.encrypted.is_some());
        }
        assert!(calls >= 198, "{calls} of 200");
    }
}

/// Twelve Hellos take their places one after the other, and then the peer comes.
#[test]
fn many_hellos_before_it_comes_do_not_keep_the_peer_out() {
    let mut pair = Pair::new(1);
    pair.a.start(&Arc::new(quick(ZID_A)), pair.now);
    for number in 0..12 {
        let mut puppet = stranger(number);
        let hello = puppet.hello.clone();
        inject(&mut pair, &mut puppet, To::A, u64::from(number / 4) * 3_100, &hello);
    }
    pair.run_for(20_000);
    pair.b.start(&Arc::new(quick(ZID_B)), pair.now);
    pair.run_for(10_000).assert_encrypted();
}

/// Who sees H1 can forge a Commit and a DHPart2 of a bad value: they end their own exchange only.
#[test]
fn a_bad_public_value_in_one_exchange_ends_no_other_one() {
    let mut puppet = stranger(1);
    let mut end = alone(quick(ZID_A).commits(CommitRule::Passive));
    puppet.greet(&mut end);
    let hello = end.last("Hello");
    let parts = [puppet.part2(&[0; 32]), puppet.part2(&puppet.public())];
    for part2 in &parts {
        let commit = puppet.seal_commit(&puppet.commit(part2, &hello));
        puppet.say(&mut end, &commit).unwrap();
    }
    let said = parts.map(|part2| puppet.say(&mut end, &part2));
    assert_eq!(said, [Err(PeerMisbehaved::PublicValue.into()), Ok(())]);
    assert_eq!(end.count("Confirm1"), 1);
}

/// What a man in the middle can choose from: he knows the SAS of each Commit that was answered
/// before he goes on with one, so his guesses at the two ends multiply.
#[test]
fn each_answered_commit_is_a_guess_that_may_still_be_finished() {
    let mut end = alone(quick(ZID_A).commits(CommitRule::Passive));
    let hello = end.last("Hello");
    let mut known = Vec::new();
    for seed in 0..5 {
        let mut puppet = stranger(seed);
        let own = puppet.hello.clone();
        let _fifth = puppet.say(&mut end, &own);
        for guess in 0..5 {
            let part = DhPart { rs1_id: [guess; 8], ..puppet.part(&puppet.public()) };
            let part2 = sealed(&puppet.chain[0], part.write_part2());
            let commit = puppet.seal_commit(&puppet.commit(&part2, &hello));
            if puppet.say(&mut end, &commit).is_ok() {
                let part1 = end.last("DHPart1");
                let pv = DhPart::read(&part1).unwrap().pv;
                let messages = [&hello[..], &commit, &part1, &part2];
                let keys = puppet.agree(Role::Initiator, ZID_A, &pv, messages);
                known.push((seed, part2, keys));
            }
        }
    }
    assert_eq!(known.len(), 8);
    let (seed, part2, keys) = &known[0];
    let mut puppet = stranger(*seed);
    puppet.say(&mut end, part2).unwrap();
    let confirm2 = keys.seal(Role::Initiator, &puppet.plain());
    puppet.say(&mut end, &confirm2.write_confirm2()).unwrap();
    let sas_hash = end.encrypted.unwrap().sashash;
    assert_eq!(sas_hash[..], keys.derive(b"SAS", 32)[..]);
}
