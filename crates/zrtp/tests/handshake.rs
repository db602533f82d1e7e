//! The call flow of RFC 6189, 3.1 on a good line and on bad ones.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use pair::{CLEAN, Line, Pair, ZID_A, ZID_B, kind_of, phone};
use privity_zrtp::{CommitRule, Config, Role};
use std::sync::Arc;

/// Seeded runs on bad lines.
const RUNS: u64 = 10_000;

#[test]
fn both_start_at_once_and_end_with_the_same_keys() {
    let mut pair = Pair::new(1);
    pair.start(&phone(ZID_A), &phone(ZID_B)).run().assert_secure();
    assert!(pair.now - pair::START <= 200, "{}", pair.now - pair::START);
}

#[test]
fn the_passive_end_becomes_responder() {
    let passive = Arc::new(Config::new(ZID_B).commits(CommitRule::Passive));
    let mut pair = Pair::new(2);
    pair.start(&phone(ZID_A), &passive).run().assert_secure();
    assert_eq!(pair.b.secured.as_ref().unwrap().role, Role::Responder);
    assert!(pair.b.sent.iter().all(|datagram| kind_of(datagram) != "Commit"));
}

#[test]
fn a_bad_line_ends_in_equal_keys_or_a_clean_error_and_never_in_a_stall() {
    let mut secure = 0;
    for seed in 0..RUNS {
        let mut pair = Pair::new(seed);
        pair.line = line(seed);
        pair.a.start(&phone(ZID_A), pair.now);
        pair.run_for(LATE[(seed % 3) as usize]);
        let now = pair.now;
        pair.b.start(&phone(ZID_B), now);
        pair.run();
        assert!(pair.a.is_over() && pair.b.is_over(), "seed {seed}");
        if pair.a.secured.is_some() && pair.b.secured.is_some() {
            pair.assert_secure();
            secure += 1;
        }
    }
    assert!(secure > RUNS * 95 / 100, "{secure}");
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
