use std::collections::BTreeSet;

use privity_primitives::hash::sha256;

use crate::epoch::PendingEpoch;
use crate::format::ConversationId;

/// Private-key operations that somebody outside answers: a smart card, a key store.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) waiting: Vec<AskedKey>,
    /// Conversations with wraps for which there was no room among those that wait.
    no_room: BTreeSet<ConversationId>,
    /// Hashes of wraps that did not open: others of the same epoch come before them.
    failed: BTreeSet<[u8; 32]>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct AskedKey {
    pub(super) conversation: ConversationId,
    pub(super) anchor: u64,
    pub(super) epoch: PendingEpoch,
    /// The hash of the wrap.
    pub(super) wrap: [u8; 32],
    /// Whether somebody else wrapped the same epoch.
    pub(super) others: bool,
}

/// That wait at a time: a relay has any number of wraps to show.
const WAITING: usize = 64;
/// Wraps that are remembered: whoever is a member can make one of an epoch.
const FAILED: usize = 4_096;

impl Asked {
    /// The wraps in the order in which they are tried: newest first, for what a link leads to needs
    /// no private operation; and those that failed behind all others.
    pub(super) fn in_order<'a>(&self, wraps: &'a [Vec<u8>]) -> Vec<&'a Vec<u8>> {
        let failed = |wrap: &&Vec<u8>| self.failed.contains(&sha256(&[wrap]));
        let (mut last, mut order): (Vec<_>, Vec<_>) = wraps.iter().rev().partition(failed);
        order.append(&mut last);
        order
    }

    /// Whether an operation for the epoch of this wrap waits already.
    pub(super) fn waits(&mut self, id: &ConversationId, anchor: u64, wrap: &[u8; 32]) -> bool {
        let of_epoch = |one: &&mut AskedKey| one.conversation == *id && one.anchor == anchor;
        let Some(waiting) = self.waiting.iter_mut().find(of_epoch) else { return false };
        waiting.others |= waiting.wrap != *wrap;
        true
    }

    /// Whether there is no room for one more; the conversation's wraps are fetched later then.
    pub(super) fn is_full(&mut self, conversation: &ConversationId) -> bool {
        let full = self.waiting.len() >= WAITING;
        if full {
            self.no_room.insert(*conversation);
        }
        full
    }

    /// A wrap did not open. True if that is new: whoever answers with nothing is not asked for ever.
    pub(super) fn has_failed(&mut self, wrap: [u8; 32]) -> bool {
        self.failed.len() < FAILED && self.failed.insert(wrap)
    }

    /// Conversations whose turn it is, once nothing waits any more.
    pub(super) fn next(&mut self) -> BTreeSet<ConversationId> {
        if self.waiting.is_empty() { core::mem::take(&mut self.no_room) } else { BTreeSet::new() }
    }
}
