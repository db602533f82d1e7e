use privity_wire::Codec;

use crate::Error;
use crate::epoch::EpochFacts;
use crate::format::{ConversationId, Entry};
use crate::log::{AppendError, Applied, EpochUse, Fold, Refused, Started, Step};
use crate::message::Reach;
use crate::state::conversation::{Conversation, Pending, Standing, Understood};
use crate::state::{Changes, Client, Context, Event, Request};

impl Client {
    /// Takes entries in the order of their positions, as the relay handed them on.
    ///
    /// What follows from them (a wrap to fetch, statements that are missing) stands in
    /// the changes' requests; events say what to show, and why the log stops where it does.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the page begins with bytes that are no entry; it changed nothing
    /// then. Entries before such bytes are taken; what they change is not lost to what the
    /// relay put after them.
    pub fn handle_entries(
        &mut self,
        conversation: &ConversationId,
        entries: &[Vec<u8>],
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let mut changes = Changes::default();
        let mut understood = Understood::All;
        let before = self.conversations.get(conversation).map(|state| state.fold.head());
        for (place, bytes) in entries.iter().enumerate() {
            let entry = match Entry::from_bytes(bytes).map_err(Error::from) {
                Ok(entry) => entry,
                Err(Error::UpdateNeeded(_)) => {
                    understood = Understood::UpdateNeeded;
                    break;
                }
                Err(error) if place == 0 => return Err(error),
                Err(error) => {
                    let conversation = *conversation;
                    changes.events.push(Event::LogStopped { conversation, error });
                    break;
                }
            };
            if self.take(conversation, &entry, context, &mut changes)? == WentOn::No {
                break;
            }
        }
        self.understand(conversation, understood, &mut changes);
        self.after_entries(conversation, context, &mut changes)?;
        self.saw_entries(conversation, (entries.len(), before), &mut changes);
        self.finish(changes)
    }

    fn take(
        &mut self,
        id: &ConversationId,
        entry: &Entry,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<WentOn, Error> {
        if entry.conversation() != *id {
            let rule = Refused::OtherConversation;
            changes.events.push(Event::EntryRefused { conversation: *id, rule });
            return Ok(WentOn::No);
        }
        if self.conversations.contains_key(id) {
            self.take_entry(id, entry, context, changes)
        } else {
            self.take_first(id, entry, context, changes)
        }
    }

    /// The log stands still at an entry of a newer release for as long as the relay shows it:
    /// a relay that made it up can't end the conversation, and a newer release goes on.
    fn understand(&mut self, id: &ConversationId, now: Understood, changes: &mut Changes) {
        let state = self.conversations.get_mut(id);
        let before = state.map(|state| core::mem::replace(&mut state.understood, now));
        if now == Understood::UpdateNeeded && before != Some(Understood::UpdateNeeded) {
            changes.events.push(Event::UpdateNeeded { conversation: *id });
        }
    }

    fn take_first(
        &mut self,
        id: &ConversationId,
        entry: &Entry,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<WentOn, Error> {
        let fold = match Fold::begin(*id, entry, &self.directory) {
            Ok(fold) => fold,
            Err(error) => return Ok(self.stopped(id, 0, error, changes)),
        };
        self.waiting.remove(id);
        if self.creating.contains_key(id) {
            self.created(id, context, changes)?;
            return Ok(WentOn::Yes);
        }
        let first = EpochFacts::of(entry)?.ok_or(Error::UNKNOWN)?;
        // What this account began on another device needs no answer on this one.
        let own = entry.body().author == self.own.account();
        let standing = if own { Standing::Accepted } else { Standing::Invited };
        let mut state = Conversation::begin(fold, first, standing, context.now);
        state.info = entry.body().info.clone().map(|info| (0, info));
        if !own && state.is_member(&self.own.account()) {
            changes.events.push(Event::Invited { conversation: *id, by: entry.body().author });
        }
        self.conversations.insert(*id, state);
        Ok(WentOn::Yes)
    }

    pub(super) fn take_entry(
        &mut self,
        id: &ConversationId,
        entry: &Entry,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<WentOn, Error> {
        let state = self.conversations.get_mut(id).ok_or(Error::UNKNOWN)?;
        let applied = match state.take_checked(entry) {
            Some(step) => Ok(Applied::Appended(step)),
            None => state.fold.append(entry, &self.directory),
        };
        match applied {
            Ok(Applied::Appended(step)) => {
                self.stepped(id, entry, &step, context, changes)?;
                Ok(WentOn::Yes)
            }
            Ok(Applied::Duplicate) => {
                self.settle_pending(id, changes)?;
                self.seen_again(id, entry, context, changes)?;
                Ok(WentOn::Yes)
            }
            Ok(Applied::Forked(fork)) => {
                self.forked(id, fork, entry, context, changes)?;
                Ok(WentOn::No)
            }
            // A page begins where it was asked for: to ask again is to be told so again.
            Ok(Applied::Ahead { .. }) => {
                changes.events.push(Event::Withheld { conversation: *id });
                Ok(WentOn::No)
            }
            Err(error) => {
                let from = state.fold.head() + 1;
                if error == AppendError::Refused(Refused::OtherBranch) {
                    self.look_back(id, entry.body().position, changes);
                }
                Ok(self.stopped(id, from, error, changes))
            }
        }
    }

    /// Something stands on another log than ours from `position` on or earlier: asks for
    /// the entries before it, until the two that differ lie side by side. Each question
    /// begins further back than the last, so that a relay can't make it go on for ever.
    pub(super) fn look_back(&mut self, id: &ConversationId, position: u64, changes: &mut Changes) {
        /// Fewer entries than a page has.
        const STEP: u64 = 512;
        let Some(state) = self.conversations.get_mut(id) else { return };
        let from = position.min(state.fold.head()).saturating_sub(STEP).max(1);
        if state.fork.is_none() && state.looked_back.is_none_or(|before| from < before) {
            state.looked_back = Some(from);
            changes.send.push(Request::FetchEntries { conversation: *id, from });
        }
    }

    /// Why a log can't be followed: what is missing is asked for, what breaks a rule shown.
    fn stopped(
        &mut self,
        id: &ConversationId,
        from: u64,
        error: AppendError,
        changes: &mut Changes,
    ) -> WentOn {
        let conversation = *id;
        match error {
            // Asked for once already, and not given.
            AppendError::Missing(_) if !self.waiting.insert(*id) => {
                self.waiting.remove(id);
                changes.events.push(Event::Withheld { conversation });
            }
            AppendError::Missing(pins) => {
                for pin in pins {
                    let from = self.directory.head(&pin.account).map_or(0, |head| head.seq + 1);
                    let request = Request::FetchStatements { account: pin.account, from };
                    changes.send.push(request);
                }
                changes.send.push(Request::FetchEntries { conversation, from });
            }
            AppendError::Refused(rule) => {
                changes.events.push(Event::EntryRefused { conversation, rule });
            }
            error @ (AppendError::UpdateNeeded(_) | AppendError::Malformed(_)) => {
                let error = error.into();
                changes.events.push(Event::LogStopped { conversation, error });
            }
        }
        WentOn::No
    }

    /// The head moved: settle what was pending, follow the epoch and the members.
    fn stepped(
        &mut self,
        id: &ConversationId,
        entry: &Entry,
        step: &Step,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let own = self.own.account();
        self.waiting.remove(id);
        let state = self.conversations.get_mut(id).ok_or(Error::UNKNOWN)?;
        state.looked_back = None;
        state.note_newcomers(&step.joined, &self.directory);
        self.settle_pending(id, changes)?;
        let state = self.conversations.get_mut(id).ok_or(Error::UNKNOWN)?;
        if let Some(info) = &entry.body().info {
            state.info = Some((step.position, info.clone()));
        }
        if step.epoch == Started::Epoch {
            state.usage = EpochUse { first_seen: context.now, messages: 0 };
        }
        for cut in &entry.body().cuts {
            state.reaches.insert((cut.device, step.position), Reach::new(&cut.heads));
        }
        if entry.body().author == own {
            // Another device of this account takes part: the user has answered.
            state.standing = Standing::Accepted;
        } else if step.joined.contains(&own) {
            state.standing = Standing::Invited;
            let by = entry.body().author;
            changes.events.push(Event::Invited { conversation: *id, by });
        }
        if !step.joined.is_empty() || !step.gone.is_empty() {
            changes.events.push(Event::Membership {
                conversation: *id,
                joined: step.joined.clone(),
                gone: step.gone.clone(),
            });
        }
        changes.events.push(Event::Advanced { conversation: *id, head: step.position });
        Ok(())
    }

    /// Settles what was pending, once the log has an entry where it wants to stand.
    fn settle_pending(&mut self, id: &ConversationId, changes: &mut Changes) -> Result<(), Error> {
        let state = self.conversations.get_mut(id).ok_or(Error::UNKNOWN)?;
        let position = |pending: &Pending| pending.entry.body().position;
        let place = state.pending.as_ref().map(position);
        let Some(stored) = place.and_then(|position| state.hash_at(position)) else {
            return Ok(());
        };
        let Some(pending) = state.pending.take() else { return Ok(()) };
        changes.delete.push(self.sealer.place(&super::name::pending(id)));
        let (conversation, position) = (*id, position(&pending));
        if pending.entry.hash() != stored {
            changes.events.push(Event::Lost { conversation, position });
            return Ok(());
        }
        if let Some(epoch) = pending.epoch {
            let epoch = epoch.confirm(&stored)?;
            state.keep_epoch(&epoch);
        }
        changes.events.push(Event::Confirmed { conversation, position });
        Ok(())
    }

    /// Saves once for a whole page, asks for wraps that are due, and wakes held messages.
    pub(super) fn after_entries(
        &mut self,
        id: &ConversationId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let own = self.own.account();
        let Some(state) = self.conversations.get_mut(id) else { return Ok(()) };
        if !state.has_had(&own) {
            // The entry that adds this account has not come: nothing is saved until then.
            self.drop_strangers(id);
            return Ok(());
        }
        if state.is_locked(&own) {
            changes.send.push(Request::FetchWraps { conversation: *id });
        }
        self.tell_links(id, context, changes)?;
        let Some(state) = self.conversations.get_mut(id) else { return Ok(()) };
        if state.held.len() > 0 {
            changes.events.push(Event::HeldReady { conversation: *id });
        }
        self.save_conversation(id, context, changes)?;
        self.save_epochs(id, context, changes)
    }

    /// Logs that this account is not in are followed in memory, a few at a time: a relay
    /// could make up any number of them.
    fn drop_strangers(&mut self, newest: &ConversationId) {
        const FOLLOWED: usize = 16;
        let own = self.own.account();
        let strangers: Vec<ConversationId> = self
            .conversations
            .iter()
            .filter(|(id, state)| *id != newest && !state.has_had(&own))
            .map(|(id, _)| *id)
            .collect();
        for id in strangers.iter().skip(FOLLOWED) {
            self.conversations.remove(id);
        }
    }
}

/// Whether the next entry of a page can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WentOn {
    Yes,
    No,
}
