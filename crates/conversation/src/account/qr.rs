use core::fmt;

use crate::account::{Directory, HeadComparison};
use crate::format::{AccountId, Pin, QrPayload};

/// Why a scanned payload verifies nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QrFault {
    /// It was made for somebody else to scan.
    NotForMe,
    /// It is not shown by the account that this contact is known as: somebody stands in
    /// between, or it is another person.
    OtherAccount(AccountId),
    /// Statements up to these heads are not here: fetch them and check again.
    Missing(Vec<Pin>),
    /// Both know different chains of this account; the pin is what is known here.
    Differs(Pin),
}

impl QrPayload {
    /// What `me` shows to `them`; none while one of both chains is not known.
    #[must_use]
    pub fn make(me: &AccountId, them: &AccountId, directory: &Directory) -> Option<Self> {
        Some(Self { mine: directory.head(me)?, theirs: directory.head(them)? })
    }

    /// Compares what was scanned with what is known here, and gives the head to verify at.
    ///
    /// # Errors
    /// In this order: [`QrFault::NotForMe`], [`QrFault::OtherAccount`], [`QrFault::Differs`]
    /// for the own chain and then for the other's, [`QrFault::Missing`].
    pub fn check(
        &self,
        me: &AccountId,
        expected: &AccountId,
        directory: &Directory,
    ) -> Result<Pin, QrFault> {
        if self.theirs.account != *me {
            return Err(QrFault::NotForMe);
        }
        if self.mine.account != *expected {
            return Err(QrFault::OtherAccount(self.mine.account));
        }
        let mut missing = Vec::new();
        for head in [self.theirs, self.mine] {
            match directory.compare(&head) {
                HeadComparison::Same => {}
                HeadComparison::Behind(_) => missing.push(head),
                HeadComparison::Differs(ours) => return Err(QrFault::Differs(ours)),
            }
        }
        if missing.is_empty() { Ok(self.mine) } else { Err(QrFault::Missing(missing)) }
    }
}

impl QrFault {
    /// Its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotForMe => "verify/not-for-me",
            Self::OtherAccount(_) => "verify/other-account",
            Self::Missing(_) => "verify/missing",
            Self::Differs(_) => "verify/differs",
        }
    }
}

impl fmt::Display for QrFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotForMe => write!(f, "the code was made for somebody else"),
            Self::OtherAccount(account) => write!(f, "the code is of another account: {account}"),
            Self::Missing(heads) => write!(f, "{} chains must be fetched first", heads.len()),
            Self::Differs(ours) => {
                write!(f, "the chain of {} is another one there", ours.account)
            }
        }
    }
}

impl core::error::Error for QrFault {}
