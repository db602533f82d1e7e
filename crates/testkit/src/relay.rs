use std::collections::BTreeMap;

use privity_conversation::format::{
    AccountId, ConversationId, Entry, GenerationRecord, Recipient, RelayErrorCode, Statement,
    WrappedEntry,
};
use privity_conversation::state::{AppendAnswer, PublishAnswer, Request};
use privity_wire::Codec;

/// What the relay keeps of a conversation.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Entries by position.
    pub entries: Vec<Vec<u8>>,
    /// Wraps in the order of their coming.
    pub wraps: Vec<Vec<u8>>,
    /// Messages in the order of their coming.
    pub messages: Vec<Vec<u8>>,
    /// Complaints in the order of their coming.
    pub complaints: Vec<Vec<u8>>,
}

/// A relay without a network and without any check of its own: it compares heads and swaps.
#[derive(Clone, Debug, Default)]
pub struct Relay {
    /// Statements of each account.
    pub accounts: BTreeMap<AccountId, Vec<Vec<u8>>>,
    /// Generation records of each account.
    pub generations: BTreeMap<AccountId, BTreeMap<u32, Vec<u8>>>,
    /// Logs.
    pub logs: BTreeMap<ConversationId, Log>,
}

/// What the relay says of a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// To a statement.
    Published(PublishAnswer),
    /// To an entry.
    Appended(AppendAnswer),
    /// To a message.
    Posted,
    /// To what needs no answer.
    Done,
    /// Bytes that were asked for.
    Items(Vec<Vec<u8>>),
}

impl Relay {
    /// Does what a request asks for.
    pub fn handle(&mut self, caller: &AccountId, request: &Request) -> Answer {
        match request {
            Request::Publish { account, request, .. } => {
                self.publish(account, &request.statement.0, request.generation.as_ref())
            }
            Request::PutGeneration { account, generation } => {
                self.put_generation(account, generation);
                Answer::Done
            }
            Request::Append { conversation, entry, wraps, .. } => {
                Answer::Appended(self.append(conversation, entry, wraps))
            }
            Request::PutWraps { conversation, wraps } => {
                self.logs.entry(*conversation).or_default().wraps.extend_from_slice(wraps);
                Answer::Done
            }
            Request::Complain { conversation, complaint } => {
                let log = self.logs.entry(*conversation).or_default();
                log.complaints.push(complaint.clone());
                Answer::Done
            }
            Request::Post { conversation, message, .. } => {
                let log = self.logs.entry(*conversation).or_default();
                if !log.messages.contains(message) {
                    log.messages.push(message.clone());
                }
                Answer::Posted
            }
            Request::FetchStatements { account, from } => {
                Answer::Items(tail(self.accounts.get(account), *from))
            }
            Request::FetchGenerations { account } => {
                let records = self.generations.get(account);
                Answer::Items(
                    records.map(|map| map.values().cloned().collect()).unwrap_or_default(),
                )
            }
            Request::FetchEntries { conversation, from } => {
                Answer::Items(tail(self.logs.get(conversation).map(|log| &log.entries), *from))
            }
            Request::FetchWraps { conversation } => Answer::Items(self.wraps(conversation, caller)),
            _ => Answer::Done,
        }
    }

    /// The wraps for an account.
    #[must_use]
    pub fn wraps(&self, conversation: &ConversationId, for_account: &AccountId) -> Vec<Vec<u8>> {
        let Some(log) = self.logs.get(conversation) else { return Vec::new() };
        let mine = |wrap: &&Vec<u8>| {
            let Ok(record) = WrappedEntry::from_bytes(wrap) else { return false };
            matches!(record.context.recipient,
                Recipient::Account { account, .. } if account == *for_account)
        };
        log.wraps.iter().filter(mine).cloned().collect()
    }

    /// The conversations of an account: those that hold a wrap for it.
    #[must_use]
    pub fn inbox(&self, account: &AccountId) -> Vec<ConversationId> {
        self.logs.keys().filter(|id| !self.wraps(id, account).is_empty()).copied().collect()
    }

    fn publish(
        &mut self,
        account: &AccountId,
        statement: &[u8],
        generation: Option<&privity_conversation::format::Blob>,
    ) -> Answer {
        let chain = self.accounts.entry(*account).or_default();
        let place = Statement::from_bytes(statement).map_or(usize::MAX, |it| index(it.body.seq));
        let answer = match chain.get(place) {
            Some(there) if there == statement => PublishAnswer::Stored,
            None if place == chain.len() => {
                chain.push(statement.to_vec());
                PublishAnswer::Stored
            }
            _ => PublishAnswer::Refused(RelayErrorCode::HeadMoved),
        };
        if let (PublishAnswer::Stored, Some(generation)) = (answer, generation) {
            self.put_generation(account, &generation.0);
        }
        Answer::Published(answer)
    }

    fn put_generation(&mut self, account: &AccountId, bytes: &[u8]) {
        if let Ok(record) = GenerationRecord::from_bytes(bytes) {
            let records = self.generations.entry(*account).or_default();
            records.insert(record.generation, bytes.to_vec());
        }
    }

    fn append(&mut self, id: &ConversationId, entry: &[u8], wraps: &[Vec<u8>]) -> AppendAnswer {
        let log = self.logs.entry(*id).or_default();
        let place = Entry::from_bytes(entry).map_or(usize::MAX, |it| index(it.body().position));
        match log.entries.get(place) {
            Some(there) if there == entry => AppendAnswer::Stored,
            None if place == log.entries.len() => {
                log.entries.push(entry.to_vec());
                log.wraps.extend_from_slice(wraps);
                AppendAnswer::Stored
            }
            _ => AppendAnswer::Refused(RelayErrorCode::HeadMoved),
        }
    }
}

fn tail(items: Option<&Vec<Vec<u8>>>, from: u64) -> Vec<Vec<u8>> {
    items.map(|items| items.iter().skip(index(from)).cloned().collect()).unwrap_or_default()
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
