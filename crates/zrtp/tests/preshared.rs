//! Calls on retained secrets alone (RFC 6189, 4.4.2). Not interop-tested: no packaged peer.

#![allow(clippy::unwrap_used, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{CLEAN, Line, Pair, ZID_A, ZID_B, kind_of};
use privity_primitives::secret::{Secret, SecretVec};
use privity_zrtp::{
    Assurance, Cache, CacheFinding, Config, KeyAgreement, MemoryCache, Offer, PresharedRule,
    Retained, Zid,
};

const LIST: [KeyAgreement; 2] = [KeyAgreement::X255, KeyAgreement::Preshared];

fn config(zid: Zid, rule: PresharedRule) -> Config {
    Config::new(zid).offer(Offer::default().agreements(&LIST).unwrap()).preshared(rule)
}

fn secret(fill: u8) -> Secret<32> {
    Secret::fill(|bytes| bytes.fill(fill))
}

/// What is held about the other end; 0 is none.
fn cache(peer: Zid, [rs1, rs2, pbx]: [u8; 3]) -> MemoryCache {
    let some = |fill| (fill != 0).then(|| secret(fill));
    let row = Retained {
        rs1: some(rs1),
        rs2: some(rs2),
        pbx: some(pbx),
        verified: true,
        ..Retained::default()
    };
    let mut cache = MemoryCache::new();
    cache.store(peer, row);
    cache
}

fn pair<'a>(a: Config, b: Config, held: [[u8; 3]; 2], seed: u64) -> Pair<'a> {
    let mut pair = Pair::new(seed);
    pair.a.cache = cache(ZID_B, held[0]);
    pair.b.cache = cache(ZID_A, held[1]);
    pair.start(&Arc::new(a), &Arc::new(b)).run();
    pair
}

fn agreement(pair: &Pair<'_>) -> KeyAgreement {
    pair.assert_encrypted();
    pair.a.encrypted.as_ref().unwrap().suite.agreement
}

fn both(rule: PresharedRule) -> [Config; 2] {
    [ZID_A, ZID_B].map(|zid| config(zid, rule))
}

#[test]
fn a_retained_secret_is_enough_where_both_want_it() {
    let [a, b] = both(PresharedRule::Prefer);
    let pair = pair(a, b, [[1, 0, 0]; 2], 1);
    assert_eq!(agreement(&pair), KeyAgreement::Preshared);
    let encrypted = pair.a.encrypted.as_ref().unwrap();
    assert!(encrypted.sas.is_some() && encrypted.exported.is_some());
    assert_eq!(encrypted.cache, CacheFinding::Matched);
    assert_eq!(encrypted.assurance, Assurance::VerifiedBefore);
    let sent = pair.a.sent.iter().chain(&pair.b.sent);
    assert!(sent.map(|datagram| kind_of(datagram)).all(|kind| !kind.starts_with("DHPart")));
}

#[test]
fn one_side_asks_and_the_other_accepts() {
    let (a, b) = (config(ZID_A, PresharedRule::Prefer), config(ZID_B, PresharedRule::Accept));
    // Where B's fresh Commit crosses, the fresh agreement stands: either is right.
    let found = agreement(&pair(a, b, [[1, 0, 0]; 2], 2));
    assert!(LIST.contains(&found));
}

#[test]
fn it_is_off_unless_asked_for() {
    let (a, b) = (config(ZID_A, PresharedRule::Refuse), config(ZID_B, PresharedRule::Refuse));
    assert_eq!(agreement(&pair(a, b, [[1, 0, 0]; 2], 3)), KeyAgreement::X255);
    let (a, b) = (config(ZID_A, PresharedRule::Prefer), config(ZID_B, PresharedRule::Refuse));
    assert_eq!(agreement(&pair(a, b, [[1, 0, 0]; 2], 4)), KeyAgreement::X255);
}

#[test]
fn the_responder_tries_both_retained_secrets_with_and_without_the_others() {
    for (a, b) in [
        ([1, 0, 0], [9, 1, 0]),
        ([1, 0, 5], [1, 0, 5]),
        ([1, 0, 0], [1, 0, 5]),
        ([1, 7, 5], [8, 1, 5]),
    ] {
        let passive =
            config(ZID_B, PresharedRule::Accept).commits(privity_zrtp::CommitRule::Passive);
        let pair = pair(config(ZID_A, PresharedRule::Prefer), passive, [a, b], 5);
        assert_eq!(agreement(&pair), KeyAgreement::Preshared, "{a:?} {b:?}");
    }
}

#[test]
fn an_auxiliary_secret_enters_the_key() {
    let with = |config: Config, fill| config.aux_secret(SecretVec::new(vec![fill; 40])).unwrap();
    let [a, b] = both(PresharedRule::Prefer);
    let same = pair(with(a, 3), with(b, 3), [[1, 0, 0]; 2], 6);
    assert_eq!(agreement(&same), KeyAgreement::Preshared);
    let [a, b] = both(PresharedRule::Prefer);
    let other = pair(with(a, 3), with(b, 4), [[1, 0, 0]; 2], 7);
    assert_eq!(agreement(&other), KeyAgreement::X255);
}

/// The secret that one side names is not there: a fresh agreement, and a mismatch is told.
#[test]
fn without_the_same_secret_a_fresh_agreement_follows() {
    for held in [[[1, 0, 0], [2, 0, 0]], [[1, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]]] {
        let [a, b] = both(PresharedRule::Prefer);
        let pair = pair(a, b, held, 8);
        assert_eq!(agreement(&pair), KeyAgreement::X255, "{held:?}");
        let mismatch = held[0][0] != 0;
        let found = pair.a.encrypted.as_ref().unwrap().cache == CacheFinding::Mismatched;
        assert_eq!(found, mismatch, "{held:?}");
    }
}

#[test]
fn the_retained_secrets_stay_as_they_are() {
    let [a, b] = both(PresharedRule::Prefer);
    let pair = pair(a, b, [[1, 2, 0]; 2], 9);
    assert_eq!(agreement(&pair), KeyAgreement::Preshared);
    let row = pair.a.cache.lookup(ZID_B, pair.now).unwrap();
    assert_eq!((row.rs1, row.rs2), (Some(secret(1)), Some(secret(2))));
}

#[test]
fn two_calls_on_the_same_secret_have_other_keys() {
    let keys = [10, 11].map(|seed| {
        let [a, b] = both(PresharedRule::Prefer);
        let pair = pair(a, b, [[1, 0, 0]; 2], seed);
        pair.a.keys.as_ref().unwrap().send.key.expose().to_vec()
    });
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn bad_lines_end_in_equal_keys_or_a_clean_error() {
    for seed in 0..300 {
        let [a, b] = both(PresharedRule::Prefer);
        let mut pair = Pair::new(seed);
        pair.line = Line { loss_to_a: 30, loss_to_b: 20, repeat: 10, jitter: 200, ..CLEAN };
        pair.a.cache = cache(ZID_B, [1, 0, 0]);
        pair.b.cache = cache(ZID_A, [if seed % 3 == 0 { 2 } else { 1 }, 0, 0]);
        pair.start(&Arc::new(a), &Arc::new(b)).run();
        assert!(pair.a.is_over() && pair.b.is_over(), "seed {seed}");
        if pair.a.encrypted.is_some() && pair.b.encrypted.is_some() {
            pair.assert_encrypted();
        }
    }
}
