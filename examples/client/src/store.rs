use std::path::Path;

use privity::format::{ConversationId, MessageId};
use privity::{Changes, RecordKey};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::ClientError;

/// A device's database: the client's sealed records, the messages shown, the cursors.
///
/// Records, messages and cursors of one call are written in one transaction.
#[derive(Debug)]
pub struct Store(Connection);

/// Sealed records by their places.
pub type Records = Vec<(RecordKey, Vec<u8>)>;

/// A message as this example app keeps it.
///
/// The text stands in the clear: an app that wants its own database sealed uses the
/// platform's means for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    /// Where.
    pub conversation: ConversationId,
    /// Which.
    pub id: MessageId,
    /// Who, in the account's text form.
    pub author: String,
    /// When, by the author's clock.
    pub time: u64,
    /// What.
    pub text: String,
}

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS version (one INTEGER PRIMARY KEY CHECK (one = 1), value INTEGER);
INSERT OR IGNORE INTO version VALUES (1, 0);
CREATE TABLE IF NOT EXISTS record (place BLOB PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cursor (conversation BLOB PRIMARY KEY, value INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY, conversation BLOB NOT NULL, id BLOB NOT NULL,
    author TEXT NOT NULL, time INTEGER NOT NULL, text TEXT NOT NULL,
    UNIQUE (conversation, id));
";

impl Store {
    /// Opens the database file, or makes it.
    ///
    /// # Errors
    /// [`ClientError::Store`] as of every method below.
    pub fn open(path: &Path) -> Result<Self, ClientError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(connection))
    }

    /// The version and all records, to open a client from.
    pub fn load(&self) -> Result<(u64, Records), ClientError> {
        let version = self.0.query_row("SELECT value FROM version", [], |row| row.get(0))?;
        let mut query = self.0.prepare("SELECT place, bytes FROM record")?;
        let rows = query.query_map([], |row| Ok((RecordKey(row.get(0)?), row.get(1)?)))?;
        Ok((version, rows.collect::<Result<_, _>>()?))
    }

    /// Saves what a call wants saved.
    ///
    /// [`ClientError::Stale`] says that another process of this device wrote since: drop
    /// the client and open it again.
    pub fn apply(&mut self, changes: &Changes) -> Result<(), ClientError> {
        let transaction = self.0.transaction()?;
        write(&transaction, changes)?;
        Ok(transaction.commit()?)
    }

    /// Saves a received message with the window that counts it, and how far the relay's
    /// stream was read: all or nothing.
    pub fn apply_received(
        &mut self,
        changes: &Changes,
        conversation: &ConversationId,
        cursor: u64,
        message: Option<&StoredMessage>,
    ) -> Result<(), ClientError> {
        let transaction = self.0.transaction()?;
        write(&transaction, changes)?;
        transaction.execute(
            "INSERT OR REPLACE INTO cursor (conversation, value) VALUES (?1, ?2)",
            params![conversation.0, cursor],
        )?;
        if let Some(message) = message {
            insert(&transaction, message)?;
        }
        Ok(transaction.commit()?)
    }

    /// Keeps an own message beside those of others.
    pub fn keep(&mut self, message: &StoredMessage) -> Result<(), ClientError> {
        let transaction = self.0.transaction()?;
        insert(&transaction, message)?;
        Ok(transaction.commit()?)
    }

    /// How far a conversation's stream was read.
    pub fn cursor(&self, conversation: &ConversationId) -> Result<u64, ClientError> {
        let cursor = self
            .0
            .query_row(
                "SELECT value FROM cursor WHERE conversation = ?1",
                [conversation.0],
                |row| row.get(0),
            )
            .optional()?;
        Ok(cursor.unwrap_or(0))
    }

    /// The newest messages of a conversation, oldest first.
    pub fn messages(
        &self,
        conversation: &ConversationId,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, ClientError> {
        let mut query = self.0.prepare(
            "SELECT id, author, time, text FROM message WHERE conversation = ?1 \
             ORDER BY number DESC LIMIT ?2",
        )?;
        let rows = query.query_map(params![conversation.0, limit], |row| {
            Ok(StoredMessage {
                conversation: *conversation,
                id: MessageId(row.get(0)?),
                author: row.get(1)?,
                time: row.get(2)?,
                text: row.get(3)?,
            })
        })?;
        let mut messages: Vec<_> = rows.collect::<Result<_, _>>()?;
        messages.reverse();
        Ok(messages)
    }
}

fn write(transaction: &Transaction<'_>, changes: &Changes) -> Result<(), ClientError> {
    let moved = transaction.execute(
        "UPDATE version SET value = ?2 WHERE value = ?1",
        params![changes.expected_version, changes.version],
    )?;
    if moved != 1 {
        return Err(ClientError::Stale);
    }
    for (place, bytes) in &changes.put {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO record (place, bytes) VALUES (?1, ?2)")?
            .execute(params![place.0, bytes])?;
    }
    for place in &changes.delete {
        transaction.execute("DELETE FROM record WHERE place = ?1", [place.0])?;
    }
    Ok(())
}

fn insert(transaction: &Transaction<'_>, message: &StoredMessage) -> Result<(), ClientError> {
    transaction.execute(
        "INSERT OR IGNORE INTO message (conversation, id, author, time, text) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![message.conversation.0, message.id.0, message.author, message.time, message.text],
    )?;
    Ok(())
}
