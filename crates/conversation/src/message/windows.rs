use std::collections::{BTreeMap, VecDeque};

use crate::format::{Content, DeviceId, MessageId};

use super::finding::Finding;
use super::opened::Opened;
use super::window::{ChainWindow, Slot, short};
use super::window_record::{
    BLOCK, ChainState, Named, ShortId, Whole, WindowFloor, WindowKey, WindowRecord,
};

/// What is remembered of a conversation's messages: for each device its 64 newest chains,
/// for each chain its 1,024 newest counters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Windows {
    devices: BTreeMap<DeviceId, DeviceWindow>,
    /// The starts of the ids taken last, newest at the back.
    recent: VecDeque<ShortId>,
    rank: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct DeviceWindow {
    /// Least recently active first.
    chains: Vec<ChainWindow>,
    /// Position and time up to which chains were forgotten.
    floor: Option<(u64, u64)>,
}

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Whether the message is in the memory since now.
    pub novelty: Novelty,
    /// What there is to tell; empty for a message that came in order.
    pub findings: Vec<Finding>,
    /// Records to write together with the app's acknowledgement.
    pub changes: Vec<WindowChange>,
}

/// Whether a message was taken into the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// It was: it came for the first time.
    New,
    /// It was not: a duplicate, a conflict, or too late to tell.
    Old,
}

/// A change of what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowChange {
    /// Write this, over what has the same key.
    Put(WindowRecord),
    /// Forget this.
    Delete(WindowKey),
}

impl Windows {
    /// Remembers nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes back what was stored, in any order.
    #[must_use]
    pub fn restore(records: impl IntoIterator<Item = WindowRecord>) -> Self {
        let mut windows = Self::default();
        for record in records {
            match record {
                WindowRecord::Floor(WindowFloor { device, latest }) => {
                    windows.devices.entry(device).or_default().floor = Some(latest);
                }
                WindowRecord::Block(block) => {
                    windows.rank = windows.rank.max(block.state.rank);
                    let device = windows.devices.entry(block.device).or_default();
                    device.restore(block);
                }
            }
        }
        for device in windows.devices.values_mut() {
            device.chains.sort_by_key(|chain| chain.state.rank);
        }
        windows.recent = windows.newest_ids();
        windows
    }

    /// Takes a verified message into the memory, and says what is remarkable about it.
    ///
    /// A duplicate, a conflict and a late message change nothing.
    pub fn observe(&mut self, message: &Opened) -> Observed {
        let content = &message.content;
        let mut observed =
            Observed { novelty: Novelty::Old, findings: Vec::new(), changes: Vec::new() };
        if content.seen != MessageId::ZERO && !self.knows(&content.seen) {
            observed.findings.push(Finding::SeenMissing { seen: content.seen });
        }
        let device = self.devices.entry(content.device).or_default();
        self.rank += 1;
        observed.novelty = device.take(message, self.rank, &mut observed);
        if observed.novelty == Novelty::New {
            if self.recent.len() >= RECENT {
                self.recent.pop_front();
            }
            self.recent.push_back(short(&message.id));
        }
        observed
    }

    /// The newest message of `device` here: what its next chain goes on from; zero if none.
    #[must_use]
    pub fn last_of(&self, device: &DeviceId) -> MessageId {
        self.devices
            .get(device)
            .and_then(|window| window.chains.last())
            .map_or(MessageId::ZERO, |chain| chain.state.newest)
    }

    /// The newest message here of any other device than `device`; zero if none.
    #[must_use]
    pub fn seen_by(&self, device: &DeviceId) -> MessageId {
        self.devices
            .iter()
            .filter(|(other, _)| *other != device)
            .filter_map(|(_, window)| window.chains.last())
            .max_by_key(|chain| chain.state.rank)
            .map_or(MessageId::ZERO, |chain| chain.state.newest)
    }

    /// The messages of `device` here that no later one of it names, ascending: the heads of a
    /// cut. At most 64.
    #[must_use]
    pub fn heads_of(&self, device: &DeviceId) -> Vec<MessageId> {
        let chains = self.devices.get(device).map_or(&[][..], |window| &window.chains);
        let mut heads: Vec<_> = chains
            .iter()
            .filter(|chain| chain.state.named == Named::No)
            .map(|chain| chain.state.newest)
            .collect();
        heads.sort_unstable();
        heads.dedup();
        heads
    }

    /// Whether this very message stands at its place in the memory.
    #[must_use]
    pub fn has(&self, message: &Opened) -> bool {
        let Content { device, chain, counter, .. } = message.content;
        let chains = self.devices.get(&device).map_or(&[][..], |window| &window.chains);
        let chain = chains.iter().find(|known| known.id == chain);
        chain.is_some_and(|chain| chain.slot(counter) == Slot::Taken(short(&message.id)))
    }

    /// Whether every message of `device` came that these ones lead back to, and they too.
    #[must_use]
    pub fn has_all_up_to(&self, device: &DeviceId, heads: &[MessageId]) -> bool {
        let chains = self.devices.get(device).map_or(&[][..], |window| &window.chains);
        heads.iter().all(|head| {
            chains.iter().any(|chain| chain.state.whole == Whole::Yes && chain.holds(head))
        })
    }

    /// Whether a message is among those taken last.
    #[must_use]
    pub fn knows(&self, id: &MessageId) -> bool {
        let start = short(id);
        self.recent.iter().rev().any(|known| *known == start)
            || self.devices.values().any(|window| window.holds_as_newest(id))
    }

    /// The ids of the chains that were active last, for a memory that was restored.
    fn newest_ids(&self) -> VecDeque<ShortId> {
        let mut chains: Vec<_> = self.devices.values().flat_map(|window| &window.chains).collect();
        chains.sort_by_key(|chain| chain.state.rank);
        let mut ids: VecDeque<_> = chains.into_iter().flat_map(ChainWindow::ids).collect();
        ids.drain(..ids.len().saturating_sub(RECENT));
        ids
    }
}

impl DeviceWindow {
    fn take(&mut self, message: &Opened, rank: u64, observed: &mut Observed) -> Novelty {
        let found = self.chains.iter().position(|chain| chain.id == message.content.chain);
        match found {
            Some(at) => self.go_on(at, message, rank, observed),
            None => self.begin(message, rank, observed),
        }
    }

    fn go_on(
        &mut self,
        at: usize,
        message: &Opened,
        rank: u64,
        observed: &mut Observed,
    ) -> Novelty {
        let Opened { id, content, position, .. } = message;
        let Content { device, counter, previous, .. } = *content;
        let Some(chain) = self.chains.get_mut(at) else { return Novelty::Old };
        match chain.slot(counter) {
            Slot::Forgotten => observed.findings.push(Finding::Late),
            Slot::Taken(known) if known == short(id) => {
                observed.findings.push(Finding::Duplicate);
            }
            Slot::Taken(_) => observed.findings.push(conflict(content, counter)),
            Slot::Free => {
                if let Some(before) = counter.checked_sub(1)
                    && let Slot::Taken(known) = chain.slot(before)
                    && known != short(&previous)
                {
                    observed.findings.push(conflict(content, before));
                }
                let due = chain.highest.saturating_add(1);
                if counter > due {
                    observed.findings.push(gap(content, due));
                }
                if counter >= due && (counter > due || previous != chain.state.newest) {
                    chain.state.whole = Whole::No;
                }
                chain.state.rank = rank;
                chain.state.latest = chain.state.latest.max((*position, content.time));
                let gone = chain.take(counter, id);
                observed.delete(content, gone);
                observed.put(chain, device);
                let moved = self.chains.remove(at);
                self.chains.push(moved);
                return Novelty::New;
            }
        }
        Novelty::Old
    }

    fn begin(&mut self, message: &Opened, rank: u64, observed: &mut Observed) -> Novelty {
        let Opened { id, content, position, .. } = message;
        let latest = (*position, content.time);
        if self.floor.is_some_and(|floor| latest <= floor) {
            observed.findings.push(Finding::Late);
            return Novelty::Old;
        }
        let whole = if content.counter > 0 {
            observed.findings.push(gap(content, 0));
            Whole::No
        } else {
            self.go_on_from(content, observed)
        };
        if self.chains.len() >= CHAINS {
            self.forget_oldest(content, observed);
        }
        let state = ChainState { rank, latest, newest: *id, named: Named::No, whole };
        let mut chain = ChainWindow::new(content.chain, content.counter, state);
        chain.take(content.counter, id);
        observed.put(&chain, content.device);
        self.chains.push(chain);
        Novelty::New
    }

    /// A chain's first message names the device's last one: marks it, or misses it.
    fn go_on_from(&mut self, content: &Content, observed: &mut Observed) -> Whole {
        let previous = content.previous;
        if previous == MessageId::ZERO {
            return Whole::Yes;
        }
        if let Some(chain) = self.chains.iter_mut().find(|chain| chain.state.newest == previous) {
            chain.state.named = Named::Yes;
            observed.put(chain, content.device);
            return chain.state.whole;
        }
        if let Some(chain) = self.chains.iter().find(|chain| chain.holds(&previous)) {
            return chain.state.whole;
        }
        let device = content.device;
        observed.findings.push(Finding::PreviousMissing { device, previous });
        Whole::No
    }

    fn forget_oldest(&mut self, content: &Content, observed: &mut Observed) {
        let device = content.device;
        let oldest = self.chains.remove(0);
        for block in oldest.blocks() {
            let key = WindowKey::Block { device, chain: oldest.id, block };
            observed.changes.push(WindowChange::Delete(key));
        }
        let latest = self.floor.map_or(oldest.state.latest, |floor| floor.max(oldest.state.latest));
        self.floor = Some(latest);
        let floor = WindowRecord::Floor(WindowFloor { device, latest });
        observed.changes.push(WindowChange::Put(floor));
    }

    fn holds_as_newest(&self, id: &MessageId) -> bool {
        self.chains.iter().any(|chain| chain.state.newest == *id)
    }

    fn restore(&mut self, block: super::window_record::WindowBlock) {
        let at = match self.chains.iter().position(|chain| chain.id == block.chain) {
            Some(at) => at,
            None => {
                let first = block.block * BLOCK;
                self.chains.push(ChainWindow::new(block.chain, first, block.state));
                self.chains.len() - 1
            }
        };
        if let Some(chain) = self.chains.get_mut(at) {
            chain.restore(block);
        }
    }
}

impl Observed {
    fn put(&mut self, chain: &ChainWindow, device: DeviceId) {
        let record = chain.record(device).map(WindowRecord::Block);
        self.changes.extend(record.map(WindowChange::Put));
    }

    fn delete(&mut self, content: &Content, blocks: Vec<u64>) {
        let Content { device, chain, .. } = *content;
        let keys = blocks.into_iter().map(|block| WindowKey::Block { device, chain, block });
        self.changes.extend(keys.map(WindowChange::Delete));
    }
}

fn conflict(content: &Content, counter: u64) -> Finding {
    Finding::Conflict { device: content.device, chain: content.chain, counter }
}

fn gap(content: &Content, first: u64) -> Finding {
    let Content { device, chain, counter, .. } = *content;
    Finding::Gap { device, chain, first, last: counter.saturating_sub(1) }
}

/// Chains of one device that are remembered.
const CHAINS: usize = 64;

/// Ids of a conversation that `seen` is looked for among.
const RECENT: usize = 1_024;
