use std::fmt;

use privity::format::RelayError;
use privity_wire::{Codec, DecodeError, EncodeError};

/// Why a request did not succeed.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientError {
    /// The relay was not reached, or the connection broke: try again later.
    Network(String),
    /// The relay refused; its code says what to do.
    Refused(RelayError),
    /// The relay answered with bytes that are not of the format.
    Malformed(DecodeError),
    /// A request is larger than its format takes.
    TooLarge(EncodeError),
    /// The conversation's own checks refused.
    Protocol(privity::Error),
    /// The database failed: nothing was saved.
    Store(rusqlite::Error),
    /// Another process of this device wrote: drop the client and open it again.
    Stale,
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(error) => write!(f, "the relay was not reached: {error}"),
            Self::Refused(error) => write!(f, "the relay refused: {}", error.detail),
            Self::Malformed(error) => write!(f, "the relay's answer is malformed: {error}"),
            Self::TooLarge(error) => write!(f, "the request can't be sent: {error}"),
            Self::Protocol(error) => write!(f, "{error}"),
            Self::Store(error) => write!(f, "the database failed: {error}"),
            Self::Stale => write!(f, "another process of this device wrote: open it again"),
        }
    }
}

impl std::error::Error for ClientError {}

impl From<reqwest::Error> for ClientError {
    fn from(error: reqwest::Error) -> Self {
        Self::Network(error.to_string())
    }
}

impl From<tokio_tungstenite::tungstenite::Error> for ClientError {
    fn from(error: tokio_tungstenite::tungstenite::Error) -> Self {
        use tokio_tungstenite::tungstenite::Error::Http;
        let refusal = match &error {
            Http(answer) => answer.body().as_deref().map(RelayError::from_bytes),
            _ => None,
        };
        match refusal {
            Some(Ok(refusal)) => Self::Refused(refusal),
            _ => Self::Network(error.to_string()),
        }
    }
}

impl From<DecodeError> for ClientError {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(error)
    }
}

impl From<EncodeError> for ClientError {
    fn from(error: EncodeError) -> Self {
        Self::TooLarge(error)
    }
}

impl From<privity::Error> for ClientError {
    fn from(error: privity::Error) -> Self {
        Self::Protocol(error)
    }
}

impl From<rusqlite::Error> for ClientError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error)
    }
}
