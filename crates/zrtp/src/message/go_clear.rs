use super::frame;
use crate::Error;

/// GoClear (RFC 6189, 5.11): request to leave encryption.
///
/// ```text
///   header | clear_mac
///     12   |     8
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoClear {
    /// HMAC keyed with the sender's mackey over "GoClear ", first 8 bytes.
    pub mac: [u8; 8],
}

impl GoClear {
    /// Reads a whole message.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = frame::open(KIND, bytes)?;
        let mac = frame::eight(&mut reader, "clear_mac")?;
        reader.finish()?;
        Ok(Self { mac })
    }

    /// The bytes of the message.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        frame::write(KIND, &self.mac)
    }
}

pub(super) const KIND: &[u8; 8] = b"GoClear ";
