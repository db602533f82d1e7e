use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer, read_sorted, write_list};

use crate::format::{ConversationId, EntryHash, Pin, limit, read_version};

/// The heads that a device knows, for a new device that has no memory of its own.
///
/// ```text
/// version 1 | accounts: list of pin 72 by account | logs: list by conversation
/// log  conversation 32 | position 8 | hash 32
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownHeads {
    /// Of accounts.
    pub accounts: Vec<Pin>,
    /// Of logs.
    pub logs: Vec<LogHead>,
}

/// An entry of a log, by its place and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogHead {
    /// Whose log.
    pub conversation: ConversationId,
    /// The entry's position.
    pub position: u64,
    /// Its hash.
    pub hash: EntryHash,
}

impl Codec for KnownHeads {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        write_list(writer.u8(crate::format::VERSION), &self.accounts)?;
        write_list(writer, &self.logs)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        let accounts = read_sorted(reader, "accounts", limit::HEADS, |pin: &Pin| pin.account)?;
        let by_conversation = |head: &LogHead| head.conversation;
        let logs = read_sorted(reader, "logs", limit::INBOX, by_conversation)?;
        Ok(Self { accounts, logs })
    }
}

impl Codec for LogHead {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.raw(&self.conversation.0).u64(self.position).raw(&self.hash.0);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            conversation: ConversationId::read(reader)?,
            position: reader.u64("position")?,
            hash: EntryHash::read(reader)?,
        })
    }
}
