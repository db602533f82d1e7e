//! Further streams of a call (RFC 6189, 4.4.3): keys of their own from the session key.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{CLEAN, Line, Pair, ZID_A, ZID_B, kind_of, phone};
use privity_primitives::hash::sha256;
use privity_primitives::mac::hmac_sha256;
use privity_primitives::secret::Secret;
use privity_zrtp::message::{Commit, CommitBody};
use privity_zrtp::{
    Assurance, CallKeys, CommitRule, Config, Error, KeyAgreement, Misuse, Offer, Packet,
    PeerMisbehaved, Zid,
};

/// Both ends after the first stream of a call.
fn first<'a>(seed: u64) -> Pair<'a> {
    let mut pair = Pair::new(seed);
    pair.start(&phone(ZID_A), &phone(ZID_B)).run().assert_encrypted();
    pair
}

fn open(pair: &mut Pair<'_>, stream: u32) {
    pair.open_further([&phone(ZID_A), &phone(ZID_B)], stream);
}

#[test]
fn each_stream_has_other_keys_and_inherits_the_trust_of_the_first() {
    let mut pair = first(1);
    let mut keys = vec![pair.a.keys.as_ref().unwrap().send.key.expose().to_vec()];
    for stream in 1..5 {
        open(&mut pair, stream);
        pair.run().assert_encrypted();
        let encrypted = pair.a.encrypted.as_ref().unwrap();
        assert_eq!(encrypted.suite.agreement, KeyAgreement::Multistream);
        assert_eq!(encrypted.assurance, Assurance::Inherited);
        assert!(encrypted.sas.is_none() && encrypted.exported.is_none());
        keys.push(pair.a.keys.as_ref().unwrap().send.key.expose().to_vec());
    }
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 5);
}

#[test]
fn no_public_values_are_sent() {
    let mut pair = first(2);
    open(&mut pair, 1);
    pair.run().assert_encrypted();
    let sent = pair.a.sent.iter().chain(&pair.b.sent);
    assert!(sent.map(|datagram| kind_of(datagram)).all(|kind| !kind.starts_with("DHPart")));
}

#[test]
fn bad_lines_end_in_equal_keys_or_a_clean_error() {
    for seed in 0..300 {
        let mut pair = first(seed);
        pair.line = Line { loss_to_a: 30, loss_to_b: 20, repeat: 10, jitter: 200, ..CLEAN };
        open(&mut pair, 1);
        pair.run();
        assert!(pair.a.is_over() && pair.b.is_over(), "seed {seed}");
        if pair.a.encrypted.is_some() && pair.b.encrypted.is_some() {
            pair.assert_encrypted();
        }
    }
}

#[test]
fn there_is_none_before_the_first_stream_is_encrypted() {
    let mut pair = Pair::new(3);
    let refused = pair.a.start_further(&phone(ZID_A), pair::START);
    assert_eq!(refused, Err(Error::Misuse(Misuse::State)));
}

#[test]
fn the_number_of_streams_is_bounded() {
    let mut pair = first(4);
    for _ in 0..CallKeys::MAX_STREAMS {
        pair.a.start_further(&phone(ZID_A), pair.now).unwrap();
    }
    let refused = pair.a.start_further(&phone(ZID_A), pair.now);
    assert_eq!(refused, Err(Error::Misuse(Misuse::State)));
}

/// The same nonce under the same session key would give the same keys.
#[test]
fn a_nonce_that_came_before_is_refused() {
    let mut pair = first(5);
    open(&mut pair, 1);
    pair.run().assert_encrypted();
    let mut sent = pair.a.sent.iter().chain(&pair.b.sent);
    let used = sent.find(|datagram| kind_of(datagram) == "Commit").unwrap().clone();
    for (nonce, refused) in [(nonce(&used), true), ([7; 16], false)] {
        let mut chain = pair.b.rng.clone();
        let h0 = Secret::generate(&mut chain);
        open(&mut pair, 2);
        let passive = Arc::new(Config::new(ZID_A).commits(CommitRule::Passive));
        pair.a.start_further(&passive, pair.now).unwrap();
        pair.tamper = Box::new(|to, datagram: Vec<u8>| match kind_of(&datagram).as_str() {
            "Commit" => Vec::new(),
            _ => vec![(to, datagram)],
        });
        pair.run_for(500);
        let outcome = pair.a.receive(&forged(&used, nonce, &h0, 0x2002), pair.now);
        let expected = Err(Error::Peer(PeerMisbehaved::NonceReuse));
        assert_eq!(outcome, if refused { expected } else { Ok(()) });
    }
}

/// The Commit of an end whose H0 is known, with another nonce.
fn forged(like: &[u8], nonce: [u8; 16], h0: &Secret<32>, ssrc: u32) -> Vec<u8> {
    let mut commit = Commit::read(Packet::read(like).unwrap().message).unwrap();
    let h1 = sha256(&[h0.expose()]);
    commit.h2 = sha256(&[&h1]);
    commit.zid = ZID_B;
    commit.body = CommitBody::Multistream { nonce };
    let message = commit.write();
    let (covered, _) = message.split_last_chunk::<8>().unwrap();
    commit.mac = *hmac_sha256(&h1, &[covered]).expose().first_chunk().unwrap();
    Packet { sequence: 9, ssrc, message: &commit.write() }.write()
}

fn nonce(datagram: &[u8]) -> [u8; 16] {
    match Commit::read(Packet::read(datagram).unwrap().message).unwrap().body {
        CommitBody::Multistream { nonce } => nonce,
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_endpoint_gets_no_stream_of_this_call() {
    let mut pair = first(6);
    open(&mut pair, 1);
    let stranger = Zid([0xcc; 12]);
    pair.b.start_further(&phone(stranger), pair.now).unwrap();
    pair.run();
    assert!(pair.a.encrypted.is_none());
}

#[test]
fn a_stream_needs_the_mode_in_both_lists() {
    let offer = Offer::default().agreements(&[KeyAgreement::X255]).unwrap();
    let without = Arc::new(Config::new(ZID_B).offer(offer));
    let mut pair = Pair::new(7);
    pair.start(&phone(ZID_A), &without).run().assert_encrypted();
    let now = pair.now;
    (pair.a.encrypted, pair.b.encrypted) = (None, None);
    pair.a.start_further(&phone(ZID_A), now).unwrap();
    pair.b.start_further(&without, now).unwrap();
    pair.run();
    assert!(pair.a.encrypted.is_none() && pair.b.encrypted.is_none());
}
