//! The state for one peer is bounded, and small.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use std::sync::Arc;

use allocation_counter::measure;
use pair::puppet::Puppet;
use pair::{Pair, ZID_A, ZID_B, alone, phone, quick};
use privity_zrtp::{CommitRule, Session};

/// For one peer, apart from the buffers for long messages.
const LIMIT: usize = 16 * 1_024;

/// Bytes that a session holds on the heap: what its drop gives back.
fn held(session: Session) -> usize {
    let info = measure(|| drop(session));
    usize::try_from(-info.bytes_current).unwrap() + size_of::<Session>()
}

#[test]
fn a_session_that_is_secure_stays_below_the_limit() {
    let mut pair = Pair::new(1);
    pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B))).run().assert_encrypted();
    for end in [&mut pair.a, &mut pair.b] {
        let held = held(end.session.take().unwrap());
        assert!(held < LIMIT, "{held}");
    }
}

#[test]
fn a_session_in_any_state_of_a_handshake_stays_below_the_limit() {
    for millis in (0..400).step_by(20) {
        let mut pair = Pair::new(2);
        pair.start(&Arc::new(quick(ZID_A)), &Arc::new(quick(ZID_B))).run_for(millis);
        for end in [&mut pair.a, &mut pair.b] {
            let held = held(end.session.take().unwrap());
            assert!(held < LIMIT, "{millis} ms: {held}");
        }
    }
}

/// Four candidates with an exchange each, and a flood of what else can be sent.
#[test]
fn a_flood_does_not_make_it_grow() {
    let mut end = alone(quick(ZID_A).commits(CommitRule::Passive));
    let hello = end.last("Hello");
    for round in 0..50 {
        for seed in 0..40 {
            let mut puppet = Puppet::new(seed, ZID_B);
            puppet.ssrc += u32::from(seed);
            let part2 = puppet.part2(&[round + 2; 32]);
            let commit = puppet.seal_commit(&puppet.commit(&part2, &hello));
            for message in [puppet.hello.clone(), commit, part2] {
                let _ = puppet.say(&mut end, &message);
            }
        }
    }
    let held = held(end.session.take().unwrap());
    assert!(held < 4 * LIMIT, "{held}");
}

/// With the keys and the ciphertext of the hybrid, and the messages that carry them in pieces.
#[test]
fn so_does_a_session_with_the_hybrid() {
    for seed in 0..4 {
        for millis in (0..400).step_by(20) {
            let mut pair = Pair::new(seed);
            pair.start(&phone(ZID_A), &phone(ZID_B)).run_for(millis);
            for end in [&mut pair.a, &mut pair.b] {
                let held = held(end.session.take().unwrap());
                assert!(held < LIMIT, "{millis} ms: {held}");
            }
        }
    }
}
