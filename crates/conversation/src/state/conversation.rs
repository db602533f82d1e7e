use std::collections::{BTreeMap, BTreeSet};

use crate::epoch::{
    Anchor, AnchoredEpoch, EpochFacts, EpochStore, Place, PositionKey, PositionKeys,
};
use crate::format::{AccountId, ConversationId, DeviceId, Entry, EntryHash, MessageId};
use crate::log::{EpochUse, Fold, Fork, Step};
use crate::message::{OutgoingChain, Reach, Windows};
use crate::state::catch_up::SeenToEnd;
use crate::state::evidence::KeptEntries;
use crate::state::held::Held;
use crate::state::links::BrokenLinks;

/// Epoch secrets that were walked to and stay open for one conversation.
pub(super) const EPOCHS: usize = 16;
/// Position keys kept for one conversation.
const POSITIONS: usize = 32;

/// Where this account stands in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Added by another; the user has not answered.
    Invited,
    /// The user takes part.
    Accepted,
    /// The user declined; nothing is sealed, and `leave` ends it.
    Declined,
}

/// Whether this release understands the whole log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Understood {
    All,
    UpdateNeeded,
}

/// A change of this device that the relay has not confirmed.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) entry: Entry,
    pub(super) wraps: Vec<Vec<u8>>,
    pub(super) epoch: Option<AnchoredEpoch>,
    /// The log with the entry, checked when it was made; none after a restart.
    pub(super) after: Option<(Fold, Step)>,
}

/// One conversation as this device knows it.
#[derive(Debug)]
pub(super) struct Conversation {
    pub(super) fold: Fold,
    /// What the first entry says of its epoch: the fold keeps no digest of it.
    pub(super) first: EpochFacts,
    pub(super) standing: Standing,
    pub(super) understood: Understood,
    /// Whether the log was seen to its end since the store was opened.
    pub(super) seen: SeenToEnd,
    pub(super) epochs: EpochStore,
    pub(super) broken: BrokenLinks,
    pub(super) keys: PositionKeys,
    pub(super) pending: Option<Pending>,
    /// Races for the head that were lost in a row.
    pub(super) lost: u32,
    /// Anchors of wraps of which this device complained.
    pub(super) complained: BTreeSet<u64>,
    /// Members that got a repair from this device, each with the epoch in force then.
    pub(super) repaired: BTreeSet<(AccountId, u64)>,
    pub(super) usage: EpochUse,
    pub(super) windows: Windows,
    /// None until this opened state seals its first message.
    pub(super) outgoing: Option<OutgoingChain>,
    /// The newest own message that any state of this device sealed.
    pub(super) last_own: MessageId,
    /// Members that the log lags behind, perhaps others too; none if their accounts were not
    /// looked at since a statement came. Pins move forward only, so an entry adds newcomers.
    pub(super) behind: Option<BTreeSet<AccountId>>,
    /// Where messages stand to the cuts of their devices, by device and the cut's position.
    pub(super) reaches: BTreeMap<(DeviceId, u64), Reach>,
    pub(super) outbox: BTreeMap<MessageId, Vec<u8>>,
    pub(super) held: Held,
    pub(super) fork: Option<Fork>,
    pub(super) evidence: KeptEntries,
    /// How far back another branch was asked for.
    pub(super) looked_back: Option<u64>,
    /// Sealed title and picture of the newest entry that has them, by its position.
    pub(super) info: Option<(u64, crate::format::SealedInfo)>,
}

impl Conversation {
    pub(super) fn begin(fold: Fold, first: EpochFacts, standing: Standing, now: u64) -> Self {
        Self {
            fold,
            first,
            standing,
            understood: Understood::All,
            seen: SeenToEnd::Yes,
            epochs: EpochStore::new(EPOCHS),
            broken: BrokenLinks::default(),
            keys: PositionKeys::new(POSITIONS),
            pending: None,
            lost: 0,
            complained: BTreeSet::new(),
            repaired: BTreeSet::new(),
            usage: EpochUse { first_seen: now, messages: 0 },
            windows: Windows::new(),
            outgoing: None,
            last_own: MessageId::ZERO,
            behind: None,
            reaches: BTreeMap::new(),
            outbox: BTreeMap::new(),
            held: Held::default(),
            fork: None,
            evidence: KeptEntries::default(),
            looked_back: None,
            info: None,
        }
    }

    pub(super) fn id(&self) -> ConversationId {
        self.fold.conversation()
    }

    /// What the log says of the epoch anchored at `anchor`.
    pub(super) fn facts(&self, anchor: u64) -> Option<EpochFacts> {
        if anchor == 0 {
            return Some(self.first.clone());
        }
        let epoch = self.fold.now().epoch_at(anchor)?;
        let hash = self.fold.at(anchor)?.hash();
        let prev = self.fold.at(anchor.checked_sub(1)?)?.hash();
        let conversation = self.id();
        Some(EpochFacts {
            anchor: Anchor { conversation, position: anchor, hash },
            place: Place::After { conversation, anchor, prev },
            commitment: epoch.commitment,
            link: epoch.link,
        })
    }

    /// Takes over the log that was checked when the own change was made, once that very entry
    /// stands.
    pub(super) fn take_checked(&mut self, entry: &Entry) -> Option<Step> {
        let next = self.fold.head() + 1;
        let pending = self.pending.as_mut().filter(|pending| pending.entry == *entry)?;
        let (fold, step) = pending.after.take().filter(|(fold, _)| fold.head() == next)?;
        self.fold = fold;
        Some(step)
    }

    /// The key of a position, if its epoch's secret is here or can be walked to.
    pub(super) fn position_key(&mut self, position: u64) -> Option<&PositionKey> {
        let view = self.fold.at(position)?;
        let (hash, anchor) = (view.hash(), view.epoch().anchor);
        let place =
            Anchor { conversation: self.id(), position: anchor, hash: self.hash_at(anchor)? };
        if self.keys.find(&place, position, &hash).is_none() {
            let epoch = self.epoch(anchor)?;
            self.keys.derive(&epoch, position, &hash);
        }
        self.keys.find(&place, position, &hash)
    }

    /// The hash of the entry at `position`.
    pub(super) fn hash_at(&self, position: u64) -> Option<EntryHash> {
        self.fold.at(position).map(|view| view.hash())
    }

    /// Whether the log, as far as it is here, ever had this account in it.
    pub(super) fn has_had(&self, account: &AccountId) -> bool {
        self.fold.now().pin(account).is_some()
    }

    pub(super) fn is_member(&self, account: &AccountId) -> bool {
        self.fold.now().is_member(account)
    }
}
