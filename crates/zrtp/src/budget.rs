/// How many answers strangers may draw from us: 200 at once, then fifty each second.
///
/// It keeps a flood of Hello, Ping or Error from turning our sequence number over, and from
/// making us a source of traffic.
#[derive(Debug)]
pub(crate) struct AnswerBudget {
    left: u64,
    counted_at: u64,
}

impl Default for AnswerBudget {
    fn default() -> Self {
        Self { left: BURST, counted_at: 0 }
    }
}

impl AnswerBudget {
    /// True if one more answer may go out at `now`.
    pub(crate) fn spend(&mut self, now: u64) -> bool {
        let earned = now.saturating_sub(self.counted_at) / MILLIS_EACH;
        if earned > 0 {
            self.left = self.left.saturating_add(earned).min(BURST);
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
}

const BURST: u64 = 200;
const MILLIS_EACH: u64 = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_answered_within_the_budget_and_no_longer() {
        let mut budget = AnswerBudget::default();
        let answered = (0..10_000).filter(|_| budget.spend(1_000)).count();
        assert_eq!(answered, 200);
        assert!(!budget.spend(1_019));
        assert!(budget.spend(1_020));
        assert!(!budget.spend(1_021));
    }
}
