use std::collections::HashMap;

use crate::format::EntryHash;

use super::facts::Anchor;
use super::opened::Epoch;
use super::position::PositionKey;

/// The position keys used last, so that a page of messages derives each key once.
#[derive(Debug)]
pub struct PositionKeys {
    kept: HashMap<(Anchor, u64, EntryHash), Kept>,
    capacity: usize,
    uses: u64,
}

#[derive(Debug)]
struct Kept {
    key: PositionKey,
    used: u64,
}

impl PositionKeys {
    /// Keeps at most `capacity` keys, and one at least.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { kept: HashMap::new(), capacity: capacity.max(1), uses: 0 }
    }

    /// The key kept for a position, if it is here: no epoch has to be opened for it then.
    pub fn find(
        &mut self,
        anchor: &Anchor,
        position: u64,
        hash: &EntryHash,
    ) -> Option<&PositionKey> {
        self.uses += 1;
        let kept = self.kept.get_mut(&(*anchor, position, *hash))?;
        kept.used = self.uses;
        Some(&kept.key)
    }

    /// The key of a position of `epoch`; derived if it is not here.
    pub fn derive(&mut self, epoch: &Epoch, position: u64, hash: &EntryHash) -> &PositionKey {
        self.uses += 1;
        let place = (*epoch.anchor(), position, *hash);
        if self.kept.len() >= self.capacity && !self.kept.contains_key(&place) {
            self.drop_oldest();
        }
        let kept = self
            .kept
            .entry(place)
            .or_insert_with(|| Kept { key: epoch.position_key(position, hash), used: 0 });
        kept.used = self.uses;
        &kept.key
    }

    fn drop_oldest(&mut self) {
        let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(place, _)| *place);
        oldest.map(|place| self.kept.remove(&place));
    }
}
