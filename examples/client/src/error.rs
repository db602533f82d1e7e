use std::fmt;

use privity_conversation::format::RelayError;
use privity_wire::{DecodeError, EncodeError};

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
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(error) => write!(f, "the relay was not reached: {error}"),
            Self::Refused(error) => write!(f, "the relay refused: {}", error.detail),
            Self::Malformed(error) => write!(f, "the relay's answer is malformed: {error}"),
            Self::TooLarge(error) => write!(f, "the request can't be sent: {error}"),
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
        Self::Network(error.to_string())
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
