use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use privity_conversation::format::RelayErrorCode;

use crate::Failure;

/// Requests after which keys that are idle are forgotten: the sweep costs each a little,
/// and what is remembered stays near to what was asked within a minute.
const SWEEP: usize = 10_000;

/// So many a minute for each key.
pub(crate) struct Rate<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    clock: DefaultClock,
    taken: AtomicUsize,
}

impl<K: Hash + Eq + Clone> Rate<K> {
    pub(crate) fn per_minute(count: NonZeroU32) -> Self {
        Self::of(Quota::per_minute(count))
    }

    /// So many a minute, after so many at once.
    pub(crate) fn per_minute_after(count: NonZeroU32, burst: NonZeroU32) -> Self {
        Self::of(Quota::per_minute(count).allow_burst(burst))
    }

    fn of(quota: Quota) -> Self {
        Self {
            limiter: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            taken: AtomicUsize::new(0),
        }
    }

    /// Takes one; a refusal says how long to wait.
    pub(crate) fn take(&self, key: &K) -> Result<(), Failure> {
        self.take_many(key, NonZeroU32::MIN)
    }

    /// Takes so many together, or none of them.
    pub(crate) fn take_many(&self, key: &K, count: NonZeroU32) -> Result<(), Failure> {
        if self.taken.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
        }
        let checked = self
            .limiter
            .check_key_n(key, count)
            .map_err(|_| Failure::new(RelayErrorCode::TooLarge, "more than may come at once"))?;
        checked.map_err(|wait| {
            let wait = wait.wait_time_from(self.clock.now()).as_millis();
            let wait = u32::try_from(wait).unwrap_or(u32::MAX).max(1);
            Failure::later(RelayErrorCode::SlowDown, wait, "too many requests")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_how_long_to_wait() {
        let rate = Rate::per_minute(NonZeroU32::MIN);
        assert!(rate.take(&1).is_ok());
        assert!(rate.take(&2).is_ok());
        let refusal = rate.take(&1).unwrap_err().0;
        assert_eq!(refusal.code, RelayErrorCode::SlowDown);
        assert!((1..=60_000).contains(&refusal.retry_after));
    }

    #[test]
    fn many_are_taken_together_or_not_at_all() {
        let number = |number| NonZeroU32::new(number).unwrap();
        let rate = Rate::per_minute_after(number(60), number(100));
        rate.take_many(&1, number(70)).unwrap();
        let refusal = rate.take_many(&1, number(70)).unwrap_err().0;
        assert_eq!(refusal.code, RelayErrorCode::SlowDown);
        assert!((1..=40_000).contains(&refusal.retry_after), "{refusal:?}");
        rate.take_many(&1, number(20)).unwrap();
        let refusal = rate.take_many(&2, number(101)).unwrap_err().0;
        assert_eq!((refusal.code, refusal.retry_after), (RelayErrorCode::TooLarge, 0));
    }

    #[test]
    fn idle_keys_are_forgotten() {
        let rate = Rate::per_minute(NonZeroU32::MAX);
        for key in 0..2 * SWEEP {
            rate.take(&key).unwrap();
        }
        assert!(rate.limiter.len() <= SWEEP);
    }
}
