//! One call after another: retained secrets, the verified flag, expiry and mismatch
//! (RFC 6189, 4.9 and 7.1).

#![allow(clippy::unwrap_used, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::{End, Pair, START, ZID_A, ZID_B};
use privity_zrtp::{
    Assurance, Cache, CacheFinding, Config, Event, KeyAgreement, MemoryCache, Offer, Zid,
};

const HOUR: u64 = 3_600_000;

fn config(zid: Zid, expiration: u32) -> Arc<Config> {
    let offer = Offer::default().agreements(&[KeyAgreement::X255]).unwrap();
    Arc::new(Config::new(zid).offer(offer).cache_expiration(expiration))
}

/// The caches of two ends from call to call.
struct Calls {
    a: MemoryCache,
    b: MemoryCache,
    now: u64,
    seed: u64,
    expirations: [u32; 2],
}

impl Calls {
    fn new() -> Self {
        let (a, b) = (MemoryCache::new(), MemoryCache::new());
        Self { a, b, now: START, seed: 0, expirations: [u32::MAX; 2] }
    }

    /// A call an hour after the last; `end` says what the users do once it is encrypted.
    fn call(&mut self, end: impl FnOnce(&mut Pair<'_>)) -> [(CacheFinding, Assurance); 2] {
        self.seed += 1;
        self.now += HOUR;
        let mut pair = Pair::new(self.seed);
        pair.now = self.now;
        pair.a.cache = std::mem::take(&mut self.a);
        pair.b.cache = std::mem::take(&mut self.b);
        let [a, b] = self.expirations;
        pair.start(&config(ZID_A, a), &config(ZID_B, b)).run().assert_encrypted();
        end(&mut pair);
        let found = [&pair.a, &pair.b].map(|end| {
            let encrypted = end.encrypted.as_ref().unwrap();
            (encrypted.cache, encrypted.assurance)
        });
        self.a = std::mem::take(&mut pair.a.cache);
        self.b = std::mem::take(&mut pair.b.cache);
        found
    }

    fn silent_call(&mut self) -> [(CacheFinding, Assurance); 2] {
        self.call(|_| {})
    }

    fn of_a(&self) -> MemoryCache {
        copy(&self.a, ZID_B, self.now)
    }

    fn of_b(&self) -> MemoryCache {
        copy(&self.b, ZID_A, self.now)
    }
}

fn copy(cache: &MemoryCache, peer: Zid, now: u64) -> MemoryCache {
    let mut copy = MemoryCache::new();
    if let Some(row) = cache.lookup(peer, now) {
        copy.store(peer, row);
    }
    copy
}

fn confirm(end: &mut End, now: u64) {
    end.with(now, |session, env| session.confirm_sas(env)).unwrap();
}

fn both_confirm(pair: &mut Pair<'_>) {
    let now = pair.now;
    confirm(&mut pair.a, now);
    confirm(&mut pair.b, now);
}

fn mismatches(end: &End) -> bool {
    end.events.iter().any(|event| matches!(event, Event::CacheMismatch))
}

const FIRST: (CacheFinding, Assurance) = (CacheFinding::FirstCall, Assurance::Unverified);
const MATCHED: (CacheFinding, Assurance) = (CacheFinding::Matched, Assurance::Unverified);
const VERIFIED: (CacheFinding, Assurance) = (CacheFinding::Matched, Assurance::VerifiedBefore);
const MISMATCHED: (CacheFinding, Assurance) = (CacheFinding::Mismatched, Assurance::Unverified);

#[test]
fn secrets_of_the_last_call_match_and_are_not_yet_verified() {
    let mut calls = Calls::new();
    assert_eq!(calls.silent_call(), [FIRST; 2]);
    assert_eq!(calls.silent_call(), [MATCHED; 2]);
    assert_eq!(calls.silent_call(), [MATCHED; 2]);
}

#[test]
fn a_compared_sas_counts_from_the_next_call_on_and_only_if_both_did() {
    let mut calls = Calls::new();
    assert_eq!(calls.call(both_confirm), [FIRST; 2]);
    assert_eq!(calls.silent_call(), [VERIFIED; 2]);
    assert_eq!(calls.silent_call(), [VERIFIED; 2]);
    let mut calls = Calls::new();
    calls.call(|pair| {
        let now = pair.now;
        confirm(&mut pair.a, now);
    });
    assert_eq!(calls.silent_call(), [MATCHED; 2]);
}

#[test]
fn one_side_that_takes_it_back_takes_it_from_both() {
    let mut calls = Calls::new();
    calls.call(both_confirm);
    calls.call(|pair| {
        let now = pair.now;
        pair.b.with(now, |session, env| session.withdraw_sas(env)).unwrap();
    });
    assert_eq!(calls.silent_call(), [MATCHED; 2]);
}

/// One side missed the last step of a call: its rs1 is the other's rs2.
#[test]
fn the_older_secret_heals_a_step_that_one_side_missed() {
    for lags in ["a", "b"] {
        let mut calls = Calls::new();
        calls.silent_call();
        let (a, b) = (calls.of_a(), calls.of_b());
        calls.silent_call();
        if lags == "a" {
            calls.a = a
        } else {
            calls.b = b
        };
        assert_eq!(calls.silent_call(), [MATCHED; 2]);
        assert_eq!(calls.silent_call(), [MATCHED; 2]);
    }
}

#[test]
fn two_steps_missed_are_a_mismatch() {
    let mut calls = Calls::new();
    calls.silent_call();
    let old = calls.of_a();
    calls.silent_call();
    calls.silent_call();
    calls.a = old;
    let found = calls.call(|pair| assert!(mismatches(&pair.a) && mismatches(&pair.b)));
    assert_eq!(found, [MISMATCHED; 2]);
}

/// A stranger with B's ZID, or B with a new device: loud, and nothing is overwritten.
#[test]
fn a_mismatch_is_loud_clears_the_flag_and_keeps_the_old_secrets() {
    let mut calls = Calls::new();
    calls.call(both_confirm);
    let true_b = calls.of_b();
    calls.b = MemoryCache::new();
    let found = calls.call(|pair| assert!(mismatches(&pair.a) && !mismatches(&pair.b)));
    assert_eq!(found, [MISMATCHED, FIRST]);
    assert!(!calls.a.lookup(ZID_B, calls.now).unwrap().verified);
    calls.b = true_b;
    assert_eq!(calls.silent_call(), [MATCHED; 2]);
}

#[test]
fn after_a_mismatch_the_user_decides_that_the_new_secrets_count() {
    let mut calls = Calls::new();
    calls.call(both_confirm);
    calls.b = MemoryCache::new();
    assert_eq!(calls.call(both_confirm), [MISMATCHED, FIRST]);
    assert_eq!(calls.silent_call(), [VERIFIED; 2]);
}

#[test]
fn the_smaller_wish_for_their_life_counts() {
    let mut calls = Calls::new();
    calls.expirations = [u32::MAX, 3_599];
    calls.call(both_confirm);
    assert_eq!(calls.silent_call(), [FIRST; 2]);
    calls.expirations = [3_700, u32::MAX];
    calls.silent_call();
    assert_eq!(calls.silent_call(), [MATCHED; 2]);
}

#[test]
fn whoever_wants_no_secret_kept_is_obeyed_by_both() {
    let mut calls = Calls::new();
    calls.expirations = [0, u32::MAX];
    calls.silent_call();
    assert!(calls.a.lookup(ZID_B, calls.now).is_none_or(|row| row.rs1.is_none()));
    assert!(calls.b.lookup(ZID_A, calls.now).is_none_or(|row| row.rs1.is_none()));
    assert_eq!(calls.silent_call(), [FIRST; 2]);
}

/// Nothing is written before the peer proved that it has the keys.
#[test]
fn a_handshake_that_never_ends_leaves_the_cache_alone() {
    let mut pair = Pair::new(9);
    pair.tamper = Box::new(|to, datagram| {
        let kind = pair::kind_of(&datagram);
        if kind.starts_with("Confirm") { Vec::new() } else { vec![(to, datagram)] }
    });
    pair.start(&config(ZID_A, u32::MAX), &config(ZID_B, u32::MAX)).run();
    assert!(pair.a.cache.lookup(ZID_B, pair.now).is_none());
    assert!(pair.b.cache.lookup(ZID_A, pair.now).is_none());
}
