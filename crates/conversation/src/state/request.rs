use crate::format::{
    AccountId, ConversationId, EntryHash, MessageId, PublishRequest, StatementHash,
};

/// What a client asks of the relay; every value is ready to be sent as it is.
///
/// A request may be sent again at any time: bytes are identical, and the relay answers a
/// repeat as it answered the first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// Append a statement to the own account's chain, with the generation it may start.
    Publish {
        /// Whose.
        account: AccountId,
        /// The statement's hash, by which the answer is told from that to another.
        hash: StatementHash,
        /// The statement and what goes along.
        request: PublishRequest,
    },
    /// Replace or supply a generation record (a holder's wrap was missing or stale).
    PutGeneration {
        /// Whose.
        account: AccountId,
        /// The record.
        generation: Vec<u8>,
    },
    /// Append an entry and its wraps as one; the relay compares the head and swaps.
    Append {
        /// Whose log.
        conversation: ConversationId,
        /// The entry's hash, by which the answer is told from that to another.
        hash: EntryHash,
        /// The entry.
        entry: Vec<u8>,
        /// Its wrapped entries.
        wraps: Vec<Vec<u8>>,
    },
    /// Store wraps for an epoch that stands (repair, self-wrap).
    PutWraps {
        /// Whose log.
        conversation: ConversationId,
        /// The wrapped entries.
        wraps: Vec<Vec<u8>>,
    },
    /// Hand a complaint on to the other members: the client of each takes it by
    /// [`crate::state::Client::handle_complaint`].
    Complain {
        /// Whose log.
        conversation: ConversationId,
        /// The complaint.
        complaint: Vec<u8>,
    },
    /// Store and forward a message.
    Post {
        /// Whose log.
        conversation: ConversationId,
        /// Its id, by which the app knows it before and after.
        id: MessageId,
        /// The sealed message.
        message: Vec<u8>,
    },
    /// Statements of an account from a place in its chain on.
    FetchStatements {
        /// Whose.
        account: AccountId,
        /// First one wanted.
        from: u64,
    },
    /// All generation records of the own account.
    FetchGenerations {
        /// Whose.
        account: AccountId,
    },
    /// Log entries from a position on.
    FetchEntries {
        /// Whose log.
        conversation: ConversationId,
        /// First one wanted.
        from: u64,
    },
    /// The wraps that this account has in a conversation.
    FetchWraps {
        /// Whose log.
        conversation: ConversationId,
    },
}
