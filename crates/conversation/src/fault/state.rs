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
        }
    }
}

impl core::error::Error for Blocked {}
