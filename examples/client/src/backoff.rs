use std::time::Duration;

use privity::CryptoRng;

use crate::ClientError;

/// The longest wait after the first failure, and after many.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// How long to wait before a request is sent again.
///
/// The relay's own word comes first. Without one the wait is drawn anew each time, from a
/// range that doubles up to a minute: devices that lost a relay together do not come back
/// together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The wait after `error`; none if a repeat would fail in the same way.
    pub fn wait(&mut self, error: &ClientError, rng: &mut dyn CryptoRng) -> Option<Duration> {
        let least = match error {
            ClientError::Network(_) => 0,
            ClientError::Refused(refusal) if refusal.retry_after > 0 => refusal.retry_after,
            _ => return None,
        };
        let range = FIRST.saturating_mul(1 << self.failures.min(6)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let drawn = range.mul_f64(f64::from(rng.next_u32()) / f64::from(u32::MAX));
        Some(Duration::from_millis(least.into()) + drawn)
    }

    /// A request succeeded: the next failure is the first again.
    pub const fn succeeded(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use privity::System;
    use privity::format::{RelayError, RelayErrorCode};

    use super::*;

    fn refused(code: RelayErrorCode, retry_after: u32) -> ClientError {
        ClientError::Refused(RelayError { code, retry_after, detail: String::new() })
    }

    #[test]
    fn waits_grow_up_to_a_bound_and_begin_again() {
        let mut rng = System::new().unwrap();
        let mut backoff = Backoff::default();
        let lost = ClientError::Network("gone".into());
        for exponent in 0..100 {
            let most = FIRST.saturating_mul(1 << exponent.min(6)).min(LONGEST);
            assert!(backoff.wait(&lost, &mut rng).unwrap() <= most);
        }
        backoff.succeeded();
        assert!(backoff.wait(&lost, &mut rng).unwrap() <= FIRST);
    }

    #[test]
    fn the_relays_word_is_kept() {
        let mut rng = System::new().unwrap();
        let mut backoff = Backoff::default();
        let slow = refused(RelayErrorCode::SlowDown, 5_000);
        assert!(backoff.wait(&slow, &mut rng).unwrap() >= Duration::from_secs(5));
        assert_eq!(backoff.wait(&refused(RelayErrorCode::Refused, 0), &mut rng), None);
        assert_eq!(backoff.wait(&ClientError::Stale, &mut rng), None);
    }
}
