//! The call flow of RFC 6189, 3.1 on a good line and on bad ones.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use pair::{CLEAN, Line, Pair, ZID_A, ZID_B, kind_of, phone, quick};
use privity_zrtp::{CommitRule, Config, KeyAgreement, Offer, Role, Zid};
use std::sync::Arc;

/// Seeded runs on bad lines with a cheap agreement.
const RUNS: u64 = 30_000;
/// The same with the default offer, post-quantum and in pieces.
const DEFAULT_RUNS: u64 = 400;

#[test]
fn both_start_at_once_and_end_with_the_same_keys() {
    let mut pair = Pair::new(1);
    pair.start(&phone(ZID_A), &phone(ZID_B)).run().assert_encrypted();
    assert!(pair.now - pair::START <= 200, "{}", pair.now - pair::START);
}

#[test]
fn the_passive_end_becomes_responder() {
    let passive = Arc::new(Config::new(ZID_B).commits(CommitRule::Passive));
    let mut pair = Pair::new(2);
    pair.start(&phone(ZID_A), &passive).run().assert_encrypted();
    assert_eq!(pair.b.encrypted.as_ref().unwrap().role, Role::Responder);
    assert!(pair.b.sent.iter().all(|datagram| kind_of(datagram) != "Commit"));
}

#[test]
fn two_passive_ends_say_that_nobody_is_there() {
    let passive = |zid| Arc::new(quick(zid).commits(CommitRule::Passive));
    let mut pair = Pair::new(3);
    pair.start(&passive(ZID_A), &passive(ZID_B)).run();
    assert!(pair.a.is_over() && pair.b.is_over());
    assert!(pair.a.keys.is_none() && pair.b.keys.is_none());
}

/// Runs from a seed; whether both ended encrypted.
fn run(seed: u64, a: &Arc<Config>, b: &Arc<Config>) -> bool {
    let mut pair = Pair::new(seed);
    pair.line = line(seed);
    pair.a.start(a, pair.now);
    pair.run_for(LATE[(seed % 3) as usize]);
    let now = pair.now;
    pair.b.start(b, now);
    pair.run();
    assert!(pair.a.is_over() && pair.b.is_over(), "seed {seed}");
    let both = pair.a.encrypted.is_some() && pair.b.encrypted.is_some();
    if both {
        pair.assert_encrypted();
    }
    both
}

#[test]
fn a_bad_line_ends_in_equal_keys_or_a_clean_error_and_never_in_a_stall() {
    let (a, b) = (Arc::new(quick(ZID_A)), Arc::new(quick(ZID_B)));
    let encrypted = (0..RUNS).filter(|seed| run(*seed, &a, &b)).count() as u64;
    assert!(encrypted > RUNS * 97 / 100, "{encrypted}");
}

#[test]
fn so_does_it_with_the_default_offer() {
    let (a, b) = (phone(ZID_A), phone(ZID_B));
    let encrypted = (0..DEFAULT_RUNS).filter(|seed| run(*seed, &a, &b)).count() as u64;
    assert!(encrypted > DEFAULT_RUNS * 90 / 100, "{encrypted}");
}

/// Lists in every order, so that each end would rather have another agreement.
#[test]
fn so_does_it_with_lists_in_different_orders() {
    let lists = [
        [KeyAgreement::X255, KeyAgreement::Ec25, KeyAgreement::E255],
        [KeyAgreement::Ec25, KeyAgreement::E255, KeyAgreement::X255],
        [KeyAgreement::E255, KeyAgreement::X255, KeyAgreement::Ec25],
    ];
    let config = |zid: Zid, list: &[KeyAgreement]| {
        Arc::new(Config::new(zid).offer(Offer::default().agreements(list).unwrap()))
    };
    for (place, list) in lists.iter().enumerate() {
        for (other_place, other) in lists.iter().enumerate() {
            let (a, b) = (config(ZID_A, list), config(ZID_B, other));
            let seeds = (0..60).map(|seed| seed + 60 * (3 * place + other_place) as u64);
            let encrypted = seeds.filter(|seed| run(*seed, &a, &b)).count();
            assert!(encrypted >= 55, "{list:?} {other:?}: {encrypted}");
        }
    }
}

/// How late the second end starts, in milliseconds.
const LATE: [u64; 3] = [0, 70, 2_500];

/// Loss up to 40 % on both sides or on one, with and without disorder.
fn line(seed: u64) -> Line {
    let loss = (seed / 3 % 5) as u32 * 10;
    let jitter = [0, 40, 300][(seed / 15 % 3) as usize];
    let repeat = [0, 10][(seed / 45 % 2) as usize];
    match seed / 90 % 3 {
        0 => Line { loss_to_a: loss, loss_to_b: loss, repeat, jitter, ..CLEAN },
        1 => Line { loss_to_a: loss, repeat, jitter, ..CLEAN },
        _ => Line { loss_to_b: loss, repeat, jitter, ..CLEAN },
    }
}
