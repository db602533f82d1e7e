//! What is said when there will be no keys, and for how long (RFC 6189, 4.7.1, 5.9 and 6).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::puppet::Puppet;
use pair::{End, Pair, START, ZID_A, ZID_B, alone, quick};
use privity_zrtp::message::{ErrorCode, Message, NameList};
use privity_zrtp::{
    Config, Error, Event, Failure, KeyAgreement, Offer, Packet, PeerMisbehaved, Session,
    Unsupported, Zid,
};

/// Lets time pass up to the next deadline; when that was.
fn alarm(end: &mut End) -> Option<u64> {
    let due = end.session.as_ref().and_then(Session::poll_timeout)?;
    end.with(due, |session, env| session.handle_timeout(env));
    Some(due)
}

/// When Errors are sent from now on, until none follows.
fn repetitions(end: &mut End) -> Vec<u64> {
    let (mut times, mut sent) = (Vec::new(), end.count("Error"));
    while let Some(due) = alarm(end) {
        let count = end.count("Error");
        assert!(count <= sent + 1);
        times.extend((count > sent).then_some(due));
        sent = count;
    }
    times
}

/// An end whose peer fell silent after its Hello, at the moment of the first Error.
fn failed() -> (Puppet, End) {
    let mut puppet = Puppet::new(1, ZID_B);
    let mut end = alone(quick(ZID_A));
    puppet.greet(&mut end);
    while end.count("Error") == 0 {
        alarm(&mut end).unwrap();
    }
    (puppet, end)
}

fn acknowledge(end: &mut End, ssrc: u32) -> Result<(), Error> {
    let message = &Message::ErrorAck.write();
    end.receive(&Packet { sequence: 1, ssrc, message }.write(), START)
}

fn told(end: &mut End) -> Message {
    Message::read(&end.last("Error")).unwrap()
}

#[test]
fn an_error_is_repeated_with_the_timer_t2_and_then_no_more() {
    let (_, mut end) = failed();
    assert_eq!(told(&mut end), Message::Error(ErrorCode::Timeout));
    assert!(matches!(end.failed, Some(Failure::Timeout { .. })));
    let times = repetitions(&mut end);
    let gaps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps, [300, 600, 1_200, 1_200, 1_200, 1_200, 1_200, 1_200, 1_200]);
    assert_eq!(end.session.unwrap().poll_timeout(), None);
}

#[test]
fn an_acknowledgement_of_the_peer_ends_the_repetition() {
    let (puppet, mut end) = failed();
    alarm(&mut end);
    assert_eq!(acknowledge(&mut end, 0xeeee), Err(PeerMisbehaved::Unexpected.into()));
    assert!(end.session.as_ref().unwrap().poll_timeout().is_some());
    acknowledge(&mut end, puppet.ssrc).unwrap();
    assert_eq!(end.session.as_ref().unwrap().poll_timeout(), None);
    assert_eq!(end.count("Error"), 2);
}

/// It belongs to an Error, and to nothing else that is repeated.
#[test]
fn an_acknowledgement_without_an_error_ends_nothing() {
    let mut puppet = Puppet::new(2, ZID_B);
    let mut end = alone(quick(ZID_A));
    puppet.greet(&mut end);
    let due = end.session.as_ref().unwrap().poll_timeout();
    assert_eq!(end.count("Commit"), 1);
    acknowledge(&mut end, puppet.ssrc).unwrap();
    assert_eq!(end.session.as_ref().unwrap().poll_timeout(), due);
}

fn stop(end: &mut End, now: u64) {
    end.with(now, |session, env| session.stop(env));
}

#[test]
fn whoever_stops_tells_the_peer_until_it_acknowledges() {
    let mut pair = Pair::new(3);
    pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B))).run_for(50);
    assert!(pair.a.encrypted.is_none());
    let now = pair.now;
    stop(&mut pair.a, now);
    assert!(matches!(pair.a.failed, Some(Failure::Stopped)));
    pair.run_for(400);
    assert_eq!(told(&mut pair.a), Message::Error(ErrorCode::Unavailable));
    assert_eq!(pair.a.count("Error"), 1);
    assert_eq!(pair.a.session.as_ref().unwrap().poll_timeout(), None);
    pair.run();
    let peer_error = Some(ErrorCode::Unavailable);
    let Some(Failure::Timeout { peer_error: heard, .. }) = pair.b.failed else { panic!("none") };
    assert_eq!(heard, peer_error);
    assert!(pair.a.keys.is_none() && pair.b.keys.is_none());
}

#[test]
fn where_nobody_is_there_to_acknowledge_once_is_enough() {
    let mut end = alone(quick(ZID_A));
    stop(&mut end, START);
    assert_eq!(end.count("Error"), 1);
    assert_eq!(end.session.as_ref().unwrap().poll_timeout(), None);
    stop(&mut end, START);
    assert_eq!(end.count("Error"), 1);
}

#[test]
fn a_call_that_is_encrypted_is_not_stopped() {
    let mut pair = Pair::new(4);
    pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B))).run().assert_encrypted();
    let now = pair.now;
    stop(&mut pair.a, now);
    pair.run_for(1_000).assert_encrypted();
    assert_eq!(pair.a.count("Error"), 0);
    assert!(pair.a.failed.is_none());
    assert!(pair.a.with(now, |session, env| session.confirm_sas(env)).is_ok());
}

fn only(zid: Zid, agreement: KeyAgreement) -> Arc<Config> {
    Arc::new(Config::new(zid).offer(Offer::default().agreements(&[agreement]).unwrap()))
}

/// What the event says that nobody is there.
fn no_peer(end: &End) -> Option<(Option<Error>, Option<ErrorCode>)> {
    end.events.iter().find_map(|event| match event {
        Event::NoPeer { last_drop, peer_error } => Some((*last_drop, *peer_error)),
        _ => None,
    })
}

#[test]
fn ends_with_nothing_in_common_tell_each_other_and_their_callers() {
    let mut pair = Pair::new(5);
    let (a, b) = (only(ZID_A, KeyAgreement::X255), only(ZID_B, KeyAgreement::X448));
    pair.start(&a, &b).run();
    assert!(pair.now - START < 3_000, "{}", pair.now - START);
    for end in [&mut pair.a, &mut pair.b] {
        assert_eq!(told(end), Message::Error(ErrorCode::HelloComponents));
        assert_eq!((end.count("Error"), end.count("Commit")), (1, 0));
        let reason = (Some(Unsupported::KeyAgreement.into()), Some(ErrorCode::HelloComponents));
        assert_eq!(no_peer(end), Some(reason));
        assert_eq!(end.session.as_ref().unwrap().poll_timeout(), None);
    }
}

/// A peer that never acknowledges hears it as long as any other message.
#[test]
fn that_nothing_is_common_is_repeated_as_well() {
    let mut puppet = Puppet::with_hello(6, ZID_B, |hello| {
        hello.algorithms.key_agreements = NameList::new(&[*b"X448"]).unwrap();
    });
    let mut end = alone(quick(ZID_A));
    let hello = puppet.hello.clone();
    puppet.say(&mut end, &hello).unwrap();
    let refused = puppet.say(&mut end, &Message::HelloAck.write());
    assert_eq!(refused, Err(Unsupported::KeyAgreement.into()));
    assert_eq!(end.count("Error"), 1);
    assert_eq!(repetitions(&mut end).len(), 10);
    let reason = (Some(Unsupported::KeyAgreement.into()), None);
    assert_eq!(no_peer(&end), Some(reason));
    assert!(end.failed.is_none());
}

/// A Hello costs nothing: one that has nothing in common with us keeps nobody out.
#[test]
fn a_stranger_with_nothing_in_common_does_not_keep_the_real_peer_out() {
    for late in [0, 100, 5_000, 20_000] {
        let mut puppet = Puppet::with_hello(7, Zid([0xcc; 12]), |hello| {
            hello.algorithms.key_agreements = NameList::new(&[*b"X448"]).unwrap();
        });
        let mut pair = Pair::new(8);
        pair.a.start(&Arc::new(quick(ZID_A)), START);
        for message in [puppet.hello.clone(), Message::HelloAck.write()] {
            let _ = puppet.say(&mut pair.a, &message);
        }
        pair.run_for(late);
        assert!(pair.a.count("Error") > 0);
        let now = pair.now;
        pair.b.start(&Arc::new(quick(ZID_B)), now);
        pair.run_until(|pair| pair.a.encrypted.is_some() && pair.b.encrypted.is_some());
        pair.assert_encrypted();
    }
}

fn collisions(end: &End) -> usize {
    end.events.iter().filter(|event| matches!(event, Event::SsrcCollision)).count()
}

#[test]
fn two_ends_with_one_ssrc_are_told_once_and_send_no_errors_back_and_forth() {
    let mut pair = Pair::new(9);
    pair.b.ssrc = pair.a.ssrc;
    pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B))).run();
    for end in [&mut pair.a, &mut pair.b] {
        assert_eq!(collisions(end), 1);
        assert_eq!(told(end), Message::Error(ErrorCode::SsrcCollision));
        assert!(end.count("Error") <= end.count("Hello"));
    }
    pair.a.ssrc = 0x0c0c_0c0c;
    pair.a.events.clear();
    let now = pair.now;
    pair.a.start(&Arc::new(quick(ZID_A)), now);
    pair.run_until(|pair| pair.a.encrypted.is_some() && pair.b.encrypted.is_some());
    pair.assert_encrypted();
    assert_eq!(collisions(&pair.a), 0);
}

/// Our own Hello sent back is none, nor is one that the signalling did not announce.
#[test]
fn a_collision_is_with_another_end_whose_hello_counts() {
    let mut announced = Puppet::new(10, ZID_B);
    let mut other = Puppet::new(11, ZID_B);
    let hash = privity_zrtp::ZrtpHash::of(&announced.hello).hash();
    let mut end = alone(quick(ZID_A).announced_hello(hash));
    (announced.ssrc, other.ssrc) = (end.ssrc, end.ssrc);
    let own = end.last("Hello");
    let mut mirror = Puppet::new(12, ZID_A);
    mirror.ssrc = end.ssrc;
    for message in [own, mirror.hello.clone(), other.hello.clone(), Message::HelloAck.write()] {
        assert_eq!(mirror.say(&mut end, &message), Err(PeerMisbehaved::OwnSsrc.into()));
        assert_eq!(collisions(&end), 0);
    }
    let hello = announced.hello.clone();
    for _ in 0..2 {
        assert_eq!(announced.say(&mut end, &hello), Err(PeerMisbehaved::OwnSsrc.into()));
        assert_eq!(collisions(&end), 1);
    }
}
