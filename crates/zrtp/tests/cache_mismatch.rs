//! Somebody without the secrets of earlier calls: loud each time, and never let in by calling
//! twice (RFC 6189, 4.6.1).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{Pair, ZID_A, ZID_B, quick};
use privity_zrtp::{Assurance, CacheFinding, CallKeys, Event, MemoryCache};

/// Another call of the same two.
fn again(pair: &mut Pair<'_>) -> (CacheFinding, Assurance) {
    let now = pair.now;
    for (end, zid) in [(&mut pair.a, ZID_A), (&mut pair.b, ZID_B)] {
        (end.encrypted, end.keys, end.call) = (None, None, CallKeys::new());
        end.events.clear();
        end.start(&Arc::new(quick(zid)), now);
    }
    pair.run().assert_encrypted();
    let encrypted = pair.a.encrypted.as_ref().unwrap();
    (encrypted.cache, encrypted.assurance)
}

/// Two calls in which both users compared the SAS.
fn verified<'a>(seed: u64) -> Pair<'a> {
    let mut pair = Pair::new(seed);
    again(&mut pair);
    let now = pair.now;
    for end in [&mut pair.a, &mut pair.b] {
        end.with(now, |session, env| session.confirm_sas(env)).unwrap();
    }
    assert_eq!(again(&mut pair), (CacheFinding::Matched, Assurance::VerifiedBefore));
    pair
}

#[test]
fn who_calls_twice_without_our_secrets_is_a_mismatch_twice() {
    let mut pair = verified(1);
    let bs_cache = std::mem::take(&mut pair.b.cache);
    for _ in 0..2 {
        // What the false B kept of the call before is all that it has.
        assert_eq!(again(&mut pair), (CacheFinding::Mismatched, Assurance::Unverified));
        assert!(pair.a.events.iter().any(|event| matches!(event, Event::CacheMismatch)));
    }
    // The real B is known again; that the SAS was compared no longer counts.
    pair.b.cache = bs_cache;
    assert_eq!(again(&mut pair), (CacheFinding::Matched, Assurance::Unverified));
}

#[test]
fn a_peer_that_lost_its_secrets_is_known_once_the_user_confirmed() {
    let mut pair = verified(2);
    pair.b.cache = MemoryCache::new();
    assert_eq!(again(&mut pair).0, CacheFinding::Mismatched);
    let now = pair.now;
    for end in [&mut pair.a, &mut pair.b] {
        end.with(now, |session, env| session.confirm_sas(env)).unwrap();
    }
    assert_eq!(again(&mut pair), (CacheFinding::Matched, Assurance::VerifiedBefore));
}
