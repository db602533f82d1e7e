use core::fmt;

use privity_wire::{DecodeError, EncodeError};

use crate::fault::{AppendError, AuthorFault, Blocked, ChainFault, Refused};
use crate::format::{AccountId, Pin};

/// Why a call failed; it changed nothing then.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// Bytes from outside are not of their format.
    Malformed(DecodeError),
    /// A value is too long for its format.
    TooLong(EncodeError),
    /// A version or kind of a newer release: update, nothing is lost.
    UpdateNeeded(&'static str),
    /// An account's chain breaks a rule: its owner's software, or somebody who forges it.
    Chain(AccountId, ChainFault),
    /// An entry breaks a rule of the log; [`Refused::blame`] says whose doing it is.
    Entry(Refused),
    /// Something is not here that must be fetched first.
    Missing(Missing),
    /// A ciphertext does not open, a signature does not verify, a key is wrong.
    Decrypt,
    /// A key or the generator was refused by the primitives.
    Crypto(privity_primitives::Error),
    /// The call does not fit the state: mend the app.
    Misuse(&'static str),
    /// Nothing may be sealed or wrapped now; says what ends it.
    Blocked(Blocked),
    /// A message's author had no right to it; says which.
    Message(AuthorFault),
    /// The log does not let this account read where the message was sealed.
    NotGranted,
}

impl Error {
    /// A conversation or record that this device does not have.
    pub(crate) const UNKNOWN: Self = Self::Misuse("the conversation is not known here");
}

impl Error {
    /// Its stable code: a row of [`crate::code::CODES`].
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "error/malformed",
            Self::TooLong(_) => "error/too-long",
            Self::UpdateNeeded(_) => "error/update-needed",
            Self::Chain(_, fault) => fault.code(),
            Self::Entry(refused) => refused.code(),
            Self::Missing(Missing::Statements(_)) => "missing/statements",
            Self::Missing(Missing::Entries(_)) => "missing/entries",
            Self::Missing(Missing::EpochSecret(_)) => "missing/epoch-secret",
            Self::Decrypt => "error/decrypt",
            Self::Crypto(_) => "error/crypto",
            Self::Misuse(_) => "error/misuse",
            Self::Blocked(blocked) => blocked.code(),
            Self::Message(fault) => fault.code(),
            Self::NotGranted => "message/not-granted",
        }
    }

    /// What an app does next.
    #[must_use]
    pub fn next(&self) -> &'static str {
        crate::code::find(self.code()).map_or("", |row| row.next)
    }
}

/// What must be fetched before a call can succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// Statements of these accounts, up to these heads.
    Statements(Vec<Pin>),
    /// Entries of the log, from this position on.
    Entries(u64),
    /// The secret of the epoch that starts at this position.
    EpochSecret(u64),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "malformed: {error}"),
            Self::TooLong(error) => write!(f, "too long: {error}"),
            Self::UpdateNeeded(what) => write!(f, "an update is needed for {what}"),
            Self::Chain(account, fault) => write!(f, "the chain of {account} is refused: {fault}"),
            Self::Entry(refused) => write!(f, "an entry is refused: {refused}"),
            Self::Missing(Missing::Statements(_)) => write!(f, "statements must be fetched first"),
            Self::Missing(Missing::Entries(from)) => {
                write!(f, "entries from position {from} on must be fetched first")
            }
            Self::Missing(Missing::EpochSecret(anchor)) => {
                write!(f, "no key for the epoch of position {anchor}")
            }
            Self::Decrypt => write!(f, "a ciphertext or signature is not valid"),
            Self::Crypto(error) => write!(f, "{error}"),
            Self::Misuse(what) => write!(f, "the call does not fit the state: {what}"),
            Self::Blocked(blocked) => write!(f, "{blocked}"),
            Self::Message(fault) => write!(f, "a message is refused: {fault}"),
            Self::NotGranted => write!(f, "the log does not grant what was sealed there"),
        }
    }
}

impl core::error::Error for Error {}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::Unsupported(what) => Self::UpdateNeeded(what),
            other => Self::Malformed(other),
        }
    }
}

impl From<EncodeError> for Error {
    fn from(error: EncodeError) -> Self {
        Self::TooLong(error)
    }
}

impl From<privity_primitives::Error> for Error {
    fn from(error: privity_primitives::Error) -> Self {
        match error {
            privity_primitives::Error::Decrypt => Self::Decrypt,
            other => Self::Crypto(other),
        }
    }
}

impl From<AppendError> for Error {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Malformed(error) => Self::Malformed(error),
            AppendError::UpdateNeeded(field) => Self::UpdateNeeded(field),
            AppendError::Missing(pins) => Self::Missing(Missing::Statements(pins)),
            AppendError::Refused(refused) => Self::Entry(refused),
        }
    }
}

impl From<Blocked> for Error {
    fn from(blocked: Blocked) -> Self {
        Self::Blocked(blocked)
    }
}
