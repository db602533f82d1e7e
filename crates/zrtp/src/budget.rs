/// How often strangers may make us do something: so often at once, then once each so many
/// milliseconds.
///
/// For answers it keeps a flood of Hello, Ping or Error from turning our sequence number over, and from
/// making us a source of traffic. Each candidate has its own, strangers share one: no flood of
/// the ones takes the answers of the others.
#[derive(Debug)]
pub(crate) struct Budget {
    left: u64,
    counted_at: u64,
    burst: u64,
    millis_each: u64,
}

impl Budget {
    /// For those whose Hello is not kept: 200 at once, then fifty each second.
    pub(crate) const fn of_strangers() -> Self {
        Self::new(200, 20)
    }

    /// For one candidate: fifty at once, then twenty each second; a peer that repeats all it
    /// has takes eight.
    pub(crate) const fn of_one() -> Self {
        Self::new(50, 50)
    }

    /// For Hellos that take a place: twelve at once, then one each ten seconds. Who has sent many
    /// keeps nobody out that comes later.
    pub(crate) const fn of_newcomers() -> Self {
        Self::new(12, 10_000)
    }

    /// True if it may be once more at `now`.
    pub(crate) fn spend(&mut self, now: u64) -> bool {
        let earned = now.saturating_sub(self.counted_at) / self.millis_each;
        if earned > 0 {
            self.left = self.left.saturating_add(earned).min(self.burst);
            self.counted_at = now;
        }
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }

    const fn new(burst: u64, millis_each: u64) -> Self {
        Self { left: burst, counted_at: 0, burst, millis_each }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_answered_within_the_budget_and_no_longer() {
        let mut budget = Budget::of_strangers();
        let answered = (0..10_000).filter(|_| budget.spend(1_000)).count();
        assert_eq!(answered, 200);
        assert!(!budget.spend(1_019));
        assert!(budget.spend(1_020));
        assert!(!budget.spend(1_021));
    }
}
