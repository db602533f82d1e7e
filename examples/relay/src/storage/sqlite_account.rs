use privity_conversation::format::{AccountId, DeviceId, RelayErrorCode, StoredItem};
use rusqlite::{Connection, OptionalExtension, params};

use crate::Failure;
use crate::storage::sqlite::{Sqlite, sql, sql_limit, stored_item};
use crate::storage::{NewStatement, Session};

impl Sqlite {
    pub(super) fn publish_statement(&self, new: &NewStatement) -> Result<(), Failure> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        if statement_at(&transaction, &new.account, new.seq)?.is_some_and(|it| it == new.bytes) {
            return Ok(());
        }
        let head: Option<(u64, Vec<u8>)> = transaction
            .query_row(
                "SELECT seq, hash FROM statement WHERE account = ?1 ORDER BY seq DESC LIMIT 1",
                [new.account.0],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
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
            transaction.execute(
                "INSERT OR REPLACE INTO registered (account, bytes) VALUES (?1, ?2)",
                params![new.account.0, bytes],
            )?;
        }
        transaction.commit()?;
        Ok(())
    }

    pub(super) fn statement_page(
        &self,
        account: &AccountId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredItem>, Failure> {
        let connection = self.lock();
        let mut query = connection.prepare_cached(
            "SELECT seq, bytes FROM statement WHERE account = ?1 AND seq >= ?2 \
             ORDER BY seq LIMIT ?3",
        )?;
        let rows = query.query_map(params![account.0, sql(from), sql_limit(limit)], stored_item)?;
        Ok(rows.collect::<Result<_, _>>()?)
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

    pub(super) fn generation_list(&self, account: &AccountId) -> Result<Vec<StoredItem>, Failure> {
        let connection = self.lock();
        let mut query = connection.prepare_cached(
            "SELECT generation, bytes FROM generation WHERE account = ?1 ORDER BY generation",
        )?;
        let rows = query.query_map([account.0], stored_item)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn registered_seed(&self, account: &AccountId) -> Result<Option<Vec<u8>>, Failure> {
        let connection = self.lock();
        let mut query =
            connection.prepare_cached("SELECT bytes FROM registered WHERE account = ?1")?;
        Ok(query.query_row([account.0], |row| row.get(0)).optional()?)
    }

    pub(super) fn keep_session(
        &self,
        token: &[u8; 32],
        session: &Session,
        ends: u64,
    ) -> Result<(), Failure> {
        self.lock().execute(
            "INSERT OR REPLACE INTO session (token, account, device, ends) VALUES (?1, ?2, ?3, ?4)",
            params![token, session.account.0, session.device.0, sql(ends)],
        )?;
        Ok(())
    }

    pub(super) fn find_session(
        &self,
        token: &[u8; 32],
        now: u64,
    ) -> Result<Option<Session>, Failure> {
        let connection = self.lock();
        connection.prepare_cached("DELETE FROM session WHERE ends < ?1")?.execute([sql(now)])?;
        let mut query =
            connection.prepare_cached("SELECT account, device FROM session WHERE token = ?1")?;
        let session = query
            .query_row([token], |row| {
                Ok(Session { account: AccountId(row.get(0)?), device: DeviceId(row.get(1)?) })
            })
            .optional()?;
        Ok(session)
    }
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
