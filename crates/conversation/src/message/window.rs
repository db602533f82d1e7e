use std::collections::VecDeque;

use crate::format::{ChainId, DeviceId, MessageId};

use super::window_record::{BLOCK, ChainState, Named, ShortId, WindowBlock};

/// Counters of a chain that are remembered, up to the highest.
pub(super) const WINDOW: u64 = 1_024;

/// The memory of one chain: its newest counters, in blocks of sixteen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChainWindow {
    pub(super) id: ChainId,
    pub(super) highest: u64,
    pub(super) state: ChainState,
    /// The block written last: it carries the chain's state.
    last: u64,
    blocks: VecDeque<Block>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Block {
    index: u64,
    mask: u16,
    ids: Vec<ShortId>,
}

/// Where a counter stands to what is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// Below the window.
    Forgotten,
    /// Not come yet.
    Free,
    /// Came, under an id that starts so.
    Taken(ShortId),
}

impl ChainWindow {
    pub(super) const fn new(id: ChainId, highest: u64, state: ChainState) -> Self {
        Self { id, highest, state, last: highest / BLOCK, blocks: VecDeque::new() }
    }

    pub(super) fn slot(&self, counter: u64) -> Slot {
        if counter.saturating_add(WINDOW) <= self.highest {
            return Slot::Forgotten;
        }
        self.find(counter / BLOCK)
            .ok()
            .and_then(|at| self.blocks.get(at))
            .and_then(|block| block.get(counter))
            .map_or(Slot::Free, Slot::Taken)
    }

    pub(super) fn holds(&self, id: &MessageId) -> bool {
        let short = short(id);
        self.state.newest == *id || self.blocks.iter().any(|block| block.ids.contains(&short))
    }

    /// Remembers a message; gives back the blocks that fell out of the window.
    pub(super) fn take(&mut self, counter: u64, id: &MessageId) -> Vec<u64> {
        if counter >= self.highest {
            self.highest = counter;
            self.state.newest = *id;
            self.state.named = Named::No;
        }
        self.last = counter / BLOCK;
        let at = match self.find(self.last) {
            Ok(at) => at,
            Err(at) => {
                let block = Block { index: self.last, mask: 0, ids: Vec::new() };
                self.blocks.insert(at, block);
                at
            }
        };
        if let Some(block) = self.blocks.get_mut(at) {
            block.set(counter, short(id));
        }
        self.forget()
    }

    fn forget(&mut self) -> Vec<u64> {
        let first = (self.highest.saturating_add(1)).saturating_sub(WINDOW) / BLOCK;
        let mut gone = Vec::new();
        while self.blocks.front().is_some_and(|block| block.index < first) {
            gone.extend(self.blocks.pop_front().map(|block| block.index));
        }
        gone
    }

    fn find(&self, index: u64) -> Result<usize, usize> {
        self.blocks.binary_search_by_key(&index, |block| block.index)
    }

    /// The record of the block that was written last.
    pub(super) fn record(&self, device: DeviceId) -> Option<WindowBlock> {
        let block = self.blocks.get(self.find(self.last).ok()?)?;
        Some(WindowBlock {
            device,
            chain: self.id,
            block: block.index,
            mask: block.mask,
            ids: block.ids.clone(),
            state: self.state,
        })
    }

    /// The indices of all blocks.
    pub(super) fn blocks(&self) -> impl Iterator<Item = u64> {
        self.blocks.iter().map(|block| block.index)
    }

    /// The starts of all ids, in the order of their counters.
    pub(super) fn ids(&self) -> impl Iterator<Item = ShortId> {
        self.blocks.iter().flat_map(|block| block.ids.iter().copied())
    }

    /// Puts a block back that was stored; the chain's state is that of the highest rank.
    pub(super) fn restore(&mut self, record: WindowBlock) {
        let WindowBlock { block: index, mask, ids, state, .. } = record;
        let top = index * BLOCK + u64::from(mask.checked_ilog2().unwrap_or(0));
        self.highest = self.highest.max(top);
        if state.rank >= self.state.rank {
            self.state = state;
            self.last = index;
        }
        if let Err(at) = self.find(index) {
            self.blocks.insert(at, Block { index, mask, ids });
        }
    }
}

impl Block {
    fn get(&self, counter: u64) -> Option<ShortId> {
        let bit = bit(counter);
        (self.mask & bit != 0).then(|| self.ids.get(self.below(bit)).copied()).flatten()
    }

    fn set(&mut self, counter: u64, id: ShortId) {
        let bit = bit(counter);
        if self.mask & bit == 0 {
            self.ids.insert(self.below(bit), id);
            self.mask |= bit;
        }
    }

    /// How many slots below `bit` are taken.
    const fn below(&self, bit: u16) -> usize {
        (self.mask & (bit - 1)).count_ones() as usize
    }
}

const fn bit(counter: u64) -> u16 {
    1 << (counter % BLOCK)
}

/// The first half of an id.
pub(super) fn short(id: &MessageId) -> ShortId {
    let mut short = ShortId::default();
    for (target, byte) in short.iter_mut().zip(&id.0) {
        *target = *byte;
    }
    short
}
