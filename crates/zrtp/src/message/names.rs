use privity_wire::{DecodeError, EncodeError, Reader, Writer};

/// At most seven algorithm names, the preferred one first. A name is four bytes as on the
/// wire, space padded; case matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct NameList {
    names: [[u8; 4]; Self::MAX],
    count: usize,
}

impl NameList {
    /// The most names that a Hello can count.
    pub const MAX: usize = 7;

    /// Copies `names`.
    ///
    /// # Errors
    /// [`EncodeError`] past seven names.
    pub fn new(names: &[[u8; 4]]) -> Result<Self, EncodeError> {
        let mut list = Self::default();
        let room = list
            .names
            .get_mut(..names.len())
            .ok_or(EncodeError { length: names.len(), limit: Self::MAX })?;
        room.copy_from_slice(names);
        list.count = names.len();
        Ok(list)
    }

    /// The names in the order of their owner.
    #[must_use]
    pub fn as_slice(&self) -> &[[u8; 4]] {
        self.names.get(..self.count).unwrap_or_default()
    }

    fn read(reader: &mut Reader<'_>, count: u8) -> Result<Self, DecodeError> {
        let mut list = Self { count: usize::from(count), ..Self::default() };
        let room = list.names.get_mut(..list.count).ok_or(DecodeError::TooLong("algorithms"))?;
        for name in room {
            *name = reader.array("algorithm")?;
        }
        Ok(list)
    }

    fn count(&self) -> u8 {
        u8::try_from(self.count).unwrap_or(0)
    }
}

/// The five lists at the end of a Hello (RFC 6189, 5.2).
///
/// A list that is empty, or lacks it, still means the mandatory algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct AlgorithmLists {
    /// Hash names.
    pub hashes: NameList,
    /// Cipher names.
    pub ciphers: NameList,
    /// SRTP authentication tag names.
    pub auth_tags: NameList,
    /// Key agreement names, `Mult` and `Prsh` among them.
    pub key_agreements: NameList,
    /// Short authentication string names.
    pub sas_types: NameList,
}

impl AlgorithmLists {
    /// Reads three bytes of counts, then the names.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let [hashes, second, third] = reader.array("counts")?;
        Ok(Self {
            hashes: NameList::read(reader, hashes & 0x0f)?,
            ciphers: NameList::read(reader, second >> 4)?,
            auth_tags: NameList::read(reader, second & 0x0f)?,
            key_agreements: NameList::read(reader, third >> 4)?,
            sas_types: NameList::read(reader, third & 0x0f)?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer
            .u8(self.hashes.count())
            .u8(self.ciphers.count() << 4 | self.auth_tags.count())
            .u8(self.key_agreements.count() << 4 | self.sas_types.count());
        for name in self.in_order().iter().flat_map(|list| list.as_slice()) {
            writer.raw(name);
        }
    }

    const fn in_order(&self) -> [&NameList; 5] {
        [&self.hashes, &self.ciphers, &self.auth_tags, &self.key_agreements, &self.sas_types]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_past_seven_are_refused() {
        assert!(NameList::new(&[*b"S256"; 7]).is_ok());
        assert!(NameList::new(&[*b"S256"; 8]).is_err());
        for counts in [[8, 0, 0], [0, 0x80, 0], [0, 8, 0], [0, 0, 0x80], [0, 0, 8]] {
            let mut bytes = counts.to_vec();
            bytes.extend([b'x'; 4 * 8]);
            assert_eq!(
                AlgorithmLists::read(&mut Reader::new(&bytes)),
                Err(DecodeError::TooLong("algorithms")),
            );
        }
    }
}
