use privity_conversation::format::{AccountId, DeviceId, Page, Pin, RelayErrorCode};
use rusqlite::TransactionBehavior::Immediate;
use rusqlite::{Connection, OptionalExtension, params};

use crate::Failure;
use crate::storage::sqlite::{Sqlite, page, rows, sql};
use crate::storage::{NewSession, NewStatement, PageLimit, Session, Stored};

impl Sqlite {
    pub(super) fn publish_statement(&self, new: &NewStatement) -> Result<Stored, Failure> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(Immediate)?;
        let repeats = statement_at(&transaction, &new.account, new.seq)?;
        let repeats = repeats.is_some_and(|it| it == new.bytes);
        let head: Option<(u64, Vec<u8>)> = transaction
            .query_row(
                "SELECT seq, hash FROM statement WHERE account = ?1 ORDER BY seq DESC LIMIT 1",
                [new.account.0],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        if repeats {
            let newest = head.is_some_and(|(seq, _)| seq == new.seq);
            add_missing(&transaction, new, newest)?;
            transaction.commit()?;
            return Ok(Stored::Repeat);
        }
        let follows = match &head {
            None => new.seq == 0,
            Some((seq, hash)) => seq + 1 == new.seq && *hash == new.prev.0,
        };
        if !follows {
            return Err(Failure::new(
                RelayErrorCode::HeadMoved,
                format_args!("the chain's newest statement is {}", head.map_or(0, |it| it.0)),
            ));
        }
        transaction.execute(
            "INSERT INTO statement (account, seq, hash, bytes) VALUES (?1, ?2, ?3, ?4)",
            params![new.account.0, sql(new.seq), new.hash.0, new.bytes],
        )?;
        end_sessions(&transaction, &new.account, &new.active)?;
        if let Some(sign) = new.recovery {
            transaction.execute(
                "INSERT OR IGNORE INTO recovery (sign, account) VALUES (?1, ?2)",
                params![sign, new.account.0],
            )?;
        }
        if let Some((generation, bytes)) = &new.generation {
            put_generation(&transaction, &new.account, *generation, bytes)?;
        }
        if let Some(bytes) = &new.registered {
            if !new.by_recovery {
                check_registered(&transaction, &new.account, bytes)?;
            }
            transaction.execute(
                "INSERT OR REPLACE INTO registered (account, bytes) VALUES (?1, ?2)",
                params![new.account.0, bytes],
            )?;
        }
        transaction.commit()?;
        Ok(Stored::New)
    }

    pub(super) fn statement_page(
        &self,
        account: &AccountId,
        from: u64,
        limit: &PageLimit,
    ) -> Result<Page, Failure> {
        const QUERY: &str = "SELECT seq, bytes FROM statement WHERE account = ?1 AND seq >= ?2 \
             ORDER BY seq LIMIT ?3";
        page(&self.lock(), QUERY, params![account.0, sql(from), rows(limit)], limit)
    }

    pub(super) fn has_statement(&self, pin: &Pin) -> Result<bool, Failure> {
        let connection = self.lock();
        let mut query = connection.prepare_cached(
            "SELECT 1 FROM statement WHERE account = ?1 AND seq = ?2 AND hash = ?3",
        )?;
        Ok(query.exists(params![pin.account.0, sql(pin.seq), pin.hash.0])?)
    }

    pub(super) fn account_by_recovery(
        &self,
        sign: &[u8; 32],
    ) -> Result<Option<AccountId>, Failure> {
        let connection = self.lock();
        let mut query =
            connection.prepare_cached("SELECT account FROM recovery WHERE sign = ?1")?;
        Ok(query.query_row([sign], |row| row.get(0).map(AccountId)).optional()?)
    }

    pub(super) fn replace_generation(
        &self,
        account: &AccountId,
        generation: u32,
        bytes: &[u8],
    ) -> Result<(), Failure> {
        put_generation(&self.lock(), account, generation, bytes)
    }

    pub(super) fn generation_page(
        &self,
        account: &AccountId,
        from: u64,
        limit: &PageLimit,
    ) -> Result<Page, Failure> {
        const QUERY: &str = "SELECT generation, bytes FROM generation \
             WHERE account = ?1 AND generation >= ?2 ORDER BY generation LIMIT ?3";
        page(&self.lock(), QUERY, params![account.0, sql(from), rows(limit)], limit)
    }

    pub(super) fn registered_seed(&self, account: &AccountId) -> Result<Option<Vec<u8>>, Failure> {
        registered_of(&self.lock(), account)
    }

    pub(super) fn keep_session(&self, new: &NewSession, most: usize) -> Result<(), Failure> {
        let (account, device) = (new.session.account.0, new.session.device.0);
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(Immediate)?;
        let newest: Option<u64> = transaction.query_row(
            "SELECT max(seq) FROM statement WHERE account = ?1",
            [account],
            |row| row.get(0),
        )?;
        if newest != Some(new.seq) {
            let why = "the account has a new statement: log in again";
            return Err(Failure::new(RelayErrorCode::LoginNeeded, why));
        }
        transaction.execute("DELETE FROM session WHERE ends <= ?1", [sql(new.now)])?;
        // Logins of one millisecond stay in their order: each ends after the one before.
        transaction.execute(
            "INSERT INTO session (token, account, device, ends) SELECT ?1, ?2, ?3, \
                 max(?4, coalesce(max(ends) + 1, 0)) \
                 FROM session WHERE account = ?2 AND device = ?3",
            params![new.token, account, device, sql(new.ends)],
        )?;
        transaction.execute(
            "DELETE FROM session WHERE account = ?1 AND device = ?2 AND token NOT IN ( \
                 SELECT token FROM session WHERE account = ?1 AND device = ?2 \
                 ORDER BY ends DESC LIMIT ?3)",
            params![account, device, i64::try_from(most.max(1)).unwrap_or(i64::MAX)],
        )?;
        transaction.commit()?;
        Ok(())
    }

    pub(super) fn find_session(
        &self,
        token: &[u8; 32],
        now: u64,
    ) -> Result<Option<Session>, Failure> {
        let connection = self.lock();
        let mut query = connection
            .prepare_cached("SELECT account, device FROM session WHERE token = ?1 AND ends > ?2")?;
        let session = query
            .query_row(params![token, sql(now)], |row| {
                Ok(Session { account: AccountId(row.get(0)?), device: DeviceId(row.get(1)?) })
            })
            .optional()?;
        Ok(session)
    }
}

fn registered_of(connection: &Connection, account: &AccountId) -> Result<Option<Vec<u8>>, Failure> {
    let mut query = connection.prepare_cached("SELECT bytes FROM registered WHERE account = ?1")?;
    Ok(query.query_row([account.0], |row| row.get(0)).optional()?)
}

/// A thief's device signs statements, too: it may not take the owner's way back.
fn check_registered(
    connection: &Connection,
    account: &AccountId,
    bytes: &[u8],
) -> Result<(), Failure> {
    if registered_of(connection, account)?.is_some_and(|it| it != bytes) {
        return Err(Failure::not_entitled("another registered seed stands: it stays"));
    }
    Ok(())
}

/// Anybody may have brought a statement here first, without its records or with wrong ones.
///
/// The owner is told of a registered seed that is not the same, unless it may be newer.
fn add_missing(
    connection: &Connection,
    new: &NewStatement,
    is_newest: bool,
) -> Result<(), Failure> {
    if let Some((generation, bytes)) = &new.generation {
        connection.execute(
            "INSERT OR IGNORE INTO generation (account, generation, bytes) VALUES (?1, ?2, ?3)",
            params![new.account.0, generation, bytes],
        )?;
    }
    let Some(bytes) = &new.registered else { return Ok(()) };
    if is_newest {
        check_registered(connection, &new.account, bytes)?;
    }
    connection.execute(
        "INSERT OR IGNORE INTO registered (account, bytes) VALUES (?1, ?2)",
        params![new.account.0, bytes],
    )?;
    Ok(())
}

fn end_sessions(
    connection: &Connection,
    account: &AccountId,
    active: &[DeviceId],
) -> Result<(), Failure> {
    let mut query = connection.prepare_cached("SELECT device FROM session WHERE account = ?1")?;
    let devices = query.query_map([account.0], |row| row.get(0).map(DeviceId))?;
    for device in devices.collect::<Result<Vec<_>, _>>()? {
        if !active.contains(&device) {
            connection
                .prepare_cached("DELETE FROM session WHERE account = ?1 AND device = ?2")?
                .execute([account.0, device.0])?;
        }
    }
    Ok(())
}

fn statement_at(
    connection: &Connection,
    account: &AccountId,
    seq: u64,
) -> Result<Option<Vec<u8>>, Failure> {
    let mut query =
        connection.prepare_cached("SELECT bytes FROM statement WHERE account = ?1 AND seq = ?2")?;
    Ok(query.query_row(params![account.0, sql(seq)], |row| row.get(0)).optional()?)
}

fn put_generation(
    connection: &Connection,
    account: &AccountId,
    generation: u32,
    bytes: &[u8],
) -> Result<(), Failure> {
    connection.execute(
        "INSERT OR REPLACE INTO generation (account, generation, bytes) VALUES (?1, ?2, ?3)",
        params![account.0, generation, bytes],
    )?;
    Ok(())
}
