use crate::DecodeError;

/// Takes fields off the front of a byte slice; each call names its field for the error.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first byte of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Takes exactly `length` bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if fewer are left; nothing is taken then.
    #[inline]
    pub fn take(&mut self, field: &'static str, length: usize) -> Result<&'a [u8], DecodeError> {
        let (head, tail) =
            self.rest.split_at_checked(length).ok_or(DecodeError::Truncated(field))?;
        self.rest = tail;
        Ok(head)
    }

    /// Takes an array of `N` bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if fewer are left.
    #[inline]
    pub fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], DecodeError> {
        let (head, tail) =
            self.rest.split_first_chunk::<N>().ok_or(DecodeError::Truncated(field))?;
        self.rest = tail;
        Ok(*head)
    }

    /// Takes one byte.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] at the end.
    #[inline]
    pub fn u8(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        self.array::<1>(field).map(u8::from_be_bytes)
    }

    /// Takes a big-endian 16-bit integer.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] at the end.
    #[inline]
    pub fn u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        self.array(field).map(u16::from_be_bytes)
    }

    /// Takes a big-endian 32-bit integer.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] at the end.
    #[inline]
    pub fn u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        self.array(field).map(u32::from_be_bytes)
    }

    /// Takes a big-endian 64-bit integer.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] at the end.
    #[inline]
    pub fn u64(&mut self, field: &'static str) -> Result<u64, DecodeError> {
        self.array(field).map(u64::from_be_bytes)
    }

    /// Takes a byte string with a 16-bit length prefix of at most `limit` bytes.
    ///
    /// # Errors
    /// [`DecodeError::TooLong`] past `limit`, [`DecodeError::Truncated`] at the end.
    pub fn bytes16(&mut self, field: &'static str, limit: usize) -> Result<&'a [u8], DecodeError> {
        let length = self.count16(field, limit)?;
        self.take(field, length)
    }

    /// Takes a byte string with a 32-bit length prefix of at most `limit` bytes.
    ///
    /// # Errors
    /// [`DecodeError::TooLong`] past `limit`, [`DecodeError::Truncated`] at the end.
    pub fn bytes32(&mut self, field: &'static str, limit: usize) -> Result<&'a [u8], DecodeError> {
        let length = usize::try_from(self.u32(field)?).map_err(|_| DecodeError::TooLong(field))?;
        if length > limit {
            return Err(DecodeError::TooLong(field));
        }
        self.take(field, length)
    }

    /// Takes the 16-bit element count of a list of at most `limit` elements.
    ///
    /// # Errors
    /// [`DecodeError::TooLong`] past `limit`, [`DecodeError::Truncated`] at the end.
    pub fn count16(&mut self, field: &'static str, limit: usize) -> Result<usize, DecodeError> {
        let count = usize::from(self.u16(field)?);
        if count > limit { Err(DecodeError::TooLong(field)) } else { Ok(count) }
    }

    /// Takes all that is left.
    pub const fn take_rest(&mut self) -> &'a [u8] {
        let rest = self.rest;
        self.rest = &[];
        rest
    }

    /// Bytes not yet taken.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Ends the reading: a format has nothing after its last field.
    ///
    /// # Errors
    /// [`DecodeError::Trailing`] if bytes are left.
    pub const fn finish(self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::Trailing) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_past_the_end() {
        let mut reader = Reader::new(&[1, 2, 3]);
        assert_eq!(reader.u32("four"), Err(DecodeError::Truncated("four")));
        assert_eq!(reader.remaining(), 3);
        assert_eq!(reader.u16("two"), Ok(0x0102));
        assert_eq!(reader.clone().finish(), Err(DecodeError::Trailing));
        assert_eq!(reader.u8("one"), Ok(3));
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn a_length_prefix_past_the_limit_is_refused_before_it_is_believed() {
        let bytes = [0xff, 0xff, 0, 0];
        assert_eq!(Reader::new(&bytes).bytes16("text", 8), Err(DecodeError::TooLong("text")));
        assert_eq!(
            Reader::new(&bytes).bytes16("text", 65_535),
            Err(DecodeError::Truncated("text"))
        );
        assert_eq!(Reader::new(&bytes).bytes32("text", 8), Err(DecodeError::TooLong("text")));
    }
}
