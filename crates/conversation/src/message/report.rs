use privity_primitives::sign::Signature;
use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::account::Directory;
use crate::format::{Content, ConversationId, Entry, EntryHash, Pin, Statement, VERSION, limit};
use crate::log::{AppendError, Fold};

use super::decrypted::signed_by;
use super::opened::Opened;
use super::seal::SealPlace;
use crate::fault::AuthorFault;

/// A message shown to somebody outside the conversation, with what proves its author.
///
/// No key is in it, and nothing of any other message (rule 21).
///
/// ```text
/// version 1 | conversation 32 | position 8 | h_n 32 | salt 32 | content | signature 64 |
/// statements: count 4, each length 4 and bytes | log: count 4, each length 4 and bytes
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whose log.
    pub conversation: ConversationId,
    /// The position that the message was sealed at.
    pub position: u64,
    /// Hash of the entry there.
    pub hash: EntryHash,
    /// The message's salt.
    pub salt: [u8; 32],
    /// What was signed beside.
    pub content: Content,
    /// The author device's signature.
    pub signature: Signature,
    /// The author's statements up to the head that the message names; those of others are
    /// left out, unless membership is to be shown to the last signature.
    pub statements: Vec<Statement>,
    /// The log up to the position.
    pub log: Vec<Entry>,
}

/// What a report shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The message, signed by its author's device.
    pub message: Opened,
    /// Whether the author was a member where it was sealed.
    pub membership: Membership,
}

/// How far a report shows that its author was a member.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Membership {
    /// Every entry up to the position was verified, and the author is a member there.
    Shown,
    /// Entries by others cannot be verified without their statements.
    NeedsStatements(Vec<Pin>),
}

/// Why a report shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReportFault {
    /// The author's statements do not make a chain up to the head that the message names.
    Statements,
    /// The author's device or signature is wrong.
    Author(AuthorFault),
    /// The log does not lead to the entry that the message was sealed at.
    Log,
}

impl Opened {
    /// The message as a report.
    #[must_use]
    pub fn report(&self, statements: Vec<Statement>, log: Vec<Entry>) -> Report {
        Report {
            conversation: self.conversation,
            position: self.position,
            hash: self.hash,
            salt: self.salt,
            content: self.content.clone(),
            signature: self.signature,
            statements,
            log,
        }
    }
}

impl Report {
    /// Checks what the report shows, without any key.
    ///
    /// # Errors
    /// [`ReportFault`] names the part that is wrong.
    pub fn check(&self) -> Result<Reported, ReportFault> {
        let mut directory = Directory::default();
        for statement in &self.statements {
            directory.learn(statement).map_err(|_| ReportFault::Statements)?;
        }
        let head = &self.content.author;
        let chain = directory.chain(&head.account).ok_or(ReportFault::Statements)?;
        if !chain.contains(head) {
            return Err(ReportFault::Statements);
        }
        let key = chain
            .device_key(head.seq, &self.content.device)
            .ok_or(ReportFault::Author(AuthorFault::NotActive))?;
        let message = self.message()?;
        signed_by(&key, &message.id, &message.signature).map_err(ReportFault::Author)?;
        let membership = self.membership(&directory)?;
        Ok(Reported { message, membership })
    }

    fn message(&self) -> Result<Opened, ReportFault> {
        let Self { conversation, position, hash, salt, signature, .. } = *self;
        let content = self.content.to_bytes().map_err(|_| ReportFault::Log)?;
        let id = SealPlace { conversation, position, hash }.message_id(&salt, &content);
        let content = self.content.clone();
        Ok(Opened { id, conversation, position, hash, salt, content, signature })
    }

    fn membership(&self, directory: &Directory) -> Result<Membership, ReportFault> {
        let (create, later) = self.log.split_first().ok_or(ReportFault::Log)?;
        let last = self.log.last().ok_or(ReportFault::Log)?;
        let chained = self.log.windows(2).all(|pair| match pair {
            [before, after] => after.body().prev == before.hash(),
            _ => false,
        });
        let length = u64::try_from(self.log.len()).map_err(|_| ReportFault::Log)?;
        if create.conversation() != self.conversation
            || !chained
            || length.checked_sub(1) != Some(self.position)
            || last.hash() != self.hash
        {
            return Err(ReportFault::Log);
        }
        match fold(self.conversation, create, later, directory) {
            Ok(fold) if fold.now().is_member(&self.content.author.account) => Ok(Membership::Shown),
            Ok(_) => Err(ReportFault::Author(AuthorFault::NotMember)),
            Err(AppendError::Missing(pins)) => Ok(Membership::NeedsStatements(pins)),
            Err(_) => Err(ReportFault::Log),
        }
    }
}

fn fold(
    conversation: ConversationId,
    create: &Entry,
    later: &[Entry],
    directory: &Directory,
) -> Result<Fold, AppendError> {
    let mut fold = Fold::begin(conversation, create, directory)?;
    for entry in later {
        fold.append(entry, directory)?;
    }
    Ok(fold)
}

impl Codec for Report {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u8(VERSION).raw(&self.conversation.0).u64(self.position);
        writer.raw(&self.hash.0).raw(&self.salt);
        self.content.write(writer)?;
        writer.raw(&self.signature.0);
        write_parts(writer, &self.statements)?;
        write_parts(writer, &self.log)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.u8("version")? != VERSION {
            return Err(DecodeError::Unsupported("version"));
        }
        Ok(Self {
            conversation: ConversationId::read(reader)?,
            position: reader.u64("position")?,
            hash: EntryHash::read(reader)?,
            salt: reader.array("salt")?,
            content: Content::read(reader)?,
            signature: Signature(reader.array("signature")?),
            statements: read_parts(reader, "statement", limit::STATEMENT)?,
            log: read_parts(reader, "entry", limit::ENTRY)?,
        })
    }
}

fn write_parts<T: Codec>(writer: &mut Writer, parts: &[T]) -> Result<(), EncodeError> {
    let count = u32::try_from(parts.len())
        .map_err(|_| EncodeError { length: parts.len(), limit: 0xffff_ffff })?;
    writer.u32(count);
    for part in parts {
        writer.bytes32(&part.to_bytes()?)?;
    }
    Ok(())
}

/// Grows with the bytes that are there, never by the count alone.
fn read_parts<T: Codec>(
    reader: &mut Reader<'_>,
    field: &'static str,
    longest: usize,
) -> Result<Vec<T>, DecodeError> {
    let mut parts = Vec::new();
    for _ in 0..reader.u32(field)? {
        parts.push(T::from_bytes(reader.bytes32(field, longest)?)?);
    }
    Ok(parts)
}
