use crate::EncodeError;

/// Appends fields to a byte vector.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Starts empty.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// Starts empty, with room for `capacity` bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity) }
    }

    /// Appends bytes as they are: the format fixes their length.
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// Appends one byte.
    pub fn u8(&mut self, value: u8) -> &mut Self {
        self.raw(&[value])
    }

    /// Appends a big-endian 16-bit integer.
    pub fn u16(&mut self, value: u16) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    /// Appends a big-endian 32-bit integer.
    pub fn u32(&mut self, value: u32) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    /// Appends a big-endian 64-bit integer.
    pub fn u64(&mut self, value: u64) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    /// Appends a byte string behind its 16-bit length.
    ///
    /// # Errors
    /// [`EncodeError`] past 65,535 bytes; nothing is appended then.
    pub fn bytes16(&mut self, bytes: &[u8]) -> Result<&mut Self, EncodeError> {
        Ok(self.count16(bytes.len())?.raw(bytes))
    }

    /// Appends a byte string behind its 32-bit length.
    ///
    /// # Errors
    /// [`EncodeError`] past 4,294,967,295 bytes; nothing is appended then.
    pub fn bytes32(&mut self, bytes: &[u8]) -> Result<&mut Self, EncodeError> {
        let length = u32::try_from(bytes.len())
            .map_err(|_| EncodeError { length: bytes.len(), limit: 0xffff_ffff })?;
        Ok(self.u32(length).raw(bytes))
    }

    /// Appends what `part` appends, behind its 32-bit length.
    ///
    /// # Errors
    /// As `part`; [`EncodeError`] past 4,294,967,295 bytes. Nothing is appended then.
    pub fn part32(
        &mut self,
        part: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<&mut Self, EncodeError> {
        let start = self.bytes.len();
        let written = part(self.u32(0)).and_then(|()| {
            let length = self.bytes.len() - start - size_of::<u32>();
            u32::try_from(length).map_err(|_| EncodeError { length, limit: 0xffff_ffff })
        });
        match written {
            Ok(length) => {
                let prefix = self.bytes.iter_mut().skip(start);
                prefix.zip(length.to_be_bytes()).for_each(|(to, from)| *to = from);
                Ok(self)
            }
            Err(error) => {
                self.bytes.truncate(start);
                Err(error)
            }
        }
    }

    /// Appends the 16-bit element count of a list.
    ///
    /// # Errors
    /// [`EncodeError`] past 65,535 elements; nothing is appended then.
    pub fn count16(&mut self, count: usize) -> Result<&mut Self, EncodeError> {
        let short =
            u16::try_from(count).map_err(|_| EncodeError { length: count, limit: 0xffff })?;
        Ok(self.u16(short))
    }

    /// What was written so far.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    /// Ends the writing.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_its_prefix_is_refused_and_not_cut() {
        let mut writer = Writer::new();
        let long = vec![0; 65_536];
        assert_eq!(
            writer.bytes16(&long).err(),
            Some(EncodeError { length: 65_536, limit: 65_535 })
        );
        assert!(writer.as_slice().is_empty());
        assert!(writer.bytes32(&long).is_ok());
        assert_eq!(writer.as_slice().len(), 65_540);
    }
    #[test]
    fn a_part_stands_behind_its_length_or_not_at_all() {
        let mut writer = Writer::new();
        writer.u8(1).part32(|part| part.bytes16(b"part").map(drop)).unwrap().u8(2);
        assert_eq!(writer.as_slice(), b"\x01\x00\x00\x00\x06\x00\x04part\x02");
        let before = writer.clone();
        let refused = writer.part32(|part| part.u8(3).bytes16(&[0; 65_536]).map(drop));
        assert_eq!(refused.err(), Some(EncodeError { length: 65_536, limit: 65_535 }));
        assert_eq!(writer.as_slice(), before.as_slice());
    }
}
