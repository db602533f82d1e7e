use crate::Error;
use crate::format::ConversationId;
use crate::state::conversation::Conversation;
use crate::state::{Blocked, Changes, Client, Request};

/// Whether the relay has said since the store was opened that nothing follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SeenToEnd {
    NotYet,
    Yes,
}

impl Client {
    /// What to ask of the relay after a store was opened: how far the own account's chain
    /// and every log have come. To be sent after [`Client::unsent`]; nothing once all of it
    /// is answered.
    ///
    /// # Security
    /// The store may be an old copy of this device, which signed at the places that it holds
    /// free. Until the relay has answered, the client signs no statement and no entry, and
    /// wraps nothing: two entries at one place would look like a stolen device. Messages it
    /// seals: each opened store begins a chain of its own.
    #[must_use]
    pub fn catch_up(&self) -> Vec<Request> {
        let account = self.own.account();
        let from = self.directory.head(&account).map_or(0, |head| head.seq + 1);
        let chain = Request::FetchStatements { account, from };
        let chain = (self.chain_seen == SeenToEnd::NotYet).then_some(chain);
        let unseen =
            |(_, state): &(&ConversationId, &Conversation)| state.seen == SeenToEnd::NotYet;
        let logs = self.conversations.iter().filter(unseen).map(|(id, state)| {
            Request::FetchEntries { conversation: *id, from: state.fold.head() + 1 }
        });
        chain.into_iter().chain(logs).collect()
    }

    /// A page of the own chain came: an empty one says that nothing follows.
    pub(super) fn saw_statements(&mut self, count: usize, changes: &mut Changes) {
        if self.chain_seen == SeenToEnd::Yes {
            return;
        }
        if count == 0 {
            self.chain_seen = SeenToEnd::Yes;
            return;
        }
        let account = self.own.account();
        let from = self.directory.head(&account).map_or(0, |head| head.seq + 1);
        changes.send.push(Request::FetchStatements { account, from });
    }

    /// A page of a log came. One that moved nothing is not asked for again: what it holds
    /// is told otherwise.
    pub(super) fn saw_entries(
        &mut self,
        id: &ConversationId,
        (count, before): (usize, Option<u64>),
        changes: &mut Changes,
    ) {
        let Some(state) = self.conversations.get_mut(id) else { return };
        if state.seen == SeenToEnd::Yes {
            return;
        }
        let head = state.fold.head();
        if count == 0 {
            state.seen = SeenToEnd::Yes;
        } else if before != Some(head) {
            changes.send.push(Request::FetchEntries { conversation: *id, from: head + 1 });
        }
    }

    pub(super) fn check_seen(&self, conversation: &ConversationId) -> Result<(), Error> {
        match self.conversation(conversation)?.seen {
            SeenToEnd::NotYet => Err(Blocked::NotSynced.into()),
            SeenToEnd::Yes => self.check_log_met(conversation),
        }
    }
}
