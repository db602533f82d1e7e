use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::format::{AccountId, ConversationId, limit, read_version};

/// What a member tells the others that can't open an epoch: a wrap that is wrong, or that
/// none came. Nobody signs it: each member judges it alone.
///
/// ```text
/// version 1 | conversation 32 | account 32 | kind 1 | 0: nothing more, 1: length 2, wrapped entry
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Where.
    pub conversation: ConversationId,
    /// Whom the wraps are for.
    pub account: AccountId,
    /// Of what.
    pub ground: Ground,
}

/// What a complaint is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The log grants an epoch and no wrap of it came.
    NothingCame,
    /// A wrapped entry that is not what it should be: the whole record, signature included.
    WrongWrap(Vec<u8>),
}

impl Codec for Complaint {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u8(crate::format::VERSION).raw(&self.conversation.0).raw(&self.account.0);
        match &self.ground {
            Ground::NothingCame => writer.u8(0),
            Ground::WrongWrap(record) => writer.u8(1).bytes16(record)?,
        };
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        Ok(Self {
            conversation: ConversationId::read(reader)?,
            account: AccountId::read(reader)?,
            ground: match reader.u8("complaint kind")? {
                0 => Ground::NothingCame,
                1 => {
                    let record = reader.bytes16("wrapped entry", limit::WRAPPED_ENTRY)?;
                    Ground::WrongWrap(record.to_vec())
                }
                _ => return Err(DecodeError::Unsupported("complaint kind")),
            },
        })
    }
}
