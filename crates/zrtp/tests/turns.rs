//! Whose turn it is to get our Commit, and for how long, where several say Hello.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use pair::puppet::Puppet;
use pair::{End, START, ZID_B, alone, kind_of, quick};
use privity_zrtp::message::{CommitBody, Message, NameList};
use privity_zrtp::{CommitRule, Error, Event, Failure, PeerMisbehaved, Unsupported, Zid};

const ZID_F: Zid = Zid([0xcc; 12]);

fn puppet(seed: u8, zid: Zid) -> Puppet {
    let mut puppet = Puppet::new(seed, zid);
    puppet.ssrc = 0x0f0f_0f00 + u32::from(seed);
    puppet
}

fn say(puppet: &mut Puppet, end: &mut End, millis: u64, message: &[u8]) -> Result<(), Error> {
    let datagram = puppet.packet(message);
    end.receive(&datagram, START + millis)
}

/// Each call makes another DHPart1 of the same sender.
fn part(puppet: &Puppet, number: u8) -> Vec<u8> {
    puppet.part1(&Puppet::new(number, ZID_F).public())
}

/// Lets an end's timers run up to a moment.
fn wait(end: &mut End, millis: u64) {
    while let Some(due) = end.session.as_ref().unwrap().poll_timeout() {
        if due > START + millis {
            return;
        }
        end.with(due, |session, env| session.handle_timeout(env));
        let fresh = end.drain();
        end.sent.extend(fresh);
    }
}

/// The Commits that an end made, without repetitions.
fn commits(end: &mut End) -> usize {
    end.count("Commit");
    let made = end.sent.iter().filter(|datagram| kind_of(datagram) == "Commit");
    let mut made: Vec<_> = made.map(|one| one[12..one.len() - 4].to_vec()).collect();
    made.sort();
    made.dedup();
    made.len()
}

#[test]
fn a_commit_of_another_candidate_does_not_end_ours() {
    let (mut peer, mut other) = (puppet(1, ZID_B), puppet(2, ZID_F));
    let mut end = alone(quick(pair::ZID_A));
    peer.greet(&mut end);
    let body = CommitBody::Dh { hvi: [0xff; 32] };
    let commit = other.seal_commit(&other.commit_to(body, *b"X255"));
    let hello = other.hello.clone();
    say(&mut other, &mut end, 1, &hello).unwrap();
    say(&mut other, &mut end, 2, &commit).unwrap();
    assert_eq!(end.count("DHPart1"), 1);
    let part1 = part(&peer, 1);
    say(&mut peer, &mut end, 3, &part1).unwrap();
    assert_eq!(end.count("DHPart2"), 1);
}

#[test]
fn another_candidate_gets_its_turn_after_twelve_hundred_milliseconds_without_progress() {
    let (mut first, mut second) = (puppet(1, ZID_F), puppet(2, ZID_B));
    let mut end = alone(quick(pair::ZID_A));
    first.greet(&mut end);
    second.greet(&mut end);
    wait(&mut end, 1_199);
    assert_eq!(commits(&mut end), 1);
    wait(&mut end, 1_200);
    assert_eq!(commits(&mut end), 2);
}

/// Progress of the one that has the turn begins it anew.
#[test]
fn a_dhpart1_in_its_turn_makes_the_turn_longer() {
    let (mut first, mut second) = (puppet(1, ZID_B), puppet(2, ZID_F));
    let mut end = alone(quick(pair::ZID_A));
    first.greet(&mut end);
    second.greet(&mut end);
    let part1 = part(&first, 1);
    say(&mut first, &mut end, 1_000, &part1).unwrap();
    wait(&mut end, 2_199);
    assert_eq!((commits(&mut end), end.count("DHPart2") > 0), (1, true));
    wait(&mut end, 2_200);
    assert_eq!(commits(&mut end), 2);
}

/// The real peer may have a long way; and the number of turns is bounded.
#[test]
fn each_turn_is_twice_as_long_as_the_one_before() {
    let (mut first, mut second) = (puppet(1, ZID_F), puppet(2, ZID_B));
    let mut end = alone(quick(pair::ZID_A));
    first.greet(&mut end);
    second.greet(&mut end);
    let mut turns = Vec::new();
    for millis in (0..30_000).step_by(50) {
        wait(&mut end, millis);
        if commits(&mut end) > turns.len() {
            turns.push(millis);
        }
        for puppet in [&mut first, &mut second] {
            let _ = say(puppet, &mut end, millis, &Message::HelloAck.write());
        }
    }
    let ends: Vec<_> = turns.iter().map(|turn| turn / 100 * 100).collect();
    assert_eq!(ends, [0, 1_200, 3_600, 8_400]);
}

/// A DHPart1 does not say which Commit it answers. One that came before answers no later one.
#[test]
fn a_dhpart1_that_came_before_our_commit_is_not_its_answer() {
    let (mut first, mut second) = (puppet(1, ZID_F), puppet(2, ZID_B));
    let mut end = alone(quick(pair::ZID_A));
    first.greet(&mut end);
    let hello = second.hello.clone();
    say(&mut second, &mut end, 1, &hello).unwrap();
    let early = part(&second, 1);
    say(&mut second, &mut end, 2, &early).unwrap();
    wait(&mut end, 1_300);
    assert_eq!(commits(&mut end), 2);
    let again = say(&mut second, &mut end, 1_301, &early);
    assert_eq!(again, Err(PeerMisbehaved::Unexpected.into()));
    assert_eq!(end.count("DHPart2"), 0);
    let answer = part(&second, 2);
    say(&mut second, &mut end, 1_302, &answer).unwrap();
    assert_eq!(end.count("DHPart2"), 1);
}

/// Nor is a second one taken for the first: its sender has seen our public value by then.
#[test]
fn a_second_dhpart1_draws_another_commit_and_no_other_dhpart2() {
    let mut peer = puppet(1, ZID_B);
    let mut end = alone(quick(pair::ZID_A));
    peer.greet(&mut end);
    for (millis, number) in [(10, 1), (20, 2)] {
        let part1 = part(&peer, number);
        say(&mut peer, &mut end, millis, &part1).unwrap();
    }
    assert_eq!((commits(&mut end), end.count("DHPart2")), (1, 1));
    wait(&mut end, 1_300);
    assert_eq!(commits(&mut end), 2);
}

/// Each is a guess at the SAS.
#[test]
fn one_candidate_draws_two_commits_and_all_together_four() {
    for (candidates, expected) in [(1, 2), (4, 4)] {
        let mut end = alone(quick(pair::ZID_A));
        let mut puppets: Vec<_> = (1..=candidates).map(|seed| puppet(seed, ZID_F)).collect();
        puppets.iter_mut().for_each(|puppet| puppet.greet(&mut end));
        for step in 0..240 {
            let millis = u64::from(step) * 500;
            wait(&mut end, millis);
            for puppet in &mut puppets {
                let part1 = part(puppet, step);
                let _ = say(puppet, &mut end, millis, &part1);
            }
        }
        assert_eq!(commits(&mut end), expected);
    }
}

/// A full list of candidates, and the one that has our Commit is silent for long.
#[test]
fn whoever_has_our_commit_keeps_its_place() {
    let mut peer = puppet(1, ZID_B);
    let mut end = alone(quick(pair::ZID_A));
    peer.greet(&mut end);
    for seed in 2..9 {
        let mut other = puppet(seed, ZID_F);
        let hello = other.hello.clone();
        let _ = say(&mut other, &mut end, 2_000 + u64::from(seed) * 1_000, &hello);
    }
    let part1 = part(&peer, 1);
    say(&mut peer, &mut end, 10_000, &part1).unwrap();
    assert_eq!(end.count("DHPart2"), 1);
}

#[test]
fn hello_is_repeated_while_one_candidate_has_not_acknowledged_it() {
    let (mut silent, mut other) = (puppet(1, ZID_B), puppet(2, ZID_F));
    let mut end = alone(quick(pair::ZID_A).commits(CommitRule::Passive));
    let hello = silent.hello.clone();
    say(&mut silent, &mut end, 1, &hello).unwrap();
    other.greet(&mut end);
    let before = end.count("Hello");
    wait(&mut end, 2_000);
    let repeated = end.count("Hello") - before;
    assert!(repeated >= 9, "{repeated}");
    let _ = say(&mut silent, &mut end, 2_001, &Message::HelloAck.write());
    let before = end.count("Hello");
    wait(&mut end, 4_000);
    assert_eq!(end.count("Hello"), before);
}

/// Else a passive peer would wait for ever for the Commit of an end that answers a false one.
#[test]
fn who_acknowledged_gets_a_commit_though_another_one_committed_first() {
    let (mut first, mut second) = (puppet(1, ZID_F), puppet(2, ZID_B));
    let mut end = alone(quick(pair::ZID_A));
    let body = CommitBody::Dh { hvi: [0xff; 32] };
    let commit = first.seal_commit(&first.commit_to(body, *b"X255"));
    let hello = first.hello.clone();
    say(&mut first, &mut end, 0, &hello).unwrap();
    say(&mut first, &mut end, 0, &commit).unwrap();
    second.greet(&mut end);
    wait(&mut end, 1_199);
    assert_eq!((end.count("DHPart1"), commits(&mut end)), (1, 0));
    wait(&mut end, 1_200);
    assert_eq!(commits(&mut end), 1);
}

/// It takes itself for the responder: its own Commit is void.
#[test]
fn a_commit_of_ours_ends_the_exchange_of_the_same_peer() {
    let mut peer = puppet(1, ZID_B);
    let mut end = alone(quick(pair::ZID_A));
    let part2 = peer.part2(&peer.public());
    let commit = peer.seal_commit(&peer.commit(&part2, &end.last("Hello")));
    let part1 = part(&peer, 9);
    let hello = peer.hello.clone();
    for message in [hello, commit, part1] {
        say(&mut peer, &mut end, 1, &message).unwrap();
    }
    wait(&mut end, 1_300);
    assert_eq!(commits(&mut end), 1);
    assert_eq!(say(&mut peer, &mut end, 1_301, &part2), Err(PeerMisbehaved::HashChain.into()));
}

#[test]
fn who_lost_its_place_ends_no_handshake() {
    let mut peer = puppet(1, ZID_B);
    let mut end = alone(quick(pair::ZID_A).commits(CommitRule::Passive));
    peer.greet(&mut end);
    let key = peer.chain[0];
    let exchange = peer.initiate(&mut end, &key);
    for seed in 2..6 {
        let mut other = puppet(seed, ZID_F);
        let hello = other.hello.clone();
        let _ = say(&mut other, &mut end, 3_000, &hello);
    }
    let confirm2 = exchange.keys.seal(privity_zrtp::Role::Initiator, &peer.plain());
    let late = say(&mut peer, &mut end, 3_001, &confirm2.write_confirm2());
    assert_eq!(late, Err(PeerMisbehaved::Unexpected.into()));
    assert!(end.encrypted.is_none());
}

/// Whoever sees H1 can forge a DHPart1, but not one that its owner's is not taken after.
#[test]
fn a_bad_public_value_leaves_our_commit_where_it_is() {
    let mut peer = puppet(1, ZID_B);
    let mut end = alone(quick(pair::ZID_A));
    peer.greet(&mut end);
    for (millis, value) in [(1, [0; 32]), (2, [0; 32])] {
        let forged = say(&mut peer, &mut end, millis, &puppet(1, ZID_B).part1(&value));
        assert!(forged.is_err());
    }
    let part1 = part(&peer, 1);
    say(&mut peer, &mut end, 3, &part1).unwrap();
    assert_eq!((commits(&mut end), end.count("DHPart2"), end.count("Error")), (1, 1, 1));
}

/// And takes no more time than silence does.
#[test]
fn who_sends_nothing_but_bad_public_values_loses_its_turn() {
    let (mut bad, mut second) = (puppet(1, ZID_F), puppet(2, ZID_B));
    let mut end = alone(quick(pair::ZID_A));
    bad.greet(&mut end);
    second.greet(&mut end);
    let part1 = bad.part1(&[0; 32]);
    assert_eq!(say(&mut bad, &mut end, 2, &part1), Err(PeerMisbehaved::PublicValue.into()));
    wait(&mut end, 1_199);
    assert_eq!(commits(&mut end), 1);
    wait(&mut end, 1_200);
    assert_eq!(commits(&mut end), 2);
}

/// Its own repetitions say that it waits for it.
#[test]
fn a_late_repetition_of_hello_draws_ours_again() {
    let mut peer = puppet(1, ZID_B);
    let mut end = alone(quick(pair::ZID_A).commits(CommitRule::Passive));
    let hello = peer.hello.clone();
    say(&mut peer, &mut end, 0, &hello).unwrap();
    wait(&mut end, 20_000);
    let before = end.count("Hello");
    say(&mut peer, &mut end, 20_001, &hello).unwrap();
    assert_eq!(end.count("Hello"), before + 1);
}

#[test]
fn who_gives_signs_of_life_keeps_its_place() {
    let mut peer = puppet(1, ZID_B);
    let mut end = alone(quick(pair::ZID_A).commits(CommitRule::Passive));
    peer.greet(&mut end);
    let hello = peer.hello.clone();
    say(&mut peer, &mut end, 2_900, &hello).unwrap();
    for seed in 2..9 {
        let mut other = puppet(seed, ZID_F);
        let hello = other.hello.clone();
        let _ = say(&mut other, &mut end, 3_500, &hello);
    }
    say(&mut peer, &mut end, 3_501, &Message::HelloAck.write()).unwrap();
}

fn stranger(seed: u8) -> Puppet {
    let mut stranger = Puppet::with_hello(seed, ZID_F, |hello| {
        hello.algorithms.key_agreements = NameList::new(&[*b"E255"]).unwrap();
    });
    stranger.ssrc = 0x0f0f_0f00 + u32::from(seed);
    stranger
}

/// Also where the other candidates are such as we never commit to.
#[test]
fn a_handshake_without_anybody_left_ends() {
    let mut end = alone(quick(pair::ZID_A));
    let (mut bad, mut second) = (puppet(1, ZID_B), stranger(2));
    let hello = second.hello.clone();
    say(&mut second, &mut end, 0, &hello).unwrap();
    let told = say(&mut second, &mut end, 0, &Message::HelloAck.write());
    assert_eq!(told, Err(Unsupported::KeyAgreement.into()));
    bad.greet(&mut end);
    let part1 = bad.part1(&[0; 32]);
    assert!(say(&mut bad, &mut end, 2, &part1).is_err());
    wait(&mut end, 60_000);
    let why = Some(PeerMisbehaved::PublicValue.into());
    assert!(matches!(end.failed, Some(Failure::Timeout { last_drop, .. }) if last_drop == why));
}

/// A passive end stays ready for the one that has not committed.
#[test]
fn a_passive_end_whose_initiator_falls_silent_hears_that_nobody_is_left() {
    let mut end = alone(quick(pair::ZID_A).commits(CommitRule::Passive));
    let (mut silent, mut other) = (puppet(1, ZID_B), puppet(2, ZID_F));
    other.greet(&mut end);
    silent.greet(&mut end);
    let body = CommitBody::Dh { hvi: [0xff; 32] };
    let commit = silent.seal_commit(&silent.commit_to(body, *b"X255"));
    say(&mut silent, &mut end, 1, &commit).unwrap();
    wait(&mut end, 60_000);
    let told = |event: &Event| matches!(event, Event::NoPeer { .. });
    assert_eq!(end.events.iter().filter(|event| told(event)).count(), 1);
}
