use privity_wire::{
    Codec, DecodeError, EncodeError, Reader, Writer, read_list, read_option, write_list,
    write_option,
};

use crate::format::{AccountId, ConversationId, DeviceId, StatementHash, limit};

/// Bytes of another format, carried whole behind a 32-bit length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl Codec for Blob {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.bytes32(&self.0)?;
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(reader.bytes32("blob", limit::ENTRY)?.to_vec()))
    }
}

/// An entry and the wraps that go with it: stored together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendRequest {
    /// A log entry.
    pub entry: Blob,
    /// Wrapped entries for the epoch that it starts, or that it lets newcomers read.
    pub wraps: Vec<Blob>,
}

impl Codec for AppendRequest {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.entry.write(writer)?;
        write_list(writer, &self.wraps)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { entry: Blob::read(reader)?, wraps: read_list(reader, "wraps", limit::WRAPS)? })
    }
}

/// Further wraps for epochs that stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrapsRequest(pub Vec<Blob>);

impl Codec for WrapsRequest {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        write_list(writer, &self.0)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_list(reader, "wraps", limit::WRAPS).map(Self)
    }
}

/// A statement of an account and the generation record that it may start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishRequest {
    /// An account statement.
    pub statement: Blob,
    /// A generation record.
    pub generation: Option<Blob>,
    /// The wrapped signing seed of an account with a registered key.
    pub registered: Option<Blob>,
}

impl Codec for PublishRequest {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.statement.write(writer)?;
        write_option(writer, self.generation.as_ref())?;
        write_option(writer, self.registered.as_ref())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            statement: Blob::read(reader)?,
            generation: read_option(reader, "generation")?,
            registered: read_option(reader, "registered")?,
        })
    }
}

/// One stored item with its place in the relay's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredItem {
    /// Ascends with every item stored; pages go on after it.
    pub cursor: u64,
    /// The item.
    pub bytes: Blob,
}

impl Codec for StoredItem {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.bytes.write(writer.u64(self.cursor))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { cursor: reader.u64("cursor")?, bytes: Blob::read(reader)? })
    }
}

/// Whether a page ends what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageEnd {
    /// Nothing is left after it now.
    Last,
    /// Ask again after the last cursor.
    More,
}

/// A page of stored items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// In ascending order of cursor.
    pub items: Vec<StoredItem>,
    /// Whether to ask again.
    pub end: PageEnd,
}

impl Codec for Page {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        write_list(writer, &self.items)?;
        writer.u8(match self.end {
            PageEnd::Last => 0,
            PageEnd::More => 1,
        });
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            items: read_list(reader, "items", limit::PAGE)?,
            end: match reader.u8("page end")? {
                0 => PageEnd::Last,
                1 => PageEnd::More,
                _ => return Err(DecodeError::Invalid("page end")),
            },
        })
    }
}

/// One conversation in an account's inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InboxItem {
    /// Which.
    pub conversation: ConversationId,
    /// Position of its head.
    pub head: u64,
    /// Cursor of its newest message; 0 for none.
    pub newest: u64,
}

impl Codec for InboxItem {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.raw(&self.conversation.0).u64(self.head).u64(self.newest);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            conversation: ConversationId::read(reader)?,
            head: reader.u64("head")?,
            newest: reader.u64("newest")?,
        })
    }
}

/// The conversations that an account is or was in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbox(pub Vec<InboxItem>);

impl Codec for Inbox {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        write_list(writer, &self.0)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_list(reader, "inbox", limit::INBOX).map(Self)
    }
}

/// A device's answer to a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginRequest {
    /// Who enters.
    pub account: AccountId,
    /// On which device, or as the recovery holder by its id.
    pub device: DeviceId,
    /// The relay's challenge.
    pub nonce: [u8; 32],
    /// Over the challenge (see [`crate::format::LoginChallenge`]).
    pub signature: [u8; 64],
}

impl Codec for LoginRequest {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.raw(&self.account.0).raw(&self.device.0).raw(&self.nonce).raw(&self.signature);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            account: AccountId::read(reader)?,
            device: DeviceId::read(reader)?,
            nonce: reader.array("nonce")?,
            signature: reader.array("signature")?,
        })
    }
}

/// What a relay tells a connected device, and in the first frame the device tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LiveFrame {
    /// From the relay, first: sign this.
    Challenge([u8; 32]),
    /// From the device, first: the answer.
    Login(LoginRequest),
    /// From the relay: the login holds, updates follow.
    Ready,
    /// A conversation's log has this head now.
    Entries {
        /// Which.
        conversation: ConversationId,
        /// Position of its head.
        head: u64,
    },
    /// A message was stored.
    Message {
        /// Which.
        conversation: ConversationId,
        /// The message with its cursor.
        item: StoredItem,
    },
    /// Wraps were stored for this account.
    Wraps {
        /// Which.
        conversation: ConversationId,
    },
    /// An account known to share a conversation has a new head.
    Account {
        /// Which.
        account: AccountId,
        /// Place of its newest statement.
        seq: u64,
        /// That statement's hash.
        hash: StatementHash,
    },
    /// Updates were lost because this connection was too slow: catch up by the cursors.
    Lagged,
}

impl Codec for LiveFrame {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        match self {
            Self::Challenge(nonce) => {
                writer.u8(0).raw(nonce);
            }
            Self::Login(login) => return login.write(writer.u8(1)),
            Self::Ready => {
                writer.u8(2);
            }
            Self::Entries { conversation, head } => {
                writer.u8(3).raw(&conversation.0).u64(*head);
            }
            Self::Message { conversation, item } => {
                return item.write(writer.u8(4).raw(&conversation.0));
            }
            Self::Wraps { conversation } => {
                writer.u8(5).raw(&conversation.0);
            }
            Self::Account { account, seq, hash } => {
                writer.u8(6).raw(&account.0).u64(*seq).raw(&hash.0);
            }
            Self::Lagged => {
                writer.u8(7);
            }
        }
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match reader.u8("frame kind")? {
            0 => Self::Challenge(reader.array("nonce")?),
            1 => Self::Login(LoginRequest::read(reader)?),
            2 => Self::Ready,
            3 => Self::Entries {
                conversation: ConversationId::read(reader)?,
                head: reader.u64("head")?,
            },
            4 => Self::Message {
                conversation: ConversationId::read(reader)?,
                item: StoredItem::read(reader)?,
            },
            5 => Self::Wraps { conversation: ConversationId::read(reader)? },
            6 => Self::Account {
                account: AccountId::read(reader)?,
                seq: reader.u64("seq")?,
                hash: StatementHash::read(reader)?,
            },
            7 => Self::Lagged,
            _ => return Err(DecodeError::Unsupported("frame kind")),
        })
    }
}
