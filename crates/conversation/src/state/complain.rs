use privity_wire::{Codec, DecodeError};

use crate::Error;
use crate::epoch::{Verdict, WrapFault};
use crate::format::{AccountId, Complaint, ConversationId, Ground, WrappedEntry};
use crate::state::{Changes, Client, Event, Request};

/// Wraps of one conversation of which one process complains.
const COMPLAINTS: usize = 64;
/// Repairs that one process gives in one conversation because somebody asked.
const REPAIRS: usize = 4_096;

impl Client {
    /// Tells the other members that the log grants this account an epoch which no wrap or
    /// link gives, so that one of them repairs it. After a while, and not each time: whoever
    /// has repaired once in an epoch does not do it again.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known, or nothing is missing.
    pub fn ask_for_repair(&mut self, conversation: &ConversationId) -> Result<Changes, Error> {
        let own = self.own.account();
        if !self.conversation_mut(conversation)?.is_locked(&own) {
            return Err(Error::Misuse("no key is missing"));
        }
        let mut changes = Changes::default();
        self.complain(conversation, Ground::NothingCame, &mut changes)?;
        self.finish(changes)
    }

    /// Complains of a wrap that its maker signed and that is wrong: once for each epoch.
    pub(super) fn complain_of(
        &mut self,
        id: &ConversationId,
        record: &[u8],
        (anchor, fault): (u64, WrapFault),
        changes: &mut Changes,
    ) -> Result<(), Error> {
        if !fault.is_ground_for_complaint() {
            return Ok(());
        }
        let complained = &mut self.conversation_mut(id)?.complained;
        if complained.len() >= COMPLAINTS || !complained.insert(anchor) {
            return Ok(());
        }
        self.complain(id, Ground::WrongWrap(record.to_vec()), changes)
    }

    fn complain(
        &self,
        id: &ConversationId,
        ground: Ground,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let account = self.own.account();
        let complaint = Complaint { conversation: *id, account, ground }.to_bytes()?;
        changes.send.push(Request::Complain { conversation: *id, complaint });
        Ok(())
    }

    /// Takes another member's complaint, judges it, and gives the member its wraps anew where
    /// the log entitles it: once for each member and epoch.
    ///
    /// An honest wrap is not made again: whoever complains of one can open it.
    ///
    /// # Errors
    /// [`Error::Malformed`] for bytes that are no complaint of this conversation,
    /// [`Error::Missing`] for what is needed to judge it.
    pub fn handle_complaint(
        &mut self,
        conversation: &ConversationId,
        complaint: &[u8],
    ) -> Result<Changes, Error> {
        let Complaint { conversation: named, account, ground } = Complaint::from_bytes(complaint)?;
        if named != *conversation {
            return Err(DecodeError::Invalid("conversation").into());
        }
        let mut changes = Changes::default();
        let state = self.conversation(conversation)?;
        if account == self.own.account() || !state.is_member(&account) {
            return self.finish(changes);
        }
        if let Ground::WrongWrap(record) = ground {
            let anchor = WrappedEntry::from_bytes(&record)?.context.anchor;
            let verdict = self.judge(conversation, &record)?;
            let conversation = *conversation;
            changes.events.push(Event::Complained { conversation, account, anchor, verdict });
            if verdict == Verdict::False {
                return self.finish(changes);
            }
        }
        self.repair_once(conversation, &account, &mut changes)?;
        self.finish(changes)
    }

    /// Where nothing may be wrapped, the complaint stands all the same.
    fn repair_once(
        &mut self,
        id: &ConversationId,
        account: &AccountId,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let state = self.conversation(id)?;
        let key = (*account, state.fold.now().epoch().anchor);
        if state.repaired.len() >= REPAIRS || state.repaired.contains(&key) {
            return Ok(());
        }
        match self.repair_wraps(id, account) {
            Ok(request) => {
                self.conversation_mut(id)?.repaired.insert(key);
                changes.send.push(request);
                Ok(())
            }
            Err(Error::Blocked(_) | Error::Missing(_) | Error::Crypto(_) | Error::Misuse(_)) => {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
