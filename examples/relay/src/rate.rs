use std::hash::Hash;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use privity_conversation::format::RelayErrorCode;

use crate::Failure;

/// Keys remembered before those that are idle are forgotten.
const KEYS: usize = 100_000;

/// So many a minute for each key.
pub(crate) struct Rate<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Rate<K> {
    pub(crate) fn per_minute(count: NonZeroU32) -> Self {
        Self {
            limiter: RateLimiter::keyed(Quota::per_minute(count)),
            clock: DefaultClock::default(),
        }
    }

    /// Takes one; a refusal says how long to wait.
    pub(crate) fn take(&self, key: &K) -> Result<(), Failure> {
        if self.limiter.len() > KEYS {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(key).map_err(|wait| {
            let wait = wait.wait_time_from(self.clock.now()).as_millis();
            let wait = u32::try_from(wait).unwrap_or(u32::MAX).max(1);
            Failure::later(RelayErrorCode::SlowDown, wait, "too many requests")
        })
    }
}
