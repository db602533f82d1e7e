use core::fmt;

use privity_wire::DecodeError;

use crate::Error;

/// Why a message did not open. To the app it is one error; the difference is for counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenFault {
    /// The key given belongs to another position.
    OtherPosition,
    /// The commitment is not this key's.
    Commitment,
    /// The seal does not open.
    Sealed,
    /// What is inside is not of its format.
    Inside(DecodeError),
}

/// Whom a failure is counted against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenBlame {
    /// This device's software.
    Caller,
    /// Whoever delivered it: anybody can make such bytes.
    Relay,
    /// Some member: nobody else knows the key.
    SomeMember,
}

impl OpenFault {
    /// Whom to count it against: the relay before the commitment holds, a member after.
    #[must_use]
    pub const fn blame(self) -> OpenBlame {
        match self {
            Self::OtherPosition => OpenBlame::Caller,
            Self::Commitment => OpenBlame::Relay,
            Self::Sealed | Self::Inside(_) => OpenBlame::SomeMember,
        }
    }
}

impl fmt::Display for OpenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the message does not open")
    }
}

impl core::error::Error for OpenFault {}

impl From<OpenFault> for Error {
    fn from(fault: OpenFault) -> Self {
        match fault {
            OpenFault::OtherPosition => Self::Misuse("the key belongs to another position"),
            OpenFault::Inside(DecodeError::Unsupported(what)) => Self::UpdateNeeded(what),
            _ => Self::Decrypt,
        }
    }
}
