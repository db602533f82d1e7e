use core::fmt;

use privity_primitives::random::CryptoRng;

use crate::{Cache, CallKeys};

/// What a session needs from outside for the length of one call into it.
pub struct Env<'a> {
    /// Unix time in milliseconds; must not run backwards.
    pub now: u64,
    /// Where randomness comes from.
    pub rng: &'a mut dyn CryptoRng,
    /// Secrets retained from earlier calls.
    pub cache: &'a mut dyn Cache,
    /// What the streams of this call share.
    pub call: &'a mut CallKeys,
}

impl fmt::Debug for Env<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").field("now", &self.now).finish_non_exhaustive()
    }
}
