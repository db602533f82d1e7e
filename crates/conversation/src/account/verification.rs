use core::fmt;

use crate::format::AccountId;

/// Whether the account behind a label is known to be the person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Nobody compared anything yet.
    Unverified,
    /// The safety number or a code was compared.
    Verified,
    /// It is not what it was: nothing is wrapped to it until a person decides.
    Changed(Change),
}

/// Why a contact counts as changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The label stands for another account now.
    OtherAccount(AccountId),
    /// The account, or a copy of one of its devices, told two stories; evidence is in the
    /// directory.
    Equivocation,
    /// Since it was verified the recovery holder revoked every device there was, at this
    /// place of the chain: a lost phone, or a stolen phrase.
    RecoveryReset(u64),
    /// It was verified at a later statement than any that is known here: fetch the chain.
    RolledBack(u64),
}

impl Change {
    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OtherAccount(_) => "contact/other-account",
            Self::Equivocation => "contact/equivocation",
            Self::RecoveryReset(_) => "contact/recovery-reset",
            Self::RolledBack(_) => "contact/rolled-back",
        }
    }
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unverified => write!(f, "unverified"),
            Self::Verified => write!(f, "verified"),
            Self::Changed(change) => write!(f, "changed: {change}"),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherAccount(account) => write!(f, "it is said to be {account} now"),
            Self::Equivocation => write!(f, "it told two stories of itself"),
            Self::RecoveryReset(_) => write!(f, "all its devices were replaced by recovery"),
            Self::RolledBack(_) => write!(f, "an older state of it is shown"),
        }
    }
}
