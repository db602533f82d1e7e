use core::fmt;

use privity_primitives::random::CryptoRng;

/// What a call takes from the world: the time and a generator.
pub struct Context<'a> {
    /// Unix milliseconds.
    pub now: u64,
    /// Where randomness comes from.
    pub rng: &'a mut dyn CryptoRng,
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("now", &self.now).finish_non_exhaustive()
    }
}
