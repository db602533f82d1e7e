use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer, read_option, write_option};

use crate::Error;
use crate::format::{Blob, ConversationId, Entry, limit};
use crate::log::{Fork, ForkEvidence};
use crate::state::{Changes, Client, Context, Event, Request, name};

/// The entries of a fork, as far as they are here: the log itself keeps hashes alone.
#[derive(Debug, Default)]
pub(super) struct KeptEntries {
    pub(super) ours: Option<Entry>,
    pub(super) theirs: Option<Entry>,
}

impl Client {
    /// The two signed entries of a fork, to be shown to others: its bytes are
    /// [`ForkEvidence`]'s, and [`ForkEvidence::verify`] checks them. None without a fork, or
    /// as long as the relay keeps this log's own entry back.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn fork_evidence(
        &self,
        conversation: &ConversationId,
    ) -> Result<Option<ForkEvidence>, Error> {
        let kept = &self.conversation(conversation)?.evidence;
        let (Some(ours), Some(theirs)) = (&kept.ours, &kept.theirs) else { return Ok(None) };
        Ok(Some(ForkEvidence::new(ours.clone(), theirs.clone())?))
    }

    /// A second valid entry stands at a position: keeps it, and asks for this log's own.
    pub(super) fn forked(
        &mut self,
        id: &ConversationId,
        fork: Fork,
        theirs: &Entry,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let state = self.conversations.get_mut(id).ok_or(Error::UNKNOWN)?;
        if state.fork.is_some() {
            return Ok(());
        }
        state.fork = Some(fork);
        state.evidence.theirs = Some(theirs.clone());
        changes.events.push(Event::Forked { conversation: *id, fork });
        let from = fork.position;
        changes.send.push(Request::FetchEntries { conversation: *id, from });
        self.save_evidence(id, context, changes)
    }

    /// An entry of this log came once more: the other half of the evidence, perhaps.
    pub(super) fn seen_again(
        &mut self,
        id: &ConversationId,
        entry: &Entry,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let Some(state) = self.conversations.get_mut(id) else { return Ok(()) };
        let wanted = state.fork.is_some_and(|fork| fork.ours == entry.hash());
        if !wanted || state.evidence.ours.is_some() {
            return Ok(());
        }
        state.evidence.ours = Some(entry.clone());
        self.save_evidence(id, context, changes)
    }

    fn save_evidence(
        &self,
        id: &ConversationId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        // Of a log that this account is not in, nothing is saved.
        let Ok(state) = self.conversation(id) else { return Ok(()) };
        self.put_part(name::EVIDENCE, id, &state.evidence, context, changes)
    }
}

/// `[length 4, ours] | [length 4, theirs]`
impl Codec for KeptEntries {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        for entry in [&self.ours, &self.theirs] {
            let bytes = entry.as_ref().map(Codec::to_bytes).transpose()?.map(Blob);
            write_option(writer, bytes.as_ref())?;
        }
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut entry = || {
            let bytes: Option<Blob> = read_option(reader, "entry")?;
            bytes.map(|bytes| Entry::from_bytes(&bytes.0)).transpose()
        };
        Ok(Self { ours: entry()?, theirs: entry()? })
    }
}

const _: () = assert!(limit::ENTRY <= u32::MAX as usize);
