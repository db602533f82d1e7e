//! Whole false peers, who say Hello and go on with a hash chain of their own, without seeing
//! what the two ends send. They may cost time, never the call.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::puppet::Puppet;
use pair::{Pair, To, ZID_A, ZID_B, alone, kind_of, quick};
use privity_zrtp::message::{CommitBody, Confirm, ErrorCode, Message, NameList, Ping};
use privity_zrtp::{
    CommitRule, Config, Event, KeyAgreement, Packet, PeerMisbehaved, PresharedRule, Zid,
};
use rand_chacha::rand_core::Rng;

const ZID_F: Zid = Zid([0xcc; 12]);

fn impostor(seed: u8) -> Puppet {
    let mut puppet = Puppet::new(seed, ZID_F);
    puppet.ssrc = 0x0f0f_0f00 + u32::from(seed);
    puppet
}

/// One whose Hello has nothing in common with ours.
fn stranger(seed: u8) -> Puppet {
    let mut puppet = Puppet::with_hello(seed, ZID_F, |hello| {
        hello.algorithms.key_agreements = NameList::new(&[*b"E255"]).unwrap();
    });
    puppet.ssrc = 0x0f0f_0f00 + u32::from(seed);
    puppet
}

fn pair<'a>(seed: u64) -> Pair<'a> {
    let mut pair = Pair::new(seed);
    pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B)));
    pair
}

/// A Commit that wins against every other one of its kind.
fn winning(puppet: &Puppet) -> Vec<u8> {
    let body = CommitBody::Dh { hvi: [0xff; 32] };
    puppet.seal_commit(&puppet.commit_to(body, *b"X255"))
}

fn assert_with_each_other(pair: &Pair<'_>) {
    pair.assert_encrypted();
    assert_eq!(pair.a.encrypted.as_ref().unwrap().peer, ZID_B);
    assert_eq!(pair.b.encrypted.as_ref().unwrap().peer, ZID_A);
}

/// A Hello and one more message, at every moment of a handshake, to either end and to both.
fn at_every_moment(message: impl Fn(&Puppet) -> Vec<u8>) {
    for (seed, moment) in (0..200).step_by(4).enumerate() {
        for ends in [&[To::A][..], &[To::B], &[To::A, To::B]] {
            let mut puppet = impostor(1);
            let mut pair = pair(seed as u64);
            for end in ends {
                for message in [puppet.hello.clone(), message(&puppet)] {
                    let datagram = puppet.packet(&message);
                    pair.inject_in(moment, *end, datagram);
                }
            }
            assert_with_each_other(pair.run());
        }
    }
}

#[test]
fn a_hello_alone_changes_nothing() {
    at_every_moment(|puppet| puppet.hello.clone());
}

#[test]
fn an_acknowledgement_changes_nothing() {
    at_every_moment(|_| Message::HelloAck.write());
}

#[test]
fn a_commit_that_would_win_a_contention_displaces_nobody() {
    at_every_moment(winning);
}

#[test]
fn a_dhpart1_takes_no_turn_away() {
    at_every_moment(|puppet| puppet.part1(&puppet.public()));
}

#[test]
fn a_dhpart1_with_a_bad_value_harms_its_sender_only() {
    at_every_moment(|puppet| puppet.part1(&[0; 32]));
}

#[test]
fn errors_end_nothing() {
    at_every_moment(|_| Message::Error(ErrorCode::NoSharedSecret).write());
}

/// It acknowledges and answers DHPart1 before the real peer says anything; our Commit is for
/// it first.
#[test]
fn a_responder_that_is_there_first_loses_its_turn() {
    for seed in 0..20 {
        let mut puppet = impostor(1);
        let mut pair = Pair::new(seed);
        pair.a.start(&Arc::new(quick(ZID_A)), pair.now);
        for (millis, message) in [
            (5, puppet.hello.clone()),
            (6, Message::HelloAck.write()),
            (7, puppet.part1(&puppet.public())),
        ] {
            let datagram = puppet.packet(&message);
            pair.inject_in(millis, To::A, datagram);
        }
        pair.run_for(seed * 40);
        pair.b.start(&Arc::new(quick(ZID_B)), pair.now);
        let began = pair.now;
        assert_with_each_other(pair.run());
        assert!(pair.now - began < 4_000, "{}", pair.now - began);
    }
}

/// A passive end waits for the Commit of the other one, who is busy with a false initiator.
#[test]
fn an_initiator_that_is_there_first_does_not_keep_us_from_committing() {
    for passive in [To::A, To::B] {
        let mut puppet = impostor(2);
        let mut pair = Pair::new(3);
        let rule = |end| {
            if end == passive { CommitRule::Passive } else { CommitRule::Active }
        };
        let a = Arc::new(quick(ZID_A).commits(rule(To::A)));
        pair.start(&a, &Arc::new(quick(ZID_B).commits(rule(To::B))));
        for end in [To::A, To::B] {
            for message in [puppet.hello.clone(), winning(&puppet)] {
                let datagram = puppet.packet(&message);
                pair.inject(end, datagram);
            }
        }
        assert_with_each_other(pair.run());
    }
}

/// Four Hellos take all places, before the real peer comes.
#[test]
fn silent_candidates_make_room_after_three_seconds() {
    for seed in 0..10 {
        let mut pair = pair(seed);
        for end in [To::A, To::B] {
            for number in 0..4 {
                let mut puppet = impostor(number);
                let hello = puppet.hello.clone();
                pair.inject(end, puppet.packet(&hello));
            }
        }
        assert_with_each_other(pair.run());
    }
}

/// Nor do they keep their places by what comes later from somebody else.
#[test]
fn twelve_hellos_take_a_place_and_then_one_in_ten_seconds() {
    let mut end = alone(quick(ZID_A));
    let mut taken = 0;
    for number in 0..40 {
        let mut puppet = impostor(number);
        let hello = puppet.hello.clone();
        let datagram = puppet.packet(&hello);
        let now = pair::START + u64::from(number) * 3_001;
        taken += usize::from(end.receive(&datagram, now).is_ok());
    }
    assert!((20..=23).contains(&taken), "{taken}");
    assert!(end.drops.contains(&PeerMisbehaved::Flood.into()));
}

/// Each of them is a guess at the SAS for a man in the middle.
#[test]
fn few_commits_of_all_candidates_are_answered_and_few_are_made() {
    let mut end = alone(quick(ZID_A));
    for number in 0..12 {
        let mut puppet = impostor(number);
        let now = pair::START + u64::from(number) * 3_001;
        let mut say = |message: &[u8]| {
            let datagram = puppet.packet(message);
            let _ = end.receive(&datagram, now);
        };
        let puppet = impostor(number);
        say(&puppet.hello);
        say(&Message::HelloAck.write());
        for guess in 0..6 {
            let body = CommitBody::Dh { hvi: [0xf0 + guess; 32] };
            say(&puppet.seal_commit(&puppet.commit_to(body, *b"X255")));
        }
        end.with(now + 3_000, |session, env| session.handle_timeout(env));
    }
    assert_eq!(end.count("DHPart1"), 8);
    let mut commits: Vec<_> =
        end.sent.iter().filter(|datagram| kind_of(datagram) == "Commit").collect();
    commits.sort_by_key(|datagram| datagram[28..datagram.len() - 4].to_vec());
    commits.dedup_by_key(|datagram| datagram[28..datagram.len() - 4].to_vec());
    assert!(commits.len() <= 4, "{}", commits.len());
}

/// Else a Confirm2 that got lost would not be repeated.
#[test]
fn an_acknowledgement_of_another_candidate_is_not_the_peers() {
    let acks = [Message::Conf2Ack, Message::ClearAck, Message::RelayAck];
    for seed in 0..10 {
        let mut puppet = impostor(1);
        let mut pair = pair(seed);
        for end in [To::A, To::B] {
            let hello = puppet.packet(&puppet.hello.clone());
            pair.inject(end, hello);
        }
        let (mut lost, acks) = (false, acks.clone());
        pair.tamper = Box::new(move |to: To, datagram| {
            if kind_of(&datagram) != "Confirm2" || lost {
                return vec![(to, datagram)];
            }
            lost = true;
            let back = if to == To::A { To::B } else { To::A };
            acks.iter().map(|ack| (back, puppet.packet(&ack.write()))).collect()
        });
        assert_with_each_other(pair.run());
    }
}

/// Else one that acknowledges our Hello would keep it from the real peer, to whom it got lost.
#[test]
fn our_hello_is_repeated_until_every_candidate_has_it() {
    for (number, second) in [Message::HelloAck.write(), winning(&impostor(1))].iter().enumerate() {
        let mut puppet = impostor(1);
        let mut pair = Pair::new(number as u64);
        pair.tamper = Box::new(move |to: To, datagram| match kind_of(&datagram).as_str() {
            "Commit" | "DHPart1" if to == To::B => vec![],
            _ => vec![(to, datagram)],
        });
        let passive = quick(ZID_A).commits(CommitRule::Passive);
        pair.start(&Arc::new(passive), &Arc::new(quick(ZID_B)));
        pair.line.loss_to_b = 100;
        for message in [puppet.hello.clone(), second.clone()] {
            pair.inject_in(45, To::A, puppet.packet(&message));
        }
        pair.run_for(1_000);
        pair.tamper = Box::new(|to, datagram| vec![(to, datagram)]);
        pair.line.loss_to_b = 0;
        assert_with_each_other(pair.run());
    }
}

/// Strangers share a budget of answers; the peer's repetitions are answered from its own.
#[test]
fn a_flood_of_pings_leaves_the_peer_its_answers() {
    for seed in 0..4 {
        let mut pair = Pair::new(seed);
        let ping = Message::Ping(Ping { version: *b"1.10", endpoint_hash: [1; 8] }).write();
        for end in [To::A, To::B] {
            for number in 0..6_000 {
                let packet = Packet { sequence: 1, ssrc: 0x0d0d_0d0d, message: &ping };
                pair.inject_in(number / 20, end, packet.write());
            }
        }
        pair.line.loss_to_a = 20;
        pair.line.loss_to_b = 20;
        pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B)));
        assert_with_each_other(pair.run());
        let answered = pair.a.sent.iter().filter(|one| kind_of(one) == "PingACK").count();
        assert!(answered < 1_000, "{answered}");
    }
}

/// What comes repeatedly from one candidate is answered within a budget, too.
#[test]
fn a_flood_of_one_commit_is_answered_within_a_budget() {
    let mut puppet = impostor(1);
    let mut end = alone(quick(ZID_A).commits(CommitRule::Passive));
    puppet.greet(&mut end);
    for _ in 0..500 {
        puppet.say(&mut end, &winning(&impostor(1))).unwrap();
        end.count("DHPart1");
    }
    let answers = end.count("DHPart1") + end.count("Hello");
    assert!((40..=52).contains(&answers), "{answers}");
}

/// A SASrelay or GoClear has its acknowledgement from the peer of the call.
#[test]
fn nobody_else_is_heard_once_the_peer_has_proven_itself() {
    let mut puppet = impostor(1);
    let mut pair = pair(1);
    pair.inject(To::A, puppet.packet(&puppet.hello.clone()));
    assert_with_each_other(pair.run());
    let ack = puppet.packet(&Message::ClearAck.write());
    assert_eq!(pair.a.receive(&ack, pair.now), Err(PeerMisbehaved::Unexpected.into()));
    assert!(!pair.a.events.iter().any(|event| matches!(event, Event::Cleared { .. })));
}

/// That the secret of a Preshared Commit is missing is for its addressee to say.
#[test]
fn an_error_of_another_candidate_does_not_end_preshared() {
    let mut first = pair(1);
    assert_with_each_other(first.run());
    let mut pair = Pair::new(2);
    (pair.a.cache, pair.b.cache) = (first.a.cache, first.b.cache);
    let prefer = |zid| Arc::new(quick(zid).preshared(PresharedRule::Prefer));
    pair.start(&prefer(ZID_A), &prefer(ZID_B));
    let mut puppet = impostor(1);
    let error = Message::Error(ErrorCode::NoSharedSecret).write();
    for millis in 0..100 {
        for message in [&puppet.hello.clone(), &error] {
            let datagram = puppet.packet(message);
            pair.inject_in(millis, To::A, datagram.clone());
            pair.inject_in(millis, To::B, datagram);
        }
    }
    assert_with_each_other(pair.run());
    let agreement = pair.a.encrypted.as_ref().unwrap().suite.agreement;
    assert_eq!(agreement, KeyAgreement::Preshared);
}

/// Two of them say whatever comes to their minds, on a line that loses one in ten: nearly
/// always the two ends find each other, else both end with an error.
#[test]
fn any_number_of_their_messages_on_a_bad_line_ends_in_a_call_of_the_two() {
    let mut calls = 0;
    for seed in 0..400 {
        let mut pair = Pair::new(seed);
        let rule = |passive| if passive { CommitRule::Passive } else { CommitRule::Active };
        let a: Config = quick(ZID_A).commits(rule(seed % 5 == 0));
        pair.start(&Arc::new(a), &Arc::new(quick(ZID_B).commits(rule(seed % 5 == 1))));
        (pair.line.loss_to_a, pair.line.loss_to_b, pair.line.jitter) = (10, 10, 30);
        for number in 0..2 {
            let mut puppet = if seed % 3 == 0 { stranger(number) } else { impostor(number) };
            let confirm = Confirm { mac: [1; 8], iv: [2; 16], ciphertext: vec![3; 40] };
            let says = [
                puppet.hello.clone(),
                Message::HelloAck.write(),
                winning(&puppet),
                puppet.seal_commit(&puppet.commit(&[number; 84], &puppet.hello)),
                puppet.part1(&puppet.public()),
                puppet.part1(&[9; 32]),
                puppet.part2(&puppet.public()),
                confirm.write_confirm1(),
                confirm.write_confirm2(),
                Message::Error(ErrorCode::KeyAgreement).write(),
                Message::Conf2Ack.write(),
                Message::ErrorAck.write(),
            ];
            for end in [To::A, To::B] {
                pair.inject(end, puppet.packet(&says[0]));
                for _ in 0..pair.rng.next_u32() % 20 {
                    let message = &says[pair.rng.next_u32() as usize % says.len()];
                    let millis = u64::from(pair.rng.next_u32() % 2_000);
                    let datagram = puppet.packet(message);
                    pair.inject_in(millis, end, datagram);
                }
            }
        }
        pair.run();
        if pair.a.encrypted.is_some() && pair.b.encrypted.is_some() {
            assert_with_each_other(&pair);
            calls += 1;
        } else {
            assert!(pair.a.is_over() && pair.b.is_over(), "seed {seed}");
        }
    }
    assert!(calls >= 390, "{calls} of 400");
}
