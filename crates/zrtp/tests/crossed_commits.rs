//! Two Commits that cross (RFC 6189, 4.2): the loser answers with the keys it has, if they fit.

#![allow(clippy::unwrap_used, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{Pair, ZID_A, ZID_B, kind_of};
use privity_primitives::hash::sha256;
use privity_primitives::mac::hmac_sha256;
use privity_primitives::secret::Secret;
use privity_zrtp::message::{Commit, CommitBody, DhPart};
use privity_zrtp::{Cipher, Config, KeyAgreement, Offer, Packet, PeerMisbehaved, Zid};

fn config(zid: Zid, agreement: KeyAgreement, ciphers: &[Cipher]) -> Arc<Config> {
    let offer = Offer::default().agreements(&[agreement]).and_then(|offer| offer.ciphers(ciphers));
    Arc::new(Config::new(zid).offer(offer.unwrap()))
}

/// Both Commits, and so the DHPart1 of the loser.
fn crossed(a: &Arc<Config>, b: &Arc<Config>, seed: u64) -> DhPart {
    let mut pair = Pair::new(seed);
    pair.start(a, b).run().assert_encrypted();
    let count = |sent: &[Vec<u8>]| sent.iter().filter(|sent| kind_of(sent) == "Commit").count();
    assert_eq!((count(&pair.a.sent), count(&pair.b.sent)), (1, 1));
    let mut sent = pair.a.sent.iter().chain(&pair.b.sent);
    let part1 = sent.find(|datagram| kind_of(datagram) == "DHPart1").unwrap();
    DhPart::read(Packet::read(part1).unwrap().message).unwrap()
}

#[test]
fn every_agreement_survives_it() {
    for agreement in
        [KeyAgreement::X255, KeyAgreement::X448, KeyAgreement::Ec25, KeyAgreement::Dh3k]
    {
        let ends = [ZID_A, ZID_B].map(|zid| config(zid, agreement, &[Cipher::Aes1]));
        for seed in 0..4 {
            let _ = crossed(&ends[0], &ends[1], seed);
        }
    }
}

/// The exponents of DH3k are twice as long as the cipher's key: other ciphers, other keys.
#[test]
fn keys_for_another_cipher_are_not_used() {
    let a = config(ZID_A, KeyAgreement::Dh3k, &[Cipher::Aes1, Cipher::Aes3]);
    let b = config(ZID_B, KeyAgreement::Dh3k, &[Cipher::Aes3, Cipher::Aes1]);
    for seed in 0..4 {
        let _ = crossed(&a, &b, seed);
    }
}

#[test]
fn no_value_is_sent_in_two_handshakes() {
    let ends = [ZID_A, ZID_B].map(|zid| config(zid, KeyAgreement::X255, &[Cipher::Aes1]));
    let mut values: Vec<_> = (0..50).map(|seed| crossed(&ends[0], &ends[1], seed).pv).collect();
    values.sort();
    values.dedup();
    assert_eq!(values.len(), 50);
}

/// A Commit with a public key is one of a KEM, whatever it is called: our spare keys do not
/// answer it.
#[test]
fn a_crossed_commit_with_a_key_is_refused_where_the_agreement_has_none() {
    let ends = [ZID_A, ZID_B].map(|zid| config(zid, KeyAgreement::X255, &[Cipher::Aes1]));
    for (body, expected) in [
        (
            CommitBody::Kem { hvi: [0xff; 32], public: vec![9; 32] },
            Err(PeerMisbehaved::PublicValue.into()),
        ),
        (CommitBody::Dh { hvi: [0xff; 32] }, Ok(())),
    ] {
        let mut pair = Pair::new(7);
        let h0 = Secret::generate(&mut pair.b.rng.clone());
        pair.tamper = Box::new(|to, datagram: Vec<u8>| match kind_of(&datagram).as_str() {
            "Commit" => Vec::new(),
            _ => vec![(to, datagram)],
        });
        pair.start(&ends[0], &ends[1]).run_for(100);
        let mut sent = pair.b.sent.iter();
        let sent = sent.find(|datagram| kind_of(datagram) == "Commit").unwrap();
        let datagram = with_body(sent, body, &h0);
        assert_eq!(pair.a.receive(&datagram, pair.now), expected);
    }
}

/// A Commit of an end whose H0 is known, with another body.
fn with_body(like: &[u8], body: CommitBody, h0: &Secret<32>) -> Vec<u8> {
    let packet = Packet::read(like).unwrap();
    let mut commit = Commit { body, ..Commit::read(packet.message).unwrap() };
    let message = commit.write();
    let (covered, _) = message.split_last_chunk::<8>().unwrap();
    let h1 = sha256(&[h0.expose()]);
    commit.mac = *hmac_sha256(&h1, &[covered]).expose().first_chunk().unwrap();
    Packet { message: &commit.write(), ..packet }.write()
}
