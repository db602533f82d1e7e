//! What the relay keeps, behind one trait: a file here, a database server elsewhere.
//!
//! Every write is one transaction, and every append compares before it swaps: two relays
//! in front of one database can't both win.

mod migration;
mod sqlite;
mod sqlite_account;
mod sqlite_conversation;

use std::ops::RangeInclusive;

use privity_conversation::format::{
    AccountId, ConversationId, DeviceId, EntryHash, InboxItem, Page, Pin, Recipient, StatementHash,
};

use crate::Failure;

pub use sqlite::Sqlite;

/// A new statement with what goes along.
#[derive(Clone, Debug)]
pub struct NewStatement {
    /// Whose.
    pub account: AccountId,
    /// Its place; the one before must be the newest stored.
    pub seq: u64,
    /// Hash of the statement before; zero for the first.
    pub prev: StatementHash,
    /// Its own hash.
    pub hash: StatementHash,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Ids that may log in after it; sessions of any other end.
    pub active: Vec<DeviceId>,
    /// The recovery holder's signing key after it, by which a phrase finds the account.
    pub recovery: Option<[u8; 32]>,
    /// Whether the recovery holder signed it.
    pub by_recovery: bool,
    /// The generation record that it starts.
    pub generation: Option<(u32, Vec<u8>)>,
    /// The wrapped signing seed of an account with a registered key: it takes the place of
    /// another one only if the recovery holder signed.
    pub registered: Option<Vec<u8>>,
}

/// An account's newest membership of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The entry that ended it.
    pub until: Option<u64>,
}

/// What an entry does to a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MembershipChange {
    /// It begins, or its grant widens.
    Begins {
        /// Whose.
        account: AccountId,
        /// Oldest position that it may read.
        floor: u64,
    },
    /// It ends with this entry; what was readable stays so.
    Ends {
        /// Whose.
        account: AccountId,
    },
}

/// A wrap as it is stored.
#[derive(Clone, Debug)]
pub struct NewWrap {
    /// Position of the epoch's anchor.
    pub anchor: u64,
    /// For whom.
    pub recipient: Recipient,
    /// By which device: one wrap of each device stands.
    pub wrapper: DeviceId,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A new entry with what changes by it.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Whose log.
    pub conversation: ConversationId,
    /// Its place.
    pub position: u64,
    /// The head that it was checked against; zero for `create`.
    pub prev: EntryHash,
    /// Its hash.
    pub hash: EntryHash,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The folded state after it.
    pub fold: Vec<u8>,
    /// Wraps that stand with it.
    pub wraps: Vec<NewWrap>,
    /// Memberships that begin or end with it.
    pub memberships: Vec<MembershipChange>,
}

/// A conversation's head as stored.
#[derive(Clone, Debug)]
pub struct Head {
    /// Its position.
    pub position: u64,
    /// Its hash.
    pub hash: EntryHash,
    /// The folded state at it.
    pub fold: Vec<u8>,
}

/// A login that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub account: AccountId,
    /// On which device.
    pub device: DeviceId,
}

/// A new login.
#[derive(Clone, Copy, Debug)]
pub struct NewSession {
    /// Hash of its token.
    pub token: [u8; 32],
    /// Whose it is.
    pub session: Session,
    /// When it begins, in Unix milliseconds; logins that ended before are forgotten.
    pub now: u64,
    /// When it ends.
    pub ends: u64,
    /// The account's newest statement when the login was checked.
    pub seq: u64,
}

/// Whether a write changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is there now.
    New,
    /// The very same was there before.
    Repeat,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It was stored, with this cursor.
    New(u64),
    /// It was stored before, with this cursor.
    Repeat(u64),
}

impl Posted {
    /// Its place, either way.
    #[must_use]
    pub const fn cursor(self) -> u64 {
        match self {
            Self::New(cursor) | Self::Repeat(cursor) => cursor,
        }
    }
}

/// How much a page holds: whichever is reached first, and one item at least.
#[derive(Clone, Copy, Debug)]
pub struct PageLimit {
    /// Items.
    pub items: usize,
    /// Bytes of the items.
    pub bytes: usize,
}

/// Which part of a stream a page wants.
#[derive(Clone, Copy, Debug)]
pub enum Range {
    /// Upwards, after this cursor.
    After(u64),
    /// Downwards, before this cursor.
    Before(u64),
}

/// What a relay needs of a database.
pub trait Storage: Send + Sync {
    /// Stores a statement if the account's head is the one before it.
    ///
    /// # Errors
    /// `HeadMoved` if it is not; a repeat of the same bytes succeeds, and brings the records
    /// that are not there yet. `NotEntitled` if its registered seed may not replace another.
    fn publish(&self, statement: &NewStatement) -> Result<Stored, Failure>;
    /// Statements of an account from `from` on.
    ///
    /// # Errors
    /// If the database fails; as of every method below.
    fn statements(
        &self,
        account: &AccountId,
        from: u64,
        limit: &PageLimit,
    ) -> Result<Page, Failure>;
    /// Whether the statement that a pin names is stored.
    fn stands(&self, pin: &Pin) -> Result<bool, Failure>;
    /// The account that has this recovery signing key.
    fn account_of_recovery(&self, sign: &[u8; 32]) -> Result<Option<AccountId>, Failure>;
    /// Puts a generation record in place of the one stored.
    fn put_generation(
        &self,
        account: &AccountId,
        generation: u32,
        bytes: &[u8],
    ) -> Result<(), Failure>;
    /// Generation records of an account from generation `from` on.
    fn generations(
        &self,
        account: &AccountId,
        from: u64,
        limit: &PageLimit,
    ) -> Result<Page, Failure>;
    /// The wrapped signing seed of an account with a registered key.
    fn registered(&self, account: &AccountId) -> Result<Option<Vec<u8>>, Failure>;
    /// Keeps a login, and of its device's others the newest, `most` in all.
    ///
    /// # Errors
    /// `LoginNeeded` if a statement came since the login was checked: it may have revoked
    /// the device, and ended no login that was not there yet.
    fn put_session(&self, new: &NewSession, most: usize) -> Result<(), Failure>;
    /// The login of a token, unless it ended before `now`.
    fn session(&self, token: &[u8; 32], now: u64) -> Result<Option<Session>, Failure>;

    /// A conversation's head.
    fn head(&self, conversation: &ConversationId) -> Result<Option<Head>, Failure>;
    /// Stores an entry and all that goes with it, if the head is the one before it.
    ///
    /// # Errors
    /// `HeadMoved` if it is not; a repeat of the same bytes succeeds.
    fn append(&self, entry: &NewEntry) -> Result<(), Failure>;
    /// Entries at these positions.
    fn entries(
        &self,
        conversation: &ConversationId,
        positions: RangeInclusive<u64>,
        limit: &PageLimit,
    ) -> Result<Page, Failure>;
    /// Stores further wraps for epochs that stand; gives the accounts that have new ones.
    fn put_wraps(
        &self,
        conversation: &ConversationId,
        wraps: &[NewWrap],
    ) -> Result<Vec<AccountId>, Failure>;
    /// The wraps of one account after a cursor.
    fn wraps(
        &self,
        conversation: &ConversationId,
        account: &AccountId,
        after: u64,
        limit: &PageLimit,
    ) -> Result<Page, Failure>;
    /// Stores a message once.
    fn post(
        &self,
        conversation: &ConversationId,
        position: u64,
        now: u64,
        bytes: &[u8],
    ) -> Result<Posted, Failure>;
    /// Messages that an account's memberships let it read: at positions from each one's floor
    /// on, stored before its end.
    fn messages(
        &self,
        conversation: &ConversationId,
        account: &AccountId,
        range: Range,
        limit: &PageLimit,
    ) -> Result<Page, Failure>;
    /// The newest membership of an account.
    fn membership(
        &self,
        conversation: &ConversationId,
        account: &AccountId,
    ) -> Result<Option<Membership>, Failure>;
    /// The conversations that an account is or was in, by id, from the one after `after`
    /// on: as many as one inbox list holds.
    fn inbox(&self, account: &AccountId, after: &ConversationId)
    -> Result<Vec<InboxItem>, Failure>;
    /// Accounts that share a conversation with this one.
    fn fellows(&self, account: &AccountId) -> Result<Vec<AccountId>, Failure>;
    /// Whether the database answers.
    fn check(&self) -> Result<(), Failure>;
}
