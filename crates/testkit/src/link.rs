use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What happens to a request and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Both arrive.
    Arrives,
    /// The request arrives twice, the second answer counts.
    Repeats,
    /// The request is lost.
    RequestLost,
    /// The request arrives, its answer is lost.
    AnswerLost,
}

/// A network that loses, repeats and reorders, as its seed says.
#[derive(Debug)]
pub struct Link {
    rng: ChaCha20Rng,
    /// Of a hundred requests, how many meet something bad.
    bad: u32,
}

impl Link {
    /// One on which everything arrives once and in order.
    #[must_use]
    pub fn good() -> Self {
        Self::bad(0, 0)
    }

    /// One on which something bad happens to `percent` of what passes.
    #[must_use]
    pub fn bad(seed: u64, percent: u32) -> Self {
        Self { rng: ChaCha20Rng::seed_from_u64(seed), bad: percent }
    }

    /// The fate of the next request.
    pub fn fate(&mut self) -> Fate {
        if self.below(100) >= self.bad {
            return Fate::Arrives;
        }
        match self.below(3) {
            0 => Fate::Repeats,
            1 => Fate::RequestLost,
            _ => Fate::AnswerLost,
        }
    }

    /// The order in which items arrive; some of them twice.
    pub fn order<T: Clone>(&mut self, items: &[T]) -> Vec<T> {
        let mut arrived = items.to_vec();
        for item in items {
            if self.below(100) < self.bad {
                arrived.push(item.clone());
            }
        }
        for index in (1..arrived.len()).rev() {
            if self.below(100) < self.bad {
                let other = self.below(u32::try_from(index).unwrap_or(u32::MAX)) as usize;
                arrived.swap(index, other);
            }
        }
        arrived
    }

    /// A number below `bound`, which is not zero.
    pub fn below(&mut self, bound: u32) -> u32 {
        self.rng.next_u32() % bound.max(1)
    }
}
