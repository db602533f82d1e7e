use core::fmt;

use privity_primitives::random::CryptoRng;

use crate::Error;
use crate::draw::LocalSecret;
use crate::format::{
    Delivery, DeviceId, Entry, EntryBody, EntryHash, EpochStart, Link, SealedInfo, label,
};

use super::anchored::AnchoredEpoch;
use super::facts::{EpochFacts, Place};
use super::info::{ConversationInfo, InfoPlace, seal_info};
use super::keys::{Keys, Root};
use super::link::seal_link;
use super::opened::Epoch;

/// An epoch's secret, drawn and not yet bound to a place: nothing but info is sealed with it.
pub struct FreshEpoch(Root);

impl FreshEpoch {
    /// Draws `S_e` for one attempt to append `draft`: the hash of the entry as far as it is
    /// decided before its epoch is.
    ///
    /// # Security
    /// The draft says who is wrapped to. Two copies of a machine whose generators repeat each
    /// other, of which one rotates and one removes a member, must not draw the same secret.
    ///
    /// Each attempt at a new `prev` draws anew; the secret of an attempt that lost is dropped
    /// and never used (rule 9): members who were removed meanwhile may hold wraps of it.
    pub fn draw(
        local: &LocalSecret,
        device: &DeviceId,
        draft: &EntryHash,
        rng: &mut dyn CryptoRng,
    ) -> Self {
        Self(Root::new(local.draw(&[label::EPOCH, &device.0, &draft.0], rng)))
    }

    /// Seals title and picture for the entry that will start this epoch.
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
        seal_info(&self.0, at, info, local, rng)
    }

    /// Binds the epoch to the entry that `body` will be: writes its commitment and link.
    ///
    /// # Security
    /// In `create` the commitment covers the whole body: change nothing after this.
    ///
    /// # Errors
    /// [`Error::TooLong`] if a field of `body` does not fit its format.
    pub fn propose(self, body: &mut EntryBody, link: LinkTo<'_>) -> Result<ProposedEpoch, Error> {
        let start = body.epoch.insert(EpochStart {
            delivery: Delivery::Flat,
            commitment: [0; 32],
            link: Link::Fence,
        });
        if let LinkTo::Previous(_) = link {
            start.link = Link::Sealed([0; 48]);
        }
        let place = Place::of(body)?;
        let commitment = *self.0.commitment(&place).expose();
        let link = match link {
            LinkTo::Fence => Link::Fence,
            LinkTo::Previous(previous) => {
                Link::Sealed(seal_link(&self.0, &place, &commitment, previous)?)
            }
        };
        body.epoch = Some(EpochStart { delivery: Delivery::Flat, commitment, link });
        Ok(ProposedEpoch { root: self.0, place, commitment })
    }
}

impl fmt::Debug for FreshEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FreshEpoch").finish_non_exhaustive()
    }
}

/// What a new epoch does with the one before.
#[derive(Clone, Copy, Debug)]
pub enum LinkTo<'a> {
    /// Keeps it from whoever only has the new one.
    Fence,
    /// Opens it to whoever has the new one.
    Previous(&'a Epoch),
}

/// An epoch whose entry is written and not yet signed.
pub struct ProposedEpoch {
    root: Root,
    place: Place,
    commitment: [u8; 32],
}

impl ProposedEpoch {
    /// Goes on with the signed entry.
    ///
    /// # Errors
    /// [`Error::Misuse`] if `entry` is not the one proposed.
    pub fn anchor(self, entry: &Entry) -> Result<AnchoredEpoch, Error> {
        const OTHER: Error = Error::Misuse("the entry is not the one that the epoch was made for");
        let facts = EpochFacts::of(entry)?.ok_or(OTHER)?;
        if facts.place != self.place || facts.commitment != self.commitment {
            return Err(OTHER);
        }
        Keys::check(self.root, facts).map(AnchoredEpoch::new).ok_or(OTHER)
    }
}

impl fmt::Debug for ProposedEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProposedEpoch").field("place", &self.place).finish_non_exhaustive()
    }
}
