use core::fmt;

use crate::state::{Event, Request};

/// Names one sealed record of a store; says nothing about what it holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey(pub [u8; 16]);

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordKey({:032x})", u128::from_be_bytes(self.0))
    }
}

/// What a call wants done: save, then send, then show.
///
/// ```text
///   call ──> Changes ──> one transaction: expect, put, delete ──> send ──> events
///                              │ version moved on: another process of this
///                              └─ device wrote; drop the client and open it again
/// ```
///
/// # Security
/// Nothing in `send` may leave before `put` and `delete` are durable: a crash in between
/// would forget what others already know.
#[derive(Debug, Default)]
#[must_use = "what is not saved is forgotten, what is not sent is never delivered"]
pub struct Changes {
    /// The store's version that this change was made on.
    pub expected_version: u64,
    /// The store's version once it is saved.
    pub version: u64,
    /// Sealed records to write.
    pub put: Vec<(RecordKey, Vec<u8>)>,
    /// Records to remove.
    pub delete: Vec<RecordKey>,
    /// What to send to the relay, in this order, once saved.
    pub send: Vec<Request>,
    /// What to show.
    pub events: Vec<Event>,
}

impl Changes {
    /// Whether there is anything to save.
    #[must_use]
    pub fn is_saved_already(&self) -> bool {
        self.put.is_empty() && self.delete.is_empty()
    }
}
