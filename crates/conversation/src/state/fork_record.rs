use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::format::EntryHash;
use crate::log::{Blame, Fork};

/// A fork's evidence as a store keeps it.
impl Codec for Fork {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u64(self.position).raw(&self.ours.0).raw(&self.theirs.0);
        match self.blame {
            Blame::Relay => writer.u8(0),
            Blame::Author => writer.u8(1),
        };
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            position: reader.u64("fork position")?,
            ours: EntryHash::read(reader)?,
            theirs: EntryHash::read(reader)?,
            blame: match reader.u8("blame")? {
                0 => Blame::Relay,
                1 => Blame::Author,
                _ => return Err(DecodeError::Invalid("blame")),
            },
        })
    }
}
