use core::fmt;

use crate::format::AccountId;

/// Why nothing is sealed or wrapped in a conversation for now, and what ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Blocked {
    /// The user was invited and has not accepted.
    NotAccepted,
    /// This account is a member no more.
    NotMember,
    /// Two logs of this conversation are known: a person decides, by a new conversation.
    Forked,
    /// The log holds something of a newer release.
    UpdateNeeded,
    /// Somebody left, or a key is overdue by policy: rotate first.
    RotationDue,
    /// These members revoked a device or changed keys: pin their new heads first.
    Suspended(Vec<AccountId>),
    /// The epoch's secret is not here yet: fetch wraps, or ask for a repair.
    SecretMissing,
    /// The policy asks for post-quantum keys, and these members have none.
    PostQuantum(Vec<AccountId>),
    /// These accounts are not what they were when they were verified, or are said to be
    /// somebody whom the app knows as another: a person decides before anything is wrapped.
    ContactChanged(Vec<AccountId>),
    /// This device was revoked.
    DeviceRevoked,
    /// A change of this device waits for the relay's answer.
    ChangePending,
    /// This store was opened and nobody has seen since how far the log, or the own account's
    /// chain, has come: it may be an old copy that signed something there before.
    NotSynced,
}

impl Blocked {
    /// Its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAccepted => "blocked/not-accepted",
            Self::NotMember => "blocked/not-member",
            Self::Forked => "blocked/forked",
            Self::UpdateNeeded => "blocked/update-needed",
            Self::RotationDue => "blocked/rotation-due",
            Self::Suspended(_) => "blocked/suspended",
            Self::SecretMissing => "blocked/secret-missing",
            Self::PostQuantum(_) => "blocked/post-quantum",
            Self::ContactChanged(_) => "blocked/contact-changed",
            Self::DeviceRevoked => "blocked/device-revoked",
            Self::ChangePending => "blocked/change-pending",
            Self::NotSynced => "blocked/not-synced",
        }
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAccepted => write!(f, "the invitation is not accepted yet"),
            Self::NotMember => write!(f, "this account is no member"),
            Self::Forked => write!(f, "the conversation has forked: go on in a new one"),
            Self::UpdateNeeded => write!(f, "an update is needed to go on"),
            Self::RotationDue => write!(f, "the key is due for replacement: rotate first"),
            Self::Suspended(accounts) => {
                write!(f, "{} members changed their keys: renew the key first", accounts.len())
            }
            Self::SecretMissing => write!(f, "the key has not arrived yet"),
            Self::PostQuantum(accounts) => {
                write!(f, "{} members have no post-quantum key", accounts.len())
            }
            Self::ContactChanged(accounts) => {
                write!(f, "{} contacts have changed: look at them first", accounts.len())
            }
            Self::DeviceRevoked => write!(f, "this device was revoked"),
            Self::ChangePending => write!(f, "an earlier change waits for the relay"),
            Self::NotSynced => write!(f, "the relay has not said yet what stands"),
        }
    }
}

impl core::error::Error for Blocked {}

/// Why nobody can wrap to a member: it is left out, and its wraps are repaired once that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unwrappable {
    /// The statements up to the head that the log pins are not here, or nowhere.
    StatementsMissing,
    /// The account is closed.
    Closed,
    /// Its wrap key is none: of low order, short, or of a suite that is not known here.
    KeyRefused,
    /// It is not what it was when it was verified: a person decides first.
    ContactChanged,
    /// The policy asks for post-quantum keys.
    NotPostQuantum,
}

impl Unwrappable {
    /// Every reason.
    pub const ALL: &'static [Self] = &[
        Self::StatementsMissing,
        Self::Closed,
        Self::KeyRefused,
        Self::ContactChanged,
        Self::NotPostQuantum,
    ];

    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::StatementsMissing => "not-wrapped/statements-missing",
            Self::Closed => "not-wrapped/closed",
            Self::KeyRefused => "not-wrapped/key-refused",
            Self::ContactChanged => "not-wrapped/contact-changed",
            Self::NotPostQuantum => "not-wrapped/not-post-quantum",
        }
    }
}

impl fmt::Display for Unwrappable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StatementsMissing => "the member's statements are not here",
            Self::Closed => "the member's account is closed",
            Self::KeyRefused => "the member's wrap key is refused",
            Self::ContactChanged => "the member has changed since it was verified",
            Self::NotPostQuantum => "the member's keys are not post-quantum",
        })
    }
}

impl core::error::Error for Unwrappable {}
