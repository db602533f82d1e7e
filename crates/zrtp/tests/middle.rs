//! Somebody between the two ends: what relaying, splitting, changing late and reflecting get
//! him, and who notices (RFC 6189, 1 and 15).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{End, Pair, To, ZID_A, ZID_B, kind_of};
use privity_primitives::secret::SecretVec;
use privity_zrtp::message::{DhPart, Message};
use privity_zrtp::{
    Assurance, AuxFinding, CacheFinding, Config, Encrypted, Event, KeyAgreement, Offer, Packet,
    PeerMisbehaved, Zid,
};

fn config(zid: Zid) -> Config {
    Config::new(zid).offer(Offer::default().agreements(&[KeyAgreement::X255]).unwrap())
}

fn with_aux(config: Config, fill: u8) -> Config {
    config.aux_secret(SecretVec::new(vec![fill; 32])).unwrap()
}

/// A talks to somebody who says he is B, B to somebody who says he is A.
fn split<'a>(a: Config, b: Config, middle: [Config; 2], seed: u64) -> [Pair<'a>; 2] {
    let [as_b, as_a] = middle.map(Arc::new);
    let mut at_a = Pair::new(seed);
    at_a.start(&Arc::new(a), &as_b).run().assert_encrypted();
    let mut at_b = Pair::new(seed + 1_000_000);
    at_b.start(&as_a, &Arc::new(b)).run().assert_encrypted();
    [at_a, at_b]
}

fn masks() -> [Config; 2] {
    [config(ZID_B), config(ZID_A)]
}

fn encrypted(end: &End) -> &Encrypted {
    end.encrypted.as_ref().unwrap()
}

#[test]
fn whoever_passes_everything_on_learns_and_changes_nothing() {
    let mut pair = Pair::new(1);
    pair.start(&Arc::new(config(ZID_A)), &Arc::new(config(ZID_B))).run().assert_encrypted();
}

#[test]
fn two_handshakes_instead_of_one_show_two_strings() {
    let mut alike = 0;
    for seed in 0..200 {
        let [at_a, at_b] = split(config(ZID_A), config(ZID_B), masks(), seed);
        let (a, b) = (encrypted(&at_a.a), encrypted(&at_b.b));
        assert_ne!(a.sashash, b.sashash);
        assert_eq!((a.assurance, b.assurance), (Assurance::Unverified, Assurance::Unverified));
        alike += usize::from(a.sas == b.sas);
    }
    // 200 tries of 1 in 1,048,576
    assert_eq!(alike, 0);
}

/// An auxiliary secret needs no person: it is part of s0, and both ends say that it is missing.
#[test]
fn an_auxiliary_secret_unmasks_him_without_anybody_reading_aloud() {
    let ends = || [ZID_A, ZID_B].map(|zid| with_aux(config(zid), 7));
    for masks in [masks(), [with_aux(config(ZID_B), 8), with_aux(config(ZID_A), 8)]] {
        let [a, b] = ends();
        let [at_a, at_b] = split(a, b, masks, 3);
        for end in [&at_a.a, &at_b.b] {
            assert_eq!(encrypted(end).aux, AuxFinding::Mismatched);
            assert_eq!(encrypted(end).assurance, Assurance::Unverified);
            assert!(end.events.iter().any(|event| matches!(event, Event::AuxSecretMismatch)));
        }
    }
    let mut pair = Pair::new(4);
    let [a, b] = ends().map(Arc::new);
    pair.start(&a, &b).run().assert_encrypted();
    assert_eq!(encrypted(&pair.a).assurance, Assurance::SharedSecret);
}

/// After one call without him, the caches unmask him in every later one.
#[test]
fn retained_secrets_unmask_him_without_anybody_reading_aloud() {
    let mut first = Pair::new(5);
    first.start(&Arc::new(config(ZID_A)), &Arc::new(config(ZID_B))).run().assert_encrypted();
    let mut at_a = Pair::new(6);
    at_a.a.cache = std::mem::take(&mut first.a.cache);
    at_a.start(&Arc::new(config(ZID_A)), &Arc::new(config(ZID_B))).run().assert_encrypted();
    assert_eq!(encrypted(&at_a.a).cache, CacheFinding::Mismatched);
    assert!(at_a.a.events.iter().any(|event| matches!(event, Event::CacheMismatch)));
    // Nothing of his got into the cache: the true B still matches.
    let mut later = Pair::new(7);
    later.a.cache = std::mem::take(&mut at_a.a.cache);
    later.b.cache = std::mem::take(&mut first.b.cache);
    later.start(&Arc::new(config(ZID_A)), &Arc::new(config(ZID_B))).run().assert_encrypted();
    assert_eq!(encrypted(&later.a).cache, CacheFinding::Matched);
}

/// Without the commitment he could try values until both strings are alike.
#[test]
fn a_public_value_chosen_after_the_responders_breaks_the_commitment() {
    let mut pair = Pair::new(8);
    pair.tamper = Box::new(|to, mut datagram: Vec<u8>| {
        if kind_of(&datagram) == "DHPart2" {
            let packet = Packet::read(&datagram).unwrap();
            let mut part = DhPart::read(packet.message).unwrap();
            part.pv = vec![9; 32];
            datagram = Packet { message: &part.write_part2(), ..packet }.write();
        }
        vec![(to, datagram)]
    });
    pair.start(&Arc::new(config(ZID_A)), &Arc::new(config(ZID_B))).run();
    let drops: Vec<_> = pair.a.drops.iter().chain(&pair.b.drops).collect();
    assert!(drops.contains(&&PeerMisbehaved::HashCommitment.into()), "{drops:?}");
    assert!(pair.a.keys.is_none() && pair.b.keys.is_none());
}

/// The responder's value has no commitment; H0 in its Confirm shows that it is not his.
#[test]
fn a_changed_responders_value_leads_to_no_keys() {
    let mut pair = Pair::new(9);
    pair.tamper = Box::new(|to, mut datagram: Vec<u8>| {
        if kind_of(&datagram) == "DHPart1" {
            let packet = Packet::read(&datagram).unwrap();
            let mut part = DhPart::read(packet.message).unwrap();
            part.pv = vec![9; 32];
            datagram = Packet { message: &part.write_part1(), ..packet }.write();
        }
        vec![(to, datagram)]
    });
    pair.start(&Arc::new(config(ZID_A)), &Arc::new(config(ZID_B))).run();
    assert!(pair.a.keys.is_none() && pair.b.keys.is_none());
}

/// With an auxiliary secret a reflection would match: our own ZID is refused instead.
#[test]
fn our_own_messages_sent_back_are_refused() {
    let mut pair = Pair::new(10);
    pair.tamper = Box::new(|to, datagram: Vec<u8>| {
        if to == To::A {
            return Vec::new();
        }
        let packet = Packet::read(&datagram).unwrap();
        let back = Packet { ssrc: !packet.ssrc, ..packet }.write();
        vec![(To::A, back), (To::A, datagram)]
    });
    let a = Arc::new(with_aux(config(ZID_A), 7));
    pair.start(&a, &Arc::new(config(ZID_B))).run_for(20_000);
    assert!(pair.a.keys.is_none() && pair.a.encrypted.is_none());
    assert!(pair.a.drops.contains(&PeerMisbehaved::OwnZid.into()));
    assert!(pair.a.drops.contains(&PeerMisbehaved::OwnSsrc.into()));
}

/// Each list of the Hello, in both directions: taken from the responder it breaks hvi or
/// total_hash, from the initiator its own MAC.
#[test]
fn an_algorithm_taken_out_of_a_hello_ends_without_keys() {
    for list in 0..5 {
        for victim in [To::A, To::B] {
            let mut pair = Pair::new(11);
            pair.tamper = Box::new(move |to, datagram: Vec<u8>| {
                let changed = to == victim && kind_of(&datagram) == "Hello";
                vec![(to, if changed { strip(&datagram, list) } else { datagram })]
            });
            pair.start(&Arc::new(Config::new(ZID_A)), &Arc::new(Config::new(ZID_B))).run();
            assert!(pair.a.encrypted.is_none() && pair.b.encrypted.is_none(), "{list} {victim:?}");
        }
    }
}

/// The Hello without the last name of one list.
fn strip(datagram: &[u8], list: usize) -> Vec<u8> {
    let packet = Packet::read(datagram).unwrap();
    let Message::Hello(mut hello) = Message::read(packet.message).unwrap() else {
        panic!("not a Hello")
    };
    let lists = &mut hello.algorithms;
    let list = [
        &mut lists.hashes,
        &mut lists.ciphers,
        &mut lists.auth_tags,
        &mut lists.key_agreements,
        &mut lists.sas_types,
    ]
    .into_iter()
    .nth(list)
    .unwrap();
    let (_, rest) = list.as_slice().split_last().unwrap();
    *list = privity_zrtp::message::NameList::new(rest).unwrap();
    Packet { message: &hello.write(), ..packet }.write()
}
