use privity_wire::{Codec, DecodeError};

use crate::Error;
use crate::format::{MessageId, limit};

use super::file_body::FileBody;

/// A row of the content-type registry (PROTOCOL.md, chapter 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContentType(pub u16);

impl ContentType {
    /// Text in UTF-8.
    pub const TEXT: Self = Self(0);
    /// A file: its name and bytes, see [`FileBody`].
    pub const FILE: Self = Self(1);
    /// The first of the types that apps define for themselves; all below are the protocol's.
    pub const FIRST_OF_APPS: Self = Self(0x8000);
}

/// What an app wants to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What kind of thing.
    pub content_type: ContentType,
    /// The message that this one is about; zero for none.
    pub target: MessageId,
    /// At most [`limit::BODY`] bytes.
    pub body: Vec<u8>,
}

impl Draft {
    /// A text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self {
            content_type: ContentType::TEXT,
            target: MessageId::ZERO,
            body: text.as_bytes().to_vec(),
        }
    }

    /// A file.
    ///
    /// # Errors
    /// [`Error::Misuse`] if name or content break the rules of [`FileBody`].
    pub fn file(file: &FileBody) -> Result<Self, Error> {
        const REFUSED: Error = Error::Misuse("the file's name or size is not allowed");
        let body = file.to_bytes()?;
        FileBody::from_bytes(&body).map_err(|_| REFUSED)?;
        if body.len() > limit::BODY {
            return Err(REFUSED);
        }
        Ok(Self { content_type: ContentType::FILE, target: MessageId::ZERO, body })
    }
}

/// A message's body, read by its content type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// Text.
    Text(String),
    /// A file.
    File(FileBody),
    /// A type that this release does not know, or an app's own: the bytes as they are.
    Other(ContentType, Vec<u8>),
}

impl Body {
    /// Reads a body.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] if a text is not UTF-8 or a file not well-formed.
    pub fn read(content_type: ContentType, body: &[u8]) -> Result<Self, DecodeError> {
        match content_type {
            ContentType::TEXT => String::from_utf8(body.to_vec())
                .map(Self::Text)
                .map_err(|_| DecodeError::Invalid("text")),
            ContentType::FILE => FileBody::from_bytes(body).map(Self::File),
            other => Ok(Self::Other(other, body.to_vec())),
        }
    }
}
