use std::collections::BTreeMap;

use privity_primitives::secret::{Secret, SecretVec};
use privity_wire::{Codec, DecodeError, Reader};

use crate::format::{ConversationId, VERSION};

use super::facts::{Anchor, EpochFacts};
use super::opened::Epoch;

/// Epoch secrets that were opened, the ones used last: looked up by anchor, never by
/// commitment, and checked against the log again each time they are taken out.
#[derive(Debug)]
pub struct EpochStore {
    kept: BTreeMap<Anchor, Kept>,
    capacity: usize,
    uses: u64,
}

#[derive(Debug)]
struct Kept {
    secret: Secret<32>,
    used: u64,
}

impl EpochStore {
    /// Keeps at most `capacity` secrets, and one at least.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { kept: BTreeMap::new(), capacity: capacity.max(1), uses: 0 }
    }

    /// Keeps an epoch's secret; the one not used for the longest time makes room.
    pub fn insert(&mut self, epoch: &Epoch) {
        self.keep(*epoch.anchor(), epoch.secret().duplicate());
    }

    /// Takes an epoch out, for what the log says of it.
    ///
    /// None if its secret is not here, or if the log commits to another one.
    pub fn open(&mut self, facts: &EpochFacts) -> Option<Epoch> {
        self.uses += 1;
        let kept = self.kept.get_mut(&facts.anchor)?;
        kept.used = self.uses;
        Epoch::open(kept.secret.duplicate(), facts.clone()).ok()
    }

    /// The oldest epoch here that starts at `position` or later: where a walk back begins.
    #[must_use]
    pub fn nearest_from(&self, conversation: ConversationId, position: u64) -> Option<Anchor> {
        let from = Anchor { conversation, position, hash: crate::format::EntryHash::ZERO };
        let (anchor, _) = self.kept.range(from..).next()?;
        (anchor.conversation == conversation).then_some(*anchor)
    }

    /// Forgets a conversation's secrets.
    pub fn forget(&mut self, conversation: ConversationId) {
        self.kept.retain(|anchor, _| anchor.conversation != conversation);
    }

    /// How many secrets are here.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether none is here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Every secret with its anchor, to be sealed by who keeps records:
    /// `version 1 | (conversation 32 | a 8 | h_a 32 | S_e 32) ...`.
    #[must_use]
    pub fn to_record(&self) -> SecretVec {
        let mut bytes = Vec::with_capacity(1 + self.kept.len() * RECORD_LENGTH);
        bytes.push(VERSION);
        for (anchor, kept) in &self.kept {
            bytes.extend_from_slice(&anchor.conversation.0);
            bytes.extend_from_slice(&anchor.position.to_be_bytes());
            bytes.extend_from_slice(&anchor.hash.0);
            bytes.extend_from_slice(kept.secret.expose());
        }
        SecretVec::new(bytes)
    }

    /// Reads what [`EpochStore::to_record`] wrote; past `capacity` the last are kept.
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
            if store.kept.last_key_value().is_some_and(|(last, _)| *last >= anchor) {
                return Err(DecodeError::Invalid("epoch order"));
            }
            store.keep(anchor, secret);
        }
        Ok(store)
    }

    fn keep(&mut self, anchor: Anchor, secret: Secret<32>) {
        if self.kept.len() >= self.capacity && !self.kept.contains_key(&anchor) {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(at, _)| *at);
            oldest.map(|at| self.kept.remove(&at));
        }
        self.uses += 1;
        self.kept.insert(anchor, Kept { secret, used: self.uses });
    }
}

/// `conversation 32 | a 8 | h_a 32 | S_e 32`.
const RECORD_LENGTH: usize = 32 + 8 + 32 + 32;
