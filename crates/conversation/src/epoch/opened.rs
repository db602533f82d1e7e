use core::fmt;

use privity_primitives::random::CryptoRng;
use privity_primitives::secret::Secret;
use privity_primitives::wrap::WrapCiphertext;

use crate::Error;
use crate::draw::LocalSecret;
use crate::format::{EntryHash, SealedInfo, WrappedEntry};

use super::facts::{Anchor, EpochFacts, wrap_info};
use super::fault::EpochFault;
use super::info::{ConversationInfo, InfoPlace, open_info, seal_info};
use super::keys::{Keys, Root};
use super::link::{check_link, open_link};
use super::position::PositionKey;
use super::wrap::{WrapTarget, Wrapper};

/// An epoch whose secret is the one that the log commits to at its place.
///
/// There is no way to make one without recomputing `C_e`, and its author gets one only from
/// [`super::AnchoredEpoch::confirm`].
pub struct Epoch(Keys);

impl Epoch {
    pub(super) const fn new(keys: Keys) -> Self {
        Self(keys)
    }

    /// Checks a secret against what the log says of the epoch.
    ///
    /// # Errors
    /// [`EpochFault::WrongSecret`] if the entry commits to another.
    pub fn open(secret: Secret<32>, facts: EpochFacts) -> Result<Self, EpochFault> {
        Keys::check(Root::new(secret), facts).map(Self).ok_or(EpochFault::WrongSecret)
    }

    /// What the log says of it.
    #[must_use]
    pub const fn facts(&self) -> &EpochFacts {
        &self.0.facts
    }

    /// The entry that started it.
    #[must_use]
    pub const fn anchor(&self) -> &Anchor {
        &self.0.facts.anchor
    }

    /// Opens the epoch before through the link, and checks it against its own commitment.
    ///
    /// # Errors
    /// [`EpochFault::Fence`] if none leads there; [`EpochFault::LinkRefused`] if the link
    /// does not open; [`EpochFault::WrongSecret`] if it opens to another secret.
    pub fn open_link(&self, older: EpochFacts) -> Result<Self, EpochFault> {
        let secret = open_link(&self.0, &older)?;
        Self::open(secret, older)
    }

    /// Walks back over links, newest to oldest, and lends each epoch to `each`.
    ///
    /// One unwrap and a walk open any number of older epochs.
    ///
    /// # Errors
    /// As [`Epoch::open_link`], from the first step that fails; those before it were lent.
    pub fn walk(
        &self,
        older: impl IntoIterator<Item = EpochFacts>,
        mut each: impl FnMut(&Self),
    ) -> Result<(), EpochFault> {
        let mut reached: Option<Self> = None;
        for facts in older {
            let next = reached.as_ref().unwrap_or(self).open_link(facts)?;
            each(&next);
            reached = Some(next);
        }
        Ok(())
    }

    /// Recomputes the link from both secrets, for who holds `older` already.
    ///
    /// # Errors
    /// [`EpochFault::Fence`] or [`EpochFault::LinkRefused`]: treat the link as a fence, name
    /// its author and ask for repair.
    pub fn check_link(&self, older: &Self) -> Result<(), EpochFault> {
        check_link(&self.0, older)
    }

    /// Wraps the secret for one recipient whom the log entitles: a first wrap and a repair
    /// are the same bytes but for who signs.
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

    /// Seals title and picture for an entry of this epoch that starts none.
    ///
    /// # Errors
    /// [`Error::Misuse`] if they are larger than the format allows.
    pub fn seal_info(
        &self,
        at: &InfoPlace,
        info: &ConversationInfo,
        local: &LocalSecret,
        rng: &mut dyn CryptoRng,
    ) -> Result<SealedInfo, Error> {
        seal_info(&self.0.root, at, info, local, rng)
    }

    /// Opens title and picture of an entry at which this epoch is in force.
    ///
    /// # Errors
    /// [`EpochFault::InfoRefused`] whatever is wrong.
    pub fn open_info(
        &self,
        at: &InfoPlace,
        sealed: &SealedInfo,
    ) -> Result<ConversationInfo, EpochFault> {
        open_info(&self.0.root, at, sealed)
    }

    /// The key of position `n`, which must lie in this epoch: at its anchor or after it, and
    /// before the next.
    #[must_use]
    pub fn position_key(&self, position: u64, hash: &EntryHash) -> PositionKey {
        self.0.position_key(position, hash)
    }

    /// Whether `record` holds what wrapping this secret for `to` gives, byte for byte.
    pub(super) fn is_wrap(&self, record: &WrappedEntry, to: &WrapTarget) -> bool {
        let context = self.0.facts.wrap_context(to);
        let Some(wrap) = WrapCiphertext::new(&record.enc, &record.ct) else { return false };
        let (Ok(info), Ok(coins)) = (wrap_info(&context), self.0.coins(&context)) else {
            return false;
        };
        to.key.is_wrap_of(&info, self.0.root.secret(), &coins, &wrap)
    }

    pub(super) const fn secret(&self) -> &Secret<32> {
        self.0.root.secret()
    }
}

impl fmt::Debug for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Epoch").field("anchor", self.anchor()).finish_non_exhaustive()
    }
}
