//! Calls on retained secrets alone (RFC 6189, 4.4.2). Not interop-tested: no packaged peer.

#![allow(clippy::unwrap_used, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{CLEAN, Line, Pair, ZID_A, ZID_B, kind_of};
use privity_primitives::secret::{Secret, SecretVec};
use privity_zrtp::{
    Assurance, Cache, CacheFinding, CommitRule, Config, KeyAgreement, MemoryCache, Offer,
    PresharedRule, Retained, Zid,
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
        let passive = config(ZID_B, PresharedRule::Accept).commits(CommitRule::Passive);
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

/// RFC 6189, 4.6.1: rs1 is new, the old one is not saved, rs2 stays.
#[test]
fn a_call_on_retained_secrets_replaces_the_first_and_leaves_the_second() {
    let [a, b] = both(PresharedRule::Prefer);
    let pair = pair(a, b, [[1, 2, 0]; 2], 9);
    assert_eq!(agreement(&pair), KeyAgreement::Preshared);
    let of_a = pair.a.cache.lookup(ZID_B, pair.now).unwrap();
    let of_b = pair.b.cache.lookup(ZID_A, pair.now).unwrap();
    assert!(of_a.rs1.is_some() && of_a.rs1 != Some(secret(1)));
    assert_eq!(of_a.rs1, of_b.rs1);
    for row in [of_a, of_b] {
        assert_eq!((row.rs2, row.verified), (Some(secret(2)), true));
    }
}

/// The responder knows with Confirm2 that the peer has the keys, the initiator with Conf2ACK or
/// authentic media; until then rs1 stays.
#[test]
fn each_side_replaces_it_once_the_other_has_shown_the_keys() {
    let mut pair = Pair::new(14);
    pair.a.cache = cache(ZID_B, [1, 2, 0]);
    pair.b.cache = cache(ZID_A, [1, 2, 0]);
    pair.tamper = Box::new(|to, datagram: Vec<u8>| match kind_of(&datagram).as_str() {
        "Conf2ACK" => Vec::new(),
        _ => vec![(to, datagram)],
    });
    let passive = config(ZID_B, PresharedRule::Accept).commits(CommitRule::Passive);
    let active = config(ZID_A, PresharedRule::Prefer);
    pair.start(&Arc::new(active), &Arc::new(passive)).run_until(|pair| pair.b.is_over());
    let rs1 = |pair: &Pair<'_>| {
        let of_a = pair.a.cache.lookup(ZID_B, pair.now).unwrap().rs1;
        [of_a, pair.b.cache.lookup(ZID_A, pair.now).unwrap().rs1]
    };
    let [of_a, of_b] = rs1(&pair);
    assert!(of_a == Some(secret(1)) && of_b != Some(secret(1)));
    pair.a.with(pair.now, |session, env| session.media_received(env));
    pair.assert_encrypted();
    let [of_a, of_b] = rs1(&pair);
    assert_eq!(of_a, of_b);
}

/// One side missed the end of a call on rs1: the next one is a fresh agreement on rs2.
#[test]
fn the_second_secret_heals_a_call_whose_end_one_side_missed() {
    let [a, b] = both(PresharedRule::Prefer);
    let pair = pair(a, b, [[1, 2, 0], [3, 2, 0]], 15);
    assert_eq!(agreement(&pair), KeyAgreement::X255);
    assert_eq!(pair.a.encrypted.as_ref().unwrap().cache, CacheFinding::Matched);
}

#[test]
fn whoever_wants_no_secret_kept_leaves_the_old_one() {
    let [a, b] = both(PresharedRule::Prefer);
    let pair = pair(a.cache_expiration(0), b, [[1, 2, 0]; 2], 16);
    assert_eq!(agreement(&pair), KeyAgreement::Preshared);
    for row in [pair.a.cache.lookup(ZID_B, pair.now), pair.b.cache.lookup(ZID_A, pair.now)] {
        let row = row.unwrap();
        assert_eq!((row.rs1, row.rs2), (Some(secret(1)), Some(secret(2))));
    }
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
