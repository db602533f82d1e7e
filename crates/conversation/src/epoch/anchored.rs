use core::fmt;

use privity_primitives::secret::Secret;

use crate::Error;
use crate::format::{EntryHash, WrappedEntry};

use super::facts::EpochFacts;
use super::fault::EpochFault;
use super::keys::{Keys, Root};
use super::opened::Epoch;
use super::wrap::{WrapTarget, Wrapper};

/// An epoch whose entry is signed and pending: it wraps and is saved, and seals nothing.
pub struct AnchoredEpoch(Keys);

impl AnchoredEpoch {
    pub(super) const fn new(keys: Keys) -> Self {
        Self(keys)
    }

    /// Takes back a pending epoch that was saved; its commitment is recomputed.
    ///
    /// # Errors
    /// [`EpochFault::WrongSecret`] if the secret is not the one that the entry commits to.
    pub fn restore(secret: Secret<32>, facts: EpochFacts) -> Result<Self, EpochFault> {
        Keys::check(Root::new(secret), facts).map(Self).ok_or(EpochFault::WrongSecret)
    }

    /// The secret, for the sealed record of the pending change and for nothing else.
    #[must_use]
    pub const fn secret(&self) -> &Secret<32> {
        self.0.root.secret()
    }

    /// What its entry says of it.
    #[must_use]
    pub const fn facts(&self) -> &EpochFacts {
        &self.0.facts
    }

    /// Wraps the secret for one recipient.
    ///
    /// # Errors
    /// [`Error::Crypto`] if no secret can be shared with the key.
    pub fn wrap(&self, to: &WrapTarget, by: &Wrapper<'_>) -> Result<WrappedEntry, Error> {
        self.0.wrap(to, by)
    }

    /// Wraps the secret for each recipient; the order is kept.
    pub fn wrap_all<'a>(
        &'a self,
        targets: impl IntoIterator<Item = &'a WrapTarget> + 'a,
        by: &'a Wrapper<'a>,
    ) -> impl Iterator<Item = Result<WrappedEntry, Error>> + 'a {
        targets.into_iter().map(|to| self.0.wrap(to, by))
    }

    /// Goes on when the relay has confirmed the entry with its wraps: only now it seals.
    ///
    /// # Errors
    /// [`Error::Misuse`] if another entry was confirmed: this attempt lost, its secret is
    /// wiped.
    pub fn confirm(self, stored: &EntryHash) -> Result<Epoch, Error> {
        if self.0.facts.anchor.hash != *stored {
            return Err(Error::Misuse("another entry was confirmed than this epoch's"));
        }
        Ok(Epoch::new(self.0))
    }
}

impl fmt::Debug for AnchoredEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnchoredEpoch")
            .field("anchor", &self.0.facts.anchor)
            .finish_non_exhaustive()
    }
}
