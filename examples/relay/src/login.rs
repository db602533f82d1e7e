use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use privity_conversation::format::RelayErrorCode;

use crate::{Failure, Limits};

/// Challenges that wait for their answer: each is used once, and soon.
#[derive(Debug)]
pub(crate) struct Challenges {
    waiting: Mutex<HashMap<[u8; 32], u64>>,
    limit: usize,
    lifetime: u64,
}

impl Challenges {
    pub(crate) fn new(limits: &Limits) -> Self {
        let lifetime = u64::try_from(limits.challenge.as_millis()).unwrap_or(u64::MAX);
        Self { waiting: Mutex::default(), limit: limits.challenges, lifetime }
    }

    /// A fresh challenge.
    pub(crate) fn make(&self, now: u64) -> Result<[u8; 32], Failure> {
        let nonce = random()?;
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, ends| *ends > now);
        if waiting.len() >= self.limit {
            return Err(Failure::later(RelayErrorCode::SlowDown, 1_000, "too many logins wait"));
        }
        waiting.insert(nonce, now.saturating_add(self.lifetime));
        Ok(nonce)
    }

    /// Uses a challenge up; one that was never made, was used or ended is refused.
    pub(crate) fn take(&self, nonce: &[u8; 32], now: u64) -> Result<(), Failure> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.remove(nonce) {
            Some(ends) if ends > now => Ok(()),
            _ => Err(Failure::new(RelayErrorCode::LoginNeeded, "ask for a new challenge")),
        }
    }
}

/// 32 bytes from the system's generator.
pub(crate) fn random() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| {
        Failure::later(RelayErrorCode::Internal, 1_000, "the system's random generator failed")
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_good_once_and_for_a_while() {
        let challenges = Challenges::new(&Limits { challenges: 2, ..Limits::default() });
        let nonce = challenges.make(0).unwrap();
        assert!(challenges.take(&nonce, 1).is_ok());
        assert!(challenges.take(&nonce, 2).is_err());
        let late = challenges.make(0).unwrap();
        assert!(challenges.take(&late, 60_000).is_err());
        challenges.make(100_000).unwrap();
        challenges.make(100_000).unwrap();
        assert_eq!(challenges.make(100_000).unwrap_err().0.code, RelayErrorCode::SlowDown);
        assert!(challenges.make(200_000).is_ok());
    }
}
