//! Leaving encryption (RFC 6189, 4.7.2): only with consent on both sides, authentic, and told.

#![allow(clippy::unwrap_used, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{CLEAN, End, Line, Pair, To, ZID_A, ZID_B, kind_of};
use privity_zrtp::message::GoClear;
use privity_zrtp::{
    ClearRule, ClearedBy, Config, Error, Event, Misuse, Packet, PeerMisbehaved, Zid,
};

fn config(zid: Zid, rule: ClearRule) -> Arc<Config> {
    Arc::new(Config::new(zid).clear(rule))
}

fn encrypted<'a>(rules: [ClearRule; 2], seed: u64) -> Pair<'a> {
    let mut pair = Pair::new(seed);
    pair.start(&config(ZID_A, rules[0]), &config(ZID_B, rules[1])).run().assert_encrypted();
    pair
}

fn request(end: &mut End, now: u64) -> Result<(), Error> {
    end.with(now, |session, env| session.request_clear(env))
}

fn cleared(end: &End) -> Option<ClearedBy> {
    end.events.iter().find_map(|event| match event {
        Event::Cleared { by } => Some(*by),
        _ => None,
    })
}

const BOTH: [ClearRule; 2] = [ClearRule::Allow, ClearRule::Allow];

#[test]
fn both_sides_hear_of_it_and_know_who_asked() {
    let mut pair = encrypted(BOTH, 1);
    request(&mut pair.a, pair.now).unwrap();
    pair.run_for(1_000);
    assert_eq!(cleared(&pair.a), Some(ClearedBy::Us));
    assert_eq!(cleared(&pair.b), Some(ClearedBy::Peer));
}

#[test]
fn without_the_consent_of_either_side_nobody_can_ask() {
    for rules in [
        [ClearRule::Refuse, ClearRule::Refuse],
        [ClearRule::Allow, ClearRule::Refuse],
        [ClearRule::Refuse, ClearRule::Allow],
    ] {
        let mut pair = encrypted(rules, 2);
        let now = pair.now;
        for end in [&mut pair.a, &mut pair.b] {
            assert_eq!(request(end, now), Err(Error::Misuse(Misuse::State)), "{rules:?}");
        }
    }
}

#[test]
fn a_message_without_its_mac_clears_nothing() {
    let mut pair = encrypted(BOTH, 3);
    let forged = GoClear { mac: [0; 8] }.write();
    let datagram = Packet { sequence: 1, ssrc: 0x0b0b_0b0b, message: &forged }.write();
    assert_eq!(pair.a.receive(&datagram, pair.now), Err(PeerMisbehaved::ControlMac.into()));
    assert_eq!(cleared(&pair.a), None);
}

/// Each side has a key of its own for it.
#[test]
fn our_own_message_sent_back_clears_nothing() {
    let mut pair = encrypted(BOTH, 4);
    pair.tamper = Box::new(|to, datagram: Vec<u8>| {
        if to != To::B || kind_of(&datagram) != "GoClear" {
            return vec![(to, datagram)];
        }
        let packet = Packet::read(&datagram).unwrap();
        vec![(To::A, Packet { ssrc: 0x0b0b_0b0b, ..packet }.write())]
    });
    request(&mut pair.a, pair.now).unwrap();
    pair.run_for(30_000);
    assert_eq!((cleared(&pair.a), cleared(&pair.b)), (None, None));
    assert!(pair.a.drops.contains(&PeerMisbehaved::ControlMac.into()));
    assert!(pair.a.events.iter().any(|event| matches!(event, Event::ClearUnanswered)));
}

#[test]
fn a_lost_answer_is_asked_for_again() {
    for seed in 0..100 {
        let mut pair = encrypted(BOTH, seed);
        pair.line = Line { loss_to_a: 40, loss_to_b: 40, ..CLEAN };
        request(&mut pair.b, pair.now).unwrap();
        pair.run_for(30_000);
        if cleared(&pair.b).is_some() {
            assert_eq!(cleared(&pair.a), Some(ClearedBy::Peer), "seed {seed}");
        }
    }
}

/// The session key is derived anew on both sides; the old one is gone.
#[test]
fn a_return_to_encryption_has_a_new_session_key() {
    let mut pair = encrypted(BOTH, 5);
    let old = pair.a.keys.take().unwrap().send.key.expose().to_vec();
    request(&mut pair.a, pair.now).unwrap();
    pair.run_for(1_000);
    let now = pair.now;
    for (end, zid, ssrc) in [(&mut pair.a, ZID_A, 0x1001), (&mut pair.b, ZID_B, 0x2001)] {
        (end.encrypted, end.keys) = (None, None);
        end.ssrc = ssrc;
        end.start_further(&config(zid, ClearRule::Allow), now).unwrap();
    }
    pair.run().assert_encrypted();
    assert_ne!(pair.a.keys.as_ref().unwrap().send.key.expose(), old);
}
