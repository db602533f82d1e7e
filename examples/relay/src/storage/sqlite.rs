use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use privity_conversation::format::{Blob, StoredItem};
use rusqlite::{Connection, Row};

use crate::Failure;
use crate::storage::migration::migrate;

/// One SQLite file, in write-ahead mode, synced at each commit.
#[derive(Debug)]
pub struct Sqlite(Mutex<Connection>);

impl Sqlite {
    /// Opens the file, makes it if it is not there, and brings its schema up to date.
    ///
    /// # Errors
    /// If the file can't be opened, is no database, or is of a newer release.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        migrate(&mut connection)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Transactions roll back when dropped, so a thread that died leaves nothing half done.
    pub(super) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A row of `cursor, bytes`.
pub(super) fn stored_item(row: &Row<'_>) -> rusqlite::Result<StoredItem> {
    Ok(StoredItem { cursor: row.get(0)?, bytes: Blob(row.get(1)?) })
}

/// SQLite counts in signed 64 bits: no relay stores more rows than that.
pub(super) fn sql(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A page's length in SQLite's integers.
pub(super) fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
