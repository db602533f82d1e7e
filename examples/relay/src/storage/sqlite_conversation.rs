use std::ops::RangeInclusive;

use privity_conversation::format::{
    AccountId, ConversationId, EntryHash, InboxItem, Page, Pin, RelayErrorCode, limit,
};
use privity_wire::Codec;
use rusqlite::TransactionBehavior::Immediate;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::storage::sqlite::{Sqlite, page, rows, sql};
use crate::storage::{
    Head, Membership, MembershipChange, NewEntry, NewSession, NewStatement, NewWrap, PageLimit,
    Posted, Range, Session, Storage, Stored,
};

/// Messages of a conversation between two cursors that one of an account's memberships
/// grants.
macro_rules! granted {
    () => {
        "SELECT m.cursor, m.bytes FROM message m \
         WHERE m.conversation = ?1 AND m.cursor > ?3 AND m.cursor <= ?4 AND EXISTS ( \
             SELECT 1 FROM period p WHERE p.account = ?2 AND p.conversation = ?1 \
             AND m.position >= p.floor AND m.position < COALESCE(p.until, ?5) \
             AND m.cursor <= COALESCE(p.newest, ?5))"
    };
}

impl Storage for Sqlite {
    fn publish(&self, statement: &NewStatement) -> Result<Stored, Failure> {
        self.publish_statement(statement)
    }

    fn statements(
        &self,
        account: &AccountId,
        from: u64,
        limit: &PageLimit,
    ) -> Result<Page, Failure> {
        self.statement_page(account, from, limit)
    }

    fn stands(&self, pin: &Pin) -> Result<bool, Failure> {
        self.has_statement(pin)
    }

    fn account_of_recovery(&self, sign: &[u8; 32]) -> Result<Option<AccountId>, Failure> {
        self.account_by_recovery(sign)
    }

    fn put_generation(
        &self,
        account: &AccountId,
        generation: u32,
        bytes: &[u8],
    ) -> Result<(), Failure> {
        self.replace_generation(account, generation, bytes)
    }

    fn generations(
        &self,
        account: &AccountId,
        from: u64,
        limit: &PageLimit,
    ) -> Result<Page, Failure> {
        self.generation_page(account, from, limit)
    }

    fn registered(&self, account: &AccountId) -> Result<Option<Vec<u8>>, Failure> {
        self.registered_seed(account)
    }

    fn put_session(&self, new: &NewSession, most: usize) -> Result<(), Failure> {
        self.keep_session(new, most)
    }

    fn session(&self, token: &[u8; 32], now: u64) -> Result<Option<Session>, Failure> {
        self.find_session(token, now)
    }

    fn head(&self, conversation: &ConversationId) -> Result<Option<Head>, Failure> {
        stored_head(&self.lock(), conversation)
    }

    fn append(&self, new: &NewEntry) -> Result<(), Failure> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(Immediate)?;
        if entry_at(&transaction, &new.conversation, new.position)?
            .is_some_and(|bytes| bytes == new.bytes)
        {
            return Ok(());
        }
        swap_head(&transaction, new)?;
        transaction.execute(
            "INSERT INTO entry (conversation, position, hash, bytes, newest) VALUES \
                 (?1, ?2, ?3, ?4, \
                 COALESCE((SELECT MAX(cursor) FROM message WHERE conversation = ?1), 0))",
            params![new.conversation.0, sql(new.position), new.hash.0, new.bytes],
        )?;
        for change in &new.memberships {
            change_membership(&transaction, &new.conversation, new.position, change)?;
        }
        insert_wraps(&transaction, &new.conversation, &new.wraps)?;
        transaction.commit()?;
        Ok(())
    }

    fn entries(
        &self,
        conversation: &ConversationId,
        positions: RangeInclusive<u64>,
        limit: &PageLimit,
    ) -> Result<Page, Failure> {
        const QUERY: &str = "SELECT position, bytes FROM entry WHERE conversation = ?1 \
             AND position BETWEEN ?2 AND ?3 ORDER BY position LIMIT ?4";
        let (from, to) = (sql(*positions.start()), sql(*positions.end()));
        page(&self.lock(), QUERY, params![conversation.0, from, to, rows(limit)], limit)
    }

    fn put_wraps(
        &self,
        conversation: &ConversationId,
        wraps: &[NewWrap],
    ) -> Result<Vec<AccountId>, Failure> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(Immediate)?;
        let recipients = insert_wraps(&transaction, conversation, wraps)?;
        transaction.commit()?;
        Ok(recipients)
    }

    fn wraps(
        &self,
        conversation: &ConversationId,
        account: &AccountId,
        after: u64,
        limit: &PageLimit,
    ) -> Result<Page, Failure> {
        const QUERY: &str = "SELECT cursor, bytes FROM wrap WHERE conversation = ?1 \
             AND account = ?2 AND cursor > ?3 ORDER BY cursor LIMIT ?4";
        let parameters = params![conversation.0, account.0, sql(after), rows(limit)];
        page(&self.lock(), QUERY, parameters, limit)
    }

    fn post(
        &self,
        conversation: &ConversationId,
        position: u64,
        now: u64,
        bytes: &[u8],
    ) -> Result<Posted, Failure> {
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        let connection = self.lock();
        let stored = connection
            .prepare_cached(
                "INSERT OR IGNORE INTO message (conversation, position, digest, stored_at, bytes) \
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![conversation.0, sql(position), digest, sql(now), bytes])?;
        let cursor = connection.query_row(
            "SELECT cursor FROM message WHERE conversation = ?1 AND digest = ?2",
            params![conversation.0, digest],
            |row| row.get(0),
        )?;
        Ok(if stored == 1 { Posted::New(cursor) } else { Posted::Repeat(cursor) })
    }

    fn messages(
        &self,
        conversation: &ConversationId,
        account: &AccountId,
        range: Range,
        limit: &PageLimit,
    ) -> Result<Page, Failure> {
        const BOUNDS: &str = "SELECT MIN(oldest), MAX(COALESCE(newest, ?3)) FROM period \
             WHERE account = ?1 AND conversation = ?2";
        const UP: &str = concat!(granted!(), " ORDER BY m.cursor LIMIT ?6");
        const DOWN: &str = concat!(granted!(), " ORDER BY m.cursor DESC LIMIT ?6");
        let connection = self.lock();
        let mut bounds = connection.prepare_cached(BOUNDS)?;
        let (oldest, newest): (Option<i64>, Option<i64>) = bounds
            .query_row(params![account.0, conversation.0, i64::MAX], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let (mut after, mut last) = (oldest.unwrap_or(0), newest.unwrap_or(0));
        let query = match range {
            Range::After(cursor) => {
                after = after.max(sql(cursor));
                UP
            }
            Range::Before(cursor) => {
                last = last.min(sql(cursor).saturating_sub(1));
                DOWN
            }
        };
        let parameters = params![conversation.0, account.0, after, last, i64::MAX, rows(limit)];
        let mut page = page(&connection, query, parameters, limit)?;
        page.items.sort_by_key(|item| item.cursor);
        Ok(page)
    }

    fn membership(
        &self,
        conversation: &ConversationId,
        account: &AccountId,
    ) -> Result<Option<Membership>, Failure> {
        let connection = self.lock();
        let mut query = connection.prepare_cached(
            "SELECT until FROM membership WHERE account = ?1 AND conversation = ?2",
        )?;
        let read = |row: &Row<'_>| Ok(Membership { until: row.get(0)? });
        Ok(query.query_row(params![account.0, conversation.0], read).optional()?)
    }

    fn inbox(
        &self,
        account: &AccountId,
        after: &ConversationId,
    ) -> Result<Vec<InboxItem>, Failure> {
        let connection = self.lock();
        let mut query = connection.prepare_cached(
            "SELECT c.id, MIN(c.position, COALESCE(s.until, c.position)), COALESCE(s.newest, ( \
                 SELECT MAX(m.cursor) FROM message m WHERE m.conversation = c.id), 0) \
             FROM membership s JOIN conversation c ON c.id = s.conversation \
             WHERE s.account = ?1 AND s.conversation > ?2 ORDER BY s.conversation LIMIT ?3",
        )?;
        let rows = query.query_map(params![account.0, after.0, limit::PAGE], |row| {
            Ok(InboxItem {
                conversation: ConversationId(row.get(0)?),
                head: row.get(1)?,
                newest: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn fellows(&self, account: &AccountId) -> Result<Vec<AccountId>, Failure> {
        let connection = self.lock();
        let mut query = connection.prepare_cached(
            "SELECT DISTINCT other.account FROM membership own \
             JOIN membership other ON other.conversation = own.conversation \
             WHERE own.account = ?1 AND own.until IS NULL AND other.until IS NULL",
        )?;
        let rows = query.query_map([account.0], |row| row.get(0).map(AccountId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn check(&self) -> Result<(), Failure> {
        self.lock().query_row(
            "SELECT COUNT(*) FROM (SELECT 1 FROM statement LIMIT 1)",
            [],
            |_| Ok(()),
        )?;
        Ok(())
    }
}

fn stored_head(
    connection: &Connection,
    conversation: &ConversationId,
) -> Result<Option<Head>, Failure> {
    let mut query =
        connection.prepare_cached("SELECT position, hash, fold FROM conversation WHERE id = ?1")?;
    let read = |row: &Row<'_>| {
        Ok(Head { position: row.get(0)?, hash: EntryHash(row.get(1)?), fold: row.get(2)? })
    };
    Ok(query.query_row([conversation.0], read).optional()?)
}

fn entry_at(
    connection: &Connection,
    conversation: &ConversationId,
    position: u64,
) -> Result<Option<Vec<u8>>, Failure> {
    let mut query = connection
        .prepare_cached("SELECT bytes FROM entry WHERE conversation = ?1 AND position = ?2")?;
    let parameters = params![conversation.0, sql(position)];
    Ok(query.query_row(parameters, |row| row.get(0)).optional()?)
}

/// The compare and the swap: one statement, so that of two appends at one head one wins.
fn swap_head(connection: &Connection, new: &NewEntry) -> Result<(), Failure> {
    let changed = if new.position == 0 {
        connection.execute(
            "INSERT OR IGNORE INTO conversation (id, position, hash, fold) VALUES (?1, 0, ?2, ?3)",
            params![new.conversation.0, new.hash.0, new.fold],
        )?
    } else {
        connection.execute(
            "UPDATE conversation SET position = ?2, hash = ?3, fold = ?4 \
             WHERE id = ?1 AND position = ?2 - 1 AND hash = ?5",
            params![new.conversation.0, sql(new.position), new.hash.0, new.fold, new.prev.0],
        )?
    };
    if changed == 1 {
        Ok(())
    } else {
        Err(Failure::new(RelayErrorCode::HeadMoved, "another entry stands at this position"))
    }
}

fn change_membership(
    connection: &Connection,
    conversation: &ConversationId,
    position: u64,
    change: &MembershipChange,
) -> Result<(), Failure> {
    match change {
        MembershipChange::Begins { account, floor } => {
            connection
                .prepare_cached(
                    "INSERT INTO earlier_membership SELECT account, conversation, floor, until, \
                         oldest, newest FROM membership \
                     WHERE account = ?1 AND conversation = ?2 AND until NOT NULL",
                )?
                .execute(params![account.0, conversation.0])?;
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO membership \
                         (account, conversation, floor, until, oldest, newest) \
                     VALUES (?1, ?2, ?3, NULL, COALESCE((SELECT newest FROM entry \
                         WHERE conversation = ?2 AND position = ?3), 0), NULL)",
                )?
                .execute(params![account.0, conversation.0, sql(*floor)])?
        }
        MembershipChange::Ends { account } => connection
            .prepare_cached(
                "UPDATE membership SET until = ?3, newest = COALESCE((SELECT newest FROM entry \
                     WHERE conversation = ?2 AND position = ?3), 0) \
                 WHERE account = ?1 AND conversation = ?2",
            )?
            .execute(params![account.0, conversation.0, sql(position)])?,
    };
    Ok(())
}

/// Gives the accounts that have a new one.
fn insert_wraps(
    connection: &Connection,
    conversation: &ConversationId,
    wraps: &[NewWrap],
) -> Result<Vec<AccountId>, Failure> {
    let mut recipients = Vec::new();
    let mut insert = connection.prepare_cached(
        "INSERT OR IGNORE INTO wrap (conversation, anchor, account, recipient, wrapper, bytes) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for wrap in wraps {
        let recipient = wrap
            .recipient
            .to_bytes()
            .map_err(|error| Failure::new(RelayErrorCode::Internal, error))?;
        let new = insert.execute(params![
            conversation.0,
            sql(wrap.anchor),
            wrap.recipient.account().0,
            recipient,
            wrap.wrapper.0,
            wrap.bytes
        ])?;
        if new == 1 {
            recipients.push(wrap.recipient.account());
        }
    }
    Ok(recipients)
}
