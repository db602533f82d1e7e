use rusqlite::Connection;
use rusqlite::TransactionBehavior::Immediate;

use crate::Failure;

/// Schema versions in order; a released one is never edited, only followed.
const MIGRATIONS: &[&str] = &[
    "
CREATE TABLE statement (
    account BLOB NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (account, seq)) WITHOUT ROWID;
CREATE TABLE recovery (sign BLOB PRIMARY KEY, account BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE generation (
    account BLOB NOT NULL, generation INTEGER NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (account, generation)) WITHOUT ROWID;
CREATE TABLE registered (account BLOB PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE session (
    token BLOB PRIMARY KEY, account BLOB NOT NULL, device BLOB NOT NULL, ends INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE conversation (
    id BLOB PRIMARY KEY, position INTEGER NOT NULL, hash BLOB NOT NULL, fold BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE entry (
    conversation BLOB NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL,
    bytes BLOB NOT NULL, PRIMARY KEY (conversation, position)) WITHOUT ROWID;
CREATE TABLE wrap (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT, conversation BLOB NOT NULL,
    anchor INTEGER NOT NULL, account BLOB NOT NULL, recipient BLOB NOT NULL,
    wrapper BLOB NOT NULL, bytes BLOB NOT NULL);
CREATE UNIQUE INDEX wrap_once ON wrap (conversation, anchor, recipient, wrapper);
CREATE INDEX wrap_of ON wrap (conversation, account, cursor);
CREATE TABLE message (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT, conversation BLOB NOT NULL,
    position INTEGER NOT NULL, digest BLOB NOT NULL, stored_at INTEGER NOT NULL,
    bytes BLOB NOT NULL);
CREATE UNIQUE INDEX message_once ON message (conversation, digest);
CREATE INDEX message_of ON message (conversation, cursor);
CREATE TABLE membership (
    account BLOB NOT NULL, conversation BLOB NOT NULL, floor INTEGER NOT NULL,
    until INTEGER, PRIMARY KEY (account, conversation)) WITHOUT ROWID;
CREATE INDEX member_of ON membership (conversation);
",
    "
CREATE INDEX session_of ON session (account, device, ends);
CREATE INDEX session_ends ON session (ends);
DROP INDEX message_of;
CREATE INDEX message_of ON message (conversation, cursor, position);
",
    // Between which messages a membership lies, so that no page looks through all the others;
    // earlier memberships of who came back.
    "
ALTER TABLE entry ADD COLUMN newest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE membership ADD COLUMN oldest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE membership ADD COLUMN newest INTEGER;
UPDATE membership SET newest = COALESCE((
    SELECT MAX(m.cursor) FROM message m
    WHERE m.conversation = membership.conversation AND m.position < membership.until), 0)
    WHERE until NOT NULL;
CREATE TABLE earlier_membership (
    account BLOB NOT NULL, conversation BLOB NOT NULL, floor INTEGER NOT NULL,
    until INTEGER NOT NULL, oldest INTEGER NOT NULL, newest INTEGER NOT NULL,
    PRIMARY KEY (account, conversation, until)) WITHOUT ROWID;
CREATE VIEW period AS
    SELECT account, conversation, floor, until, oldest, newest FROM membership
    UNION ALL SELECT account, conversation, floor, until, oldest, newest FROM earlier_membership;
",
];

/// Brings a database of any earlier release to this one's schema.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Failure> {
    let version = |connection: &Connection| {
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, usize>(0))
    };
    let done = version(connection)?;
    if done > MIGRATIONS.len() {
        return Err(Failure::new(
            privity_conversation::format::RelayErrorCode::Unavailable,
            "the database is of a newer release: update the relay, or take another file",
        ));
    }
    for (index, step) in MIGRATIONS.iter().enumerate().skip(done) {
        let transaction = connection.transaction_with_behavior(Immediate)?;
        // another relay that started on the same file may have been here meanwhile
        if version(&transaction)? > index {
            continue;
        }
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", index + 1)?;
        transaction.commit()?;
    }
    Ok(())
}
