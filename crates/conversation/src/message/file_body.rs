use core::fmt;

use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::format::limit;

/// A small file as a message: `name length 2 | name | length 4 | bytes`.
///
/// The name is 1 to 255 bytes of UTF-8, one path component: no separator, no control
/// character, neither `.` nor `..`.
#[derive(Clone, PartialEq, Eq)]
pub struct FileBody {
    /// What to call it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl FileBody {
    /// Bytes of a name.
    pub const MAX_NAME: usize = 255;
}

impl Codec for FileBody {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.bytes16(self.name.as_bytes())?.bytes32(&self.bytes)?;
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        const REFUSED: DecodeError = DecodeError::Invalid("file name");
        let name = reader.bytes16("file name", Self::MAX_NAME)?.to_vec();
        let name = String::from_utf8(name).map_err(|_| REFUSED)?;
        let foreign = |letter: char| letter.is_control() || letter == '/' || letter == '\\';
        if name.is_empty() || name == "." || name == ".." || name.contains(foreign) {
            return Err(REFUSED);
        }
        Ok(Self { name, bytes: reader.bytes32("file", limit::BODY)?.to_vec() })
    }
}

impl fmt::Debug for FileBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileBody").field("length", &self.bytes.len()).finish_non_exhaustive()
    }
}
