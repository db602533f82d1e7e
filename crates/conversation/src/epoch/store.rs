use std::collections::BTreeMap;

use privity_primitives::secret::{Secret, SecretVec};
use privity_wire::{Codec, DecodeError, Reader};

use crate::format::VERSION;

use super::facts::{Anchor, EpochFacts};
use super::opened::Epoch;

/// Epoch secrets that were opened: looked up by anchor, never by commitment, and checked
/// against the log again each time they are taken out.
///
/// ```text
///   kept     nothing here leads to them: unwrapped, or made on this device   never dropped
///   walked   a kept one leads to them over links                             the last used
/// ```
#[derive(Debug)]
pub struct EpochStore {
    secrets: BTreeMap<Anchor, Stored>,
    capacity: usize,
    uses: u64,
}

#[derive(Debug)]
struct Stored {
    secret: Secret<32>,
    hold: Hold,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    Kept,
    /// When it was used last.
    Walked(u64),
}

impl EpochStore {
    /// Has room for `capacity` secrets that were walked to, and for one at least.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { secrets: BTreeMap::new(), capacity: capacity.max(1), uses: 0 }
    }

    /// Keeps an epoch's secret until something newer leads to it.
    pub fn keep(&mut self, epoch: &Epoch) {
        self.store(*epoch.anchor(), epoch.secret().duplicate(), Hold::Kept);
    }

    /// Remembers a secret that was walked to; the one not used for the longest time makes
    /// room.
    pub fn remember(&mut self, epoch: &Epoch) {
        if self.secrets.get(epoch.anchor()).is_some_and(|stored| stored.hold == Hold::Kept) {
            return;
        }
        self.uses += 1;
        self.store(*epoch.anchor(), epoch.secret().duplicate(), Hold::Walked(self.uses));
        self.make_room();
    }

    /// Says that a kept epoch leads to this one over a link that was checked.
    pub fn release(&mut self, anchor: &Anchor) {
        self.uses += 1;
        if let Some(stored) = self.secrets.get_mut(anchor) {
            stored.hold = Hold::Walked(self.uses);
        }
        self.make_room();
    }

    /// Takes an epoch out, for what the log says of it.
    ///
    /// None if its secret is not here, or if the log commits to another one.
    pub fn open(&mut self, facts: &EpochFacts) -> Option<Epoch> {
        self.uses += 1;
        let stored = self.secrets.get_mut(&facts.anchor)?;
        if let Hold::Walked(used) = &mut stored.hold {
            *used = self.uses;
        }
        Epoch::open(stored.secret.duplicate(), facts.clone()).ok()
    }

    /// The anchors of secrets that are here, after a position, oldest first.
    pub fn anchors_after(&self, position: u64) -> impl Iterator<Item = Anchor> {
        self.secrets.keys().filter(move |anchor| anchor.position > position).copied()
    }

    /// How many secrets are here.
    #[must_use]
    pub fn len(&self) -> usize {
        self.secrets.len()
    }

    /// Whether none is here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Every kept secret with its anchor, to be sealed by who keeps records:
    /// `version 1 | (conversation 32 | a 8 | h_a 32 | S_e 32) ...`.
    #[must_use]
    pub fn to_record(&self) -> SecretVec {
        let kept = || self.secrets.iter().filter(|(_, stored)| stored.hold == Hold::Kept);
        let mut bytes = Vec::with_capacity(1 + kept().count() * RECORD_LENGTH);
        bytes.push(VERSION);
        for (anchor, stored) in kept() {
            bytes.extend_from_slice(&anchor.conversation.0);
            bytes.extend_from_slice(&anchor.position.to_be_bytes());
            bytes.extend_from_slice(&anchor.hash.0);
            bytes.extend_from_slice(stored.secret.expose());
        }
        SecretVec::new(bytes)
    }

    /// Reads what [`EpochStore::to_record`] wrote.
    ///
    /// # Errors
    /// [`DecodeError`] names the first field that is wrong.
    pub fn from_record(record: &SecretVec, capacity: usize) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(record.expose());
        if reader.u8("version")? != VERSION {
            return Err(DecodeError::Unsupported("version"));
        }
        let mut store = Self::new(capacity);
        while reader.remaining() > 0 {
            let anchor = Anchor::read(&mut reader)?;
            let secret = reader.take("epoch secret", 32)?;
            let secret = Secret::from_slice(secret).ok_or(DecodeError::Invalid("epoch secret"))?;
            if store.secrets.last_key_value().is_some_and(|(last, _)| *last >= anchor) {
                return Err(DecodeError::Invalid("epoch order"));
            }
            store.store(anchor, secret, Hold::Kept);
        }
        Ok(store)
    }

    fn store(&mut self, anchor: Anchor, secret: Secret<32>, hold: Hold) {
        self.secrets.insert(anchor, Stored { secret, hold });
    }

    fn make_room(&mut self) {
        let walked = |(anchor, stored): (&Anchor, &Stored)| match stored.hold {
            Hold::Kept => None,
            Hold::Walked(used) => Some((used, *anchor)),
        };
        if self.secrets.iter().filter_map(walked).count() > self.capacity
            && let Some((_, oldest)) = self.secrets.iter().filter_map(walked).min()
        {
            self.secrets.remove(&oldest);
        }
    }
}

/// `conversation 32 | a 8 | h_a 32 | S_e 32`.
const RECORD_LENGTH: usize = 32 + 8 + 32 + 32;
