use crate::Error;
use crate::format::{ConversationId, EntryHash, RelayErrorCode, StatementHash};
use crate::state::{Changes, Client, Context, Event, Request};

/// What the relay said of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendAnswer {
    /// The entry and its wraps are stored.
    Stored,
    /// It was refused; `HeadMoved` says that another entry was first.
    Refused(RelayErrorCode),
}

/// What the relay said of a statement of this account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishAnswer {
    /// The statement is stored.
    Stored,
    /// It was refused; `HeadMoved` says that another device's statement was first.
    Refused(RelayErrorCode),
}

impl Client {
    /// Takes the relay's answer to an append of this device, named by the request's hash: an
    /// answer that comes late confirms no other change than its own.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn handle_append(
        &mut self,
        conversation: &ConversationId,
        entry: &EntryHash,
        answer: AppendAnswer,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let mut changes = Changes::default();
        let created = self.creating.get(conversation);
        if created.is_some_and(|pending| pending.entry.hash() == *entry) {
            if answer == AppendAnswer::Stored {
                self.created(conversation, context, &mut changes)?;
                changes.events.push(Event::Confirmed { conversation: *conversation, position: 0 });
            }
            return self.finish(changes);
        }
        let state = self.conversation(conversation)?;
        let pending = state.pending.as_ref().map(|pending| &pending.entry);
        let Some(pending) = pending.filter(|pending| pending.hash() == *entry).cloned() else {
            // It was settled by what the log said since.
            return self.finish(changes);
        };
        match answer {
            AppendAnswer::Stored => {
                self.take_entry(conversation, &pending, context, &mut changes)?;
                self.after_entries(conversation, context, &mut changes)?;
            }
            // Another entry has to be seen and verified before ours is given up.
            AppendAnswer::Refused(RelayErrorCode::HeadMoved) => {
                let from = state.fold.head() + 1;
                changes.send.push(Request::FetchEntries { conversation: *conversation, from });
            }
            AppendAnswer::Refused(_) => {}
        }
        self.finish(changes)
    }

    /// Takes the relay's answer to a statement of this account, named by the request's hash.
    ///
    /// # Errors
    /// [`Error::Chain`] if the statement does not follow the chain that is known.
    pub fn handle_publish(
        &mut self,
        statement: &StatementHash,
        answer: PublishAnswer,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        let account = self.own.account();
        let mut changes = Changes::default();
        let pending = self.own.pending().filter(|pending| pending.pin().hash == *statement);
        let Some(pending) = pending.map(|pending| pending.statement().clone()) else {
            // It was settled by what the chain said since.
            return self.finish(changes);
        };
        match answer {
            PublishAnswer::Stored => {
                self.learn(&pending, &mut changes)?;
                self.settle_own(context, &mut changes)?;
                self.save_account(&account, context, &mut changes)?;
            }
            PublishAnswer::Refused(RelayErrorCode::HeadMoved) => {
                let from = self.directory.head(&account).map_or(0, |head| head.seq + 1);
                changes.send.push(Request::FetchStatements { account, from });
            }
            PublishAnswer::Refused(_) => {}
        }
        self.finish(changes)
    }
}
