//! Who repeats what, how often, and what ends it (RFC 6189, 5.8 and 6).

#![allow(clippy::unwrap_used, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{End, Pair, START, To, ZID_A, ZID_B, alone, kind_of, quick};
use privity_zrtp::{Cache, ClearRule, CommitRule, Config, Event, Session};

/// A commits and B waits; no message of this type arrives anywhere.
fn without<'a>(lost: &'static str) -> Pair<'a> {
    let mut pair = Pair::new(1);
    lose(&mut pair, lost);
    let [a, b] = configs();
    pair.start(&a, &b);
    pair
}

fn configs() -> [Arc<Config>; 2] {
    let b = quick(ZID_B).commits(CommitRule::Passive);
    [Arc::new(quick(ZID_A).clear(ClearRule::Allow)), Arc::new(b.clear(ClearRule::Allow))]
}

fn lose(pair: &mut Pair<'_>, lost: &'static str) {
    pair.tamper =
        Box::new(
            move |to: To, datagram| {
                if kind_of(&datagram) == lost { Vec::new() } else { vec![(to, datagram)] }
            },
        );
}

/// How many of each of these types an end sent.
fn counts<const N: usize>(end: &mut End, kinds: [&str; N]) -> [usize; N] {
    kinds.map(|kind| end.count(kind))
}

/// T2: the first one and ten repetitions.
const T2: usize = 11;

#[test]
fn hello_is_repeated_by_t1_where_nobody_answers() {
    let mut end = alone(quick(ZID_A));
    while let Some(due) = end.session.as_ref().and_then(Session::poll_timeout) {
        end.with(due, |session, env| session.handle_timeout(env));
    }
    assert_eq!(counts(&mut end, ["Hello", "Error"]), [21, 0]);
    assert!(end.events.iter().any(|event| matches!(event, Event::NoPeer { .. })));
}

#[test]
fn hello_is_repeated_longer_where_only_the_acknowledgement_is_missing() {
    let mut pair = without("HelloACK");
    pair.run_for(60_000);
    let [hellos] = counts(&mut pair.a, ["Hello"]);
    assert!((61..=62).contains(&hellos), "{hellos}");
    assert!(pair.b.count("HelloACK") >= hellos - 1);
}

#[test]
fn the_initiator_repeats_commit_and_the_responder_answers_each() {
    let mut pair = without("DHPart1");
    pair.run_for(60_000);
    assert_eq!(counts(&mut pair.a, ["Commit", "DHPart2"]), [T2, 0]);
    assert_eq!(counts(&mut pair.b, ["DHPart1", "Confirm1"]), [T2, 0]);
}

#[test]
fn the_initiator_repeats_dhpart2_and_the_responder_answers_each() {
    let mut pair = without("Confirm1");
    pair.run_for(60_000);
    assert_eq!(counts(&mut pair.a, ["Commit", "DHPart2", "Confirm2"]), [1, T2, 0]);
    assert_eq!(counts(&mut pair.b, ["DHPart1", "Confirm1", "Conf2ACK"]), [1, T2, 0]);
}

#[test]
fn the_initiator_repeats_confirm2_and_the_responder_answers_each_though_it_is_secure() {
    let mut pair = without("Conf2ACK");
    pair.run_for(60_000);
    assert_eq!(counts(&mut pair.a, ["Commit", "DHPart2", "Confirm2"]), [1, 1, T2]);
    assert_eq!(counts(&mut pair.b, ["DHPart1", "Confirm1", "Conf2ACK"]), [1, 1, T2]);
    assert!(pair.b.encrypted.is_some() && pair.a.encrypted.is_none());
}

/// Nothing comes, so nothing goes: the responder waits for 15 seconds and repeats nothing.
#[test]
fn the_responder_repeats_nothing_by_itself() {
    for (lost, sent) in
        [("DHPart2", ["DHPart1", "Confirm1"]), ("Confirm2", ["Confirm1", "Conf2ACK"])]
    {
        let mut pair = without(lost);
        pair.run_for(60_000);
        assert_eq!(counts(&mut pair.b, sent), [1, 0], "{lost}");
        assert!(pair.b.failed.is_some());
    }
}

#[test]
fn on_a_further_stream_the_initiator_repeats_commit_until_confirm1() {
    let mut pair = without("");
    pair.run().assert_encrypted();
    lose(&mut pair, "Confirm1");
    let now = pair.now;
    for (end, config) in [&mut pair.a, &mut pair.b].into_iter().zip(configs()) {
        (end.encrypted, end.failed) = (None, None);
        end.drain();
        end.sent.clear();
        end.start_further(&config, now).unwrap();
    }
    pair.run_for(60_000);
    assert_eq!(counts(&mut pair.a, ["Commit", "Confirm2"]), [T2, 0]);
    assert_eq!(counts(&mut pair.b, ["Commit", "Confirm1"]), [0, T2]);
}

#[test]
fn goclear_is_repeated_until_it_is_acknowledged_and_given_up_otherwise() {
    let mut pair = without("");
    pair.run().assert_encrypted();
    lose(&mut pair, "ClearACK");
    let now = pair.now;
    pair.a.with(now, |session, env| session.request_clear(env)).unwrap();
    pair.run_for(60_000);
    assert_eq!(pair.a.count("GoClear"), T2);
    assert_eq!(pair.b.count("ClearACK"), T2);
    assert!(pair.a.events.iter().any(|event| matches!(event, Event::ClearUnanswered)));
    assert!(!pair.a.events.iter().any(|event| matches!(event, Event::Cleared { .. })));
}

/// At the end of a run nothing is left that would wake anybody up.
#[test]
fn no_timer_is_left_when_both_are_secure() {
    let mut pair = without("");
    pair.run().assert_encrypted();
    pair.run_for(1_000);
    for end in [&pair.a, &pair.b] {
        assert_eq!(end.session.as_ref().and_then(Session::poll_timeout), None);
    }
}

fn media(end: &mut End, now: u64) {
    end.with(now, |session, env| session.media_received(env));
}

/// Media that decrypts shows that the responder has the keys (5.8).
#[test]
fn authentic_media_is_as_good_as_conf2ack() {
    let mut pair = without("Conf2ACK");
    pair.run_until(|pair| pair.a.keys.is_some() && pair.b.encrypted.is_some());
    assert!(pair.a.encrypted.is_none() && pair.a.cache.lookup(ZID_B, pair.now).is_none());
    let (now, sent) = (pair.now, pair.a.count("Confirm2"));
    media(&mut pair.a, now);
    pair.assert_encrypted();
    let of_a = pair.a.cache.lookup(ZID_B, now).unwrap().rs1;
    assert!(of_a.is_some() && of_a == pair.b.cache.lookup(ZID_A, now).unwrap().rs1);
    assert_eq!(pair.a.session.as_ref().and_then(Session::poll_timeout), None);
    pair.run_for(5_000);
    assert_eq!(pair.a.count("Confirm2"), sent);
    assert!(pair.a.call.is_ready());
}

/// Where it proves nothing it changes nothing.
#[test]
fn media_counts_in_no_other_state() {
    for millis in (0..200).step_by(10) {
        let mut pair = without("");
        pair.run_for(millis);
        for end in [&mut pair.a, &mut pair.b] {
            if end.keys.is_none() || end.encrypted.is_some() {
                let was = (end.encrypted.is_some(), end.session.as_ref().unwrap().poll_timeout());
                media(end, START + millis);
                let is = (end.encrypted.is_some(), end.session.as_ref().unwrap().poll_timeout());
                assert_eq!(was, is, "{millis}");
            }
        }
        pair.run().assert_encrypted();
    }
    let mut failed = without("Confirm1");
    failed.run();
    let now = failed.now;
    media(&mut failed.a, now);
    assert!(failed.a.encrypted.is_none() && failed.a.failed.is_some());
}
