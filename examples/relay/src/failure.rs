use std::fmt;

use privity_conversation::format::{RelayError, RelayErrorCode};
use privity_wire::DecodeError;

/// Why a request was refused; becomes the response's status and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub RelayError);

impl Failure {
    /// A refusal for which waiting does not help.
    pub fn new(code: RelayErrorCode, detail: impl fmt::Display) -> Self {
        Self(RelayError { code, retry_after: 0, detail: shorten(detail.to_string()) })
    }

    /// A refusal that may succeed after `retry_after` milliseconds.
    pub fn later(code: RelayErrorCode, retry_after: u32, detail: impl fmt::Display) -> Self {
        Self(RelayError { code, retry_after, detail: shorten(detail.to_string()) })
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(RelayErrorCode::NotFound, format_args!("there is no such {what} here"))
    }

    pub(crate) fn not_entitled(why: &str) -> Self {
        Self::new(RelayErrorCode::NotEntitled, why)
    }
}

/// Details are for people, and the format takes no more than 1,000 bytes.
fn shorten(mut detail: String) -> String {
    detail.truncate(detail.floor_char_boundary(1_000));
    detail
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.0.code, self.0.detail)
    }
}

impl std::error::Error for Failure {}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Self::new(RelayErrorCode::Malformed, error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        tracing::error!(%error, "the database failed");
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => {
                Self::later(RelayErrorCode::Unavailable, 1_000, "the relay's storage is busy")
            }
            Some(DiskFull) => {
                Self::later(RelayErrorCode::Unavailable, 60_000, "the relay's storage is full")
            }
            _ => Self::later(RelayErrorCode::Internal, 1_000, "the relay's storage failed"),
        }
    }
}
