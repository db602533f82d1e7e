use std::sync::Arc;

use crate::{DecodeError, EncodeError, Reader, Writer};

/// A value with exactly one encoding.
pub trait Codec: Sized {
    /// Appends the encoding.
    ///
    /// # Errors
    /// [`EncodeError`] if a part is longer than its length prefix can say.
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError>;

    /// Takes one value off the front.
    ///
    /// # Errors
    /// [`DecodeError`] names the first field that is wrong.
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// The encoding alone.
    ///
    /// # Errors
    /// As [`Codec::write`].
    fn to_bytes(&self) -> Result<Vec<u8>, EncodeError> {
        let mut writer = Writer::new();
        self.write(&mut writer)?;
        Ok(writer.into_vec())
    }

    /// Reads a value that fills `bytes` exactly.
    ///
    /// # Errors
    /// As [`Codec::read`]; [`DecodeError::Trailing`] if bytes are left.
    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let value = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(value)
    }
}

/// Sharing a value changes nothing of its encoding.
impl<T: Codec> Codec for Arc<T> {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        T::write(self, writer)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::read(reader).map(Self::new)
    }
}
