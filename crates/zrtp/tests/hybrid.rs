//! X25519 with ML-KEM-768 from Hello to keys (docs/ZRTP-PQ.md): long messages in pieces, and
//! what a man in the middle gets for changing one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{CLEAN, End, Line, Pair, START, To, ZID_A, ZID_B, kind_of, phone};
use privity_zrtp::message::{Commit, CommitBody, Message};
use privity_zrtp::{Cipher, Config, Hash, KeyAgreement, Offer, Packet, PeerMisbehaved, Zid};

/// Bytes of the public key, of the ciphertext and of the nonce.
const LENGTHS: [usize; 3] = [1_216, 1_120, 16];

fn with_mtu(zid: Zid, mtu: usize) -> Arc<Config> {
    Arc::new(Config::new(zid).mtu(mtu).unwrap())
}

fn is_fragment(datagram: &[u8]) -> bool {
    datagram[0] == 0x11
}

#[test]
fn two_default_ends_agree_on_the_hybrid_with_the_longest_hash_and_key() {
    let mut pair = Pair::new(1);
    pair.start(&phone(ZID_A), &phone(ZID_B)).run().assert_encrypted();
    let suite = pair.a.encrypted.as_ref().unwrap().suite;
    assert_eq!(suite.agreement, KeyAgreement::XM76);
    assert_eq!((suite.hash, suite.cipher), (Hash::S384, Cipher::Aes3));
}

#[test]
fn long_messages_go_in_pieces_that_fit() {
    for mtu in [600, 1_200, 1_452] {
        let mut pair = Pair::new(mtu as u64);
        pair.start(&with_mtu(ZID_A, mtu), &with_mtu(ZID_B, mtu)).run().assert_encrypted();
        let sent = pair.a.sent.iter().chain(&pair.b.sent);
        assert!(sent.clone().all(|datagram| datagram.len() <= mtu), "{mtu}");
        assert_eq!(sent.clone().any(|datagram| is_fragment(datagram)), mtu < 1_452, "{mtu}");
    }
}

#[test]
fn the_messages_have_the_lengths_of_the_format() {
    let mut pair = Pair::new(3);
    pair.start(&with_mtu(ZID_A, 3_072), &with_mtu(ZID_B, 3_072)).run().assert_encrypted();
    let mut seen = [false; 3];
    for datagram in pair.a.sent.iter().chain(&pair.b.sent) {
        match Message::read(Packet::read(datagram).unwrap().message).unwrap() {
            Message::Commit(Commit { body: CommitBody::Kem { public, .. }, .. }) => {
                assert_eq!(public.len(), LENGTHS[0]);
                assert_eq!(datagram.len(), 1_348);
                seen[0] = true;
            }
            Message::Commit(_) => panic!("a Commit without a key"),
            Message::DhPart1(part) => {
                assert_eq!(part.pv.len(), LENGTHS[1]);
                assert_eq!(datagram.len(), 1_220);
                seen[1] = true;
            }
            Message::DhPart2(part) => {
                assert_eq!(part.pv.len(), LENGTHS[2]);
                seen[2] = true;
            }
            _ => {}
        }
    }
    assert_eq!(seen, [true; 3]);
}

#[test]
fn lost_repeated_and_disordered_pieces_are_put_together_all_the_same() {
    for seed in 0..300 {
        let mut pair = Pair::new(seed);
        pair.line = Line { loss_to_a: 20, loss_to_b: 20, repeat: 30, jitter: 200, ..CLEAN };
        pair.start(&with_mtu(ZID_A, 600), &with_mtu(ZID_B, 600)).run();
        assert!(pair.a.is_over() && pair.b.is_over(), "seed {seed}");
        if pair.a.encrypted.is_some() && pair.b.encrypted.is_some() {
            pair.assert_encrypted();
        }
    }
}

/// The key stands in the Commit before the responder speaks; total_hash and the Commit's MAC
/// cover it, the ciphertext enters the result.
#[test]
fn a_changed_key_or_ciphertext_never_leads_to_keys() {
    for kind in ["Commit", "DHPart1"] {
        for byte in [130, 700, 1_200] {
            let mut pair = Pair::new(byte as u64);
            pair.tamper = Box::new(move |to, mut datagram: Vec<u8>| {
                if kind_of(&datagram) == kind {
                    let packet = Packet::read(&datagram).unwrap();
                    let mut message = packet.message.to_vec();
                    message[byte] ^= 1;
                    datagram = Packet { message: &message, ..packet }.write();
                }
                vec![(to, datagram)]
            });
            pair.start(&with_mtu(ZID_A, 3_072), &with_mtu(ZID_B, 3_072)).run();
            assert!(pair.a.keys.is_none() && pair.b.keys.is_none(), "{kind} {byte}");
        }
    }
}

/// Whoever takes the hybrid out of a Hello changes the responder's, which hvi and total_hash
/// cover, or the initiator's, whose MAC does.
#[test]
fn taking_the_hybrid_out_of_a_hello_ends_without_keys() {
    for victim in [To::A, To::B] {
        let mut pair = Pair::new(9);
        pair.tamper = Box::new(move |to, mut datagram: Vec<u8>| {
            let packet = Packet::read(&datagram).ok();
            if let Some(packet) = packet.filter(|_| to == victim && kind_of(&datagram) == "Hello") {
                let Message::Hello(mut hello) = Message::read(packet.message).unwrap() else {
                    panic!("not a Hello");
                };
                let without = Offer::default().agreements(&[KeyAgreement::X255]).unwrap();
                hello.algorithms = without.lists();
                datagram = Packet { message: &hello.write(), ..packet }.write();
            }
            vec![(to, datagram)]
        });
        pair.start(&phone(ZID_A), &phone(ZID_B)).run();
        assert!(pair.a.encrypted.is_none() && pair.b.encrypted.is_none());
    }
}

/// A piece may use memory only if its sender's Hello is there.
#[test]
fn a_strangers_piece_is_dropped() {
    let mut pair = Pair::new(4);
    pair.start(&with_mtu(ZID_A, 600), &with_mtu(ZID_B, 600)).run();
    let sent = pair.a.sent.iter().chain(&pair.b.sent);
    let piece = sent.clone().find(|datagram| is_fragment(datagram)).unwrap();
    let mut fresh = End::new(77, 0x0c0c_0c0c);
    fresh.start(&phone(ZID_B), START);
    assert_eq!(fresh.receive(piece, START), Err(PeerMisbehaved::Fragment.into()));
}
