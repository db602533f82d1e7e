/// Whose candidate's handshake goes on, and until when another one has to wait.
///
/// Whoever forges a Hello and what follows it must not take the place of the real peer, nor
/// keep it: a turn is longer than the way there and back, and each later one twice as long.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    end: Option<u64>,
    doublings: u32,
}

impl Turn {
    /// Somebody made progress.
    pub(crate) const fn begin(&mut self, now: u64) {
        self.end = Some(now.saturating_add(TURN << self.doublings));
    }

    /// The next one is longer.
    pub(crate) const fn lengthen(&mut self) {
        if self.doublings < MAX_DOUBLINGS {
            self.doublings += 1;
        }
    }

    /// When it ends; none if nobody has one.
    pub(crate) const fn end(&self) -> Option<u64> {
        self.end
    }
}

/// Longer than any way there and back; three repetitions of a Commit.
const TURN: u64 = 1_200;
const MAX_DOUBLINGS: u32 = 3;
