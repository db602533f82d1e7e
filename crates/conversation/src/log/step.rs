use crate::format::{AccountId, EntryHash};
use crate::log::Blame;

/// What became of an entry that breaks no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is the head now.
    Appended(Step),
    /// It is in the log already.
    Duplicate,
    /// A second valid entry at a position that is taken: keep both, seal no more.
    Forked(Fork),
    /// Entries between the head and this one are missing: hold it and fetch.
    Ahead {
        /// The position to fetch from.
        next: u64,
    },
}

/// What an entry changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stands.
    pub position: u64,
    /// Whether it started an epoch.
    pub epoch: Started,
    /// Accounts that joined, ascending.
    pub joined: Vec<AccountId>,
    /// Accounts that went, ascending.
    pub gone: Vec<AccountId>,
    /// Accounts whose pin moved, ascending; newcomers are not among them.
    pub moved: Vec<AccountId>,
}

/// Whether an entry started an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// The epoch before goes on.
    Nothing,
    /// A new epoch is anchored here.
    Epoch,
}

/// Evidence of a fork: two entries at one position, both valid after the same entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fork {
    /// Where.
    pub position: u64,
    /// The entry in this log.
    pub ours: EntryHash,
    /// The entry that was shown.
    pub theirs: EntryHash,
    /// Its author if one device signed both (a cloned device is possible), else the relay.
    pub blame: Blame,
}
