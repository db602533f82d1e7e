use core::fmt;

use crate::format::{AccountId, ChainId, DeviceId, EntryHash, MessageId};

/// What a call that succeeded has to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// The message came before, under the same id.
    Duplicate,
    /// The device signed two messages with one chain and counter, or names as the one before
    /// another message than it sent there: a copied device, or one that tells different
    /// members different things.
    Conflict {
        /// Which device.
        device: DeviceId,
        /// In which chain.
        chain: ChainId,
        /// At which counter there are two.
        counter: u64,
    },
    /// Messages of the chain have not come.
    Gap {
        /// Which device.
        device: DeviceId,
        /// In which chain.
        chain: ChainId,
        /// The first that is missing.
        first: u64,
        /// The last.
        last: u64,
    },
    /// The message that a chain's first one names has not come.
    PreviousMissing {
        /// Which device.
        device: DeviceId,
        /// What has not come.
        previous: MessageId,
    },
    /// The message is older than the memory of its device: it may be a duplicate.
    Late,
    /// The newest message that the author had opened has not come here.
    SeenMissing {
        /// What has not come.
        seen: MessageId,
    },
    /// The author's device has ended since, and no head of its cut reaches the message yet.
    BeforeCutUnproven,
    /// The log has two entries at one position: nothing is sealed any more.
    Forked {
        /// Where.
        position: u64,
        /// Our entry.
        ours: EntryHash,
        /// The other.
        theirs: EntryHash,
    },
    /// The log grants an epoch and no wrap or link gives it.
    EpochWithheld {
        /// The epoch's anchor.
        anchor: u64,
    },
    /// Title and picture of an entry do not open.
    InfoRefused {
        /// The entry.
        position: u64,
    },
    /// A member's account is known to have changed beyond the log's pin: nothing is sealed
    /// before it is pinned.
    Suspended {
        /// Whose.
        account: AccountId,
    },
    /// A rotation is overdue by more than its interval.
    RotationOverdue,
}

impl Finding {
    /// Its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Duplicate => "message/duplicate",
            Self::Conflict { .. } => "message/conflict",
            Self::Gap { .. } => "message/gap",
            Self::PreviousMissing { .. } => "message/previous-missing",
            Self::Late => "message/late",
            Self::SeenMissing { .. } => "message/seen-missing",
            Self::BeforeCutUnproven => "message/before-cut-unproven",
            Self::Forked { .. } => "log/forked",
            Self::EpochWithheld { .. } => "epoch/withheld",
            Self::InfoRefused { .. } => "epoch/info-refused",
            Self::Suspended { .. } => "log/suspended",
            Self::RotationOverdue => "epoch/rotation-overdue",
        }
    }

    /// What an app does next.
    #[must_use]
    pub const fn next(&self) -> &'static str {
        match self {
            Self::Duplicate => "Show nothing: the message is there.",
            Self::Conflict { .. } => "Show both, marked; ask the author about its devices.",
            Self::Gap { .. } | Self::PreviousMissing { .. } => {
                "Fetch again; if they stay missing, show that messages are missing."
            }
            Self::Late => "Look for the id among the messages shown; show it if it is new.",
            Self::SeenMissing { .. } => {
                "Fetch again; if it stays missing, show that a message is missing."
            }
            Self::BeforeCutUnproven => "Show it marked, or load the device's later messages first.",
            Self::Forked { .. } => {
                "Stop, keep both entries, and let a person decide on a new conversation."
            }
            Self::EpochWithheld { .. } => "Ask another member for repair.",
            Self::InfoRefused { .. } => "Show the last title that opened; set it again.",
            Self::Suspended { .. } => "Append an entry that pins the account's newest head.",
            Self::RotationOverdue => "Rotate now.",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Duplicate => "the message came before",
            Self::Conflict { .. } => "the author's device sent two different messages as one",
            Self::Gap { .. } => "messages of the author's device have not come",
            Self::PreviousMissing { .. } => "the author's message before has not come",
            Self::Late => "the message is older than the memory of its device",
            Self::SeenMissing { .. } => "a message that the author had opened has not come",
            Self::BeforeCutUnproven => {
                "the author's device has ended and nothing proves yet that the message was before"
            }
            Self::Forked { .. } => "the log is forked",
            Self::EpochWithheld { .. } => "a key that the log grants is not there",
            Self::InfoRefused { .. } => "title and picture do not open",
            Self::Suspended { .. } => "a member's account has changed and is not pinned yet",
            Self::RotationOverdue => "a rotation is overdue",
        })
    }
}
