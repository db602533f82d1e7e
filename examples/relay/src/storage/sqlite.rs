use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use privity_conversation::format::{Blob, Page, PageEnd, RelayErrorCode, StoredItem};
use rusqlite::{Connection, Params, Row};

use crate::Failure;
use crate::storage::PageLimit;
use crate::storage::migration::migrate;

/// One SQLite file, in write-ahead mode, synced at each commit.
#[derive(Debug)]
pub struct Sqlite(Mutex<Connection>);

impl Sqlite {
    /// Opens the file, makes it if it is not there, and brings its schema up to date.
    ///
    /// A call waits for `wait` when another program writes to the file; what would make it
    /// larger than `most` bytes is refused.
    ///
    /// # Errors
    /// If the file can't be opened, is no database, or is of a newer release.
    pub fn open(path: &Path, wait: Duration, most: u64) -> Result<Self, Failure> {
        let unusable = |error: rusqlite::Error| {
            let file = path.display();
            Failure::new(
                RelayErrorCode::Unavailable,
                format_args!("can't use {file} as database: {error}; choose another --database"),
            )
        };
        let mut connection = Connection::open(path).map_err(unusable)?;
        connection.busy_timeout(wait).map_err(unusable)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(unusable)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(unusable)?;
        migrate(&mut connection)?;
        let page: u64 =
            connection.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(unusable)?;
        let pages = (most / page.max(1)).clamp(1, MOST_PAGES);
        connection.pragma_update(None, "max_page_count", pages).map_err(unusable)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Whatever writes is begun as a writer: one that reads first and writes then would be
    /// refused at once, without waiting, when another program wrote in between.
    ///
    /// Transactions roll back when dropped, so a thread that died leaves nothing half done.
    pub(super) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// More pages no SQLite file has.
const MOST_PAGES: u64 = 0xffff_fffe;

/// A row of `cursor, bytes`.
fn stored_item(row: &Row<'_>) -> rusqlite::Result<StoredItem> {
    Ok(StoredItem { cursor: row.get(0)?, bytes: Blob(row.get(1)?) })
}

/// SQLite counts in signed 64 bits: no relay stores more rows than that.
pub(super) fn sql(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Runs a query of `cursor, bytes` rows, one more than the page holds.
pub(super) fn page(
    connection: &Connection,
    query: &str,
    parameters: impl Params,
    limit: &PageLimit,
) -> Result<Page, Failure> {
    let mut query = connection.prepare_cached(query)?;
    let (mut items, mut bytes) = (Vec::new(), 0_usize);
    for item in query.query_map(parameters, stored_item)? {
        let item = item?;
        bytes = bytes.saturating_add(item.bytes.0.len());
        let full = items.len() == limit.items || bytes > limit.bytes;
        if full && !items.is_empty() {
            return Ok(Page { items, end: PageEnd::More });
        }
        items.push(item);
    }
    Ok(Page { items, end: PageEnd::Last })
}

/// The rows to ask for: one more than the page holds.
pub(super) fn rows(limit: &PageLimit) -> i64 {
    i64::try_from(limit.items).map_or(i64::MAX, |items| items.saturating_add(1))
}
