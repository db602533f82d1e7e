//! What a database promises that several programs use, or that a relay left in a hurry.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use privity::Codec;
use privity::format::{DeviceId, RelayErrorCode, Statement};
use privity_client::{RelayClient, Window};
use privity_relay::Config;
use privity_relay::storage::{NewSession, Session, Sqlite, Storage};

use crate::accounts::publication_of;
use crate::person::{Person, Place, append_of};

#[tokio::test(flavor = "multi_thread")]
async fn reading_goes_on_while_another_program_writes() {
    let place = Place::with(|limits| limits.database = Duration::ZERO).await;
    let mut alice = place.person("alice").await;
    let id = alice.converse(&[]).await;
    let cursor = alice.say(&id, "hello").await;
    let other = place.sql();
    other.execute_batch("BEGIN IMMEDIATE; DELETE FROM session").unwrap();
    assert_eq!(alice.device.relay.inbox().await.unwrap().0[0].newest, cursor);
    let page = alice.device.relay.messages(&id, Window::After(0)).await.unwrap();
    assert_eq!(page.items[0].cursor, cursor);
    other.execute_batch("ROLLBACK").unwrap();
}

/// A device that is revoked between the check of its login and its token gets none.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_was_checked_before_a_statement_is_not_kept() {
    let place = Place::new().await;
    let alice = place.person("alice").await;
    let storage = Sqlite::open(&place.database(), Duration::from_secs(5), 1 << 30).unwrap();
    let session = Session { account: alice.account(), device: alice.device.client.device() };
    let new = NewSession { token: [1; 32], session, now: 0, ends: u64::MAX, seq: 0 };
    storage.put_session(&new, 8).unwrap();
    let chain = alice.device.client.directory().chain(&alice.account()).unwrap().clone();
    let (relay, lost) = (alice.device.relay.clone(), session.device);
    let mut rng = privity::System::new().unwrap();
    let revoked = crate::accounts::revocation(&alice.phrase, &chain, &relay, lost, &mut rng).await;
    relay.publish(&revoked).await.unwrap();
    assert_eq!(storage.session(&[1; 32], 0).unwrap(), None, "ended with the statement");
    let late = NewSession { token: [2; 32], ..new };
    let refused = storage.put_session(&late, 8).unwrap_err();
    assert_eq!(refused.0.code, RelayErrorCode::LoginNeeded);
    assert_eq!(storage.session(&[2; 32], 0).unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_that_ended_are_forgotten() {
    let place = Place::new().await;
    let (alice, changes) = place.stranger("alice");
    let statement = publication_of(&changes);
    place.client().publish(&statement).await.unwrap();
    let account = Statement::from_bytes(&statement.statement.0).unwrap().body.account_id().unwrap();
    assert_eq!(account, alice.account());
    let storage = Sqlite::open(&place.database(), Duration::from_secs(5), 1 << 30).unwrap();
    for number in 0..20_u8 {
        let session = Session { account, device: DeviceId([number; 32]) };
        let now = u64::from(number) * 10;
        let new = NewSession { token: [number; 32], session, now, ends: now + 5, seq: 0 };
        storage.put_session(&new, 8).unwrap();
        assert_eq!(storage.session(&[number; 32], now).unwrap(), Some(session));
        assert_eq!(storage.session(&[number; 32], now + 5).unwrap(), None);
    }
    let kept: u32 =
        place.sql().query_row("SELECT COUNT(*) FROM session", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 1);
}

/// Both write all the time, and neither is refused because the other did.
#[tokio::test(flavor = "multi_thread")]
async fn two_relays_share_a_database() {
    let place = Place::new().await;
    let second = privity_relay::start(Config::loopback(place.database())).await.unwrap();
    let writes = async |mut person: Person, origin: &str| {
        person.device.relay = RelayClient::new(origin);
        person.device.login().await.unwrap();
        for _ in 0..15 {
            let id = person.converse(&[]).await;
            person.say(&id, "hello").await;
        }
        person.device.relay.inbox().await.unwrap().0.len()
    };
    let (alice, bob) = (place.person("alice").await, place.person("bob").await);
    let both = tokio::join!(writes(alice, place.relay.origin()), writes(bob, second.origin()));
    assert_eq!(both, (15, 15));
    second.stop().await;
}

/// One relay's compare-and-swap holds against the other's.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_appends_at_two_relays_one_wins() {
    let place = Place::new().await;
    let second = privity_relay::start(Config::loopback(place.database())).await.unwrap();
    let (mut alice, mut bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[&bob]).await;
    bob.sync().await;
    let changes = bob.change(|client, context| client.accept(&id, context));
    bob.perform(changes).await;
    bob.device.relay = RelayClient::new(second.origin());
    bob.device.login().await.unwrap();
    let ours = append_of(&alice.change(|client, context| client.rotate(&id, context)));
    let theirs = append_of(&bob.change(|client, context| client.rotate(&id, context)));
    let (first, other) =
        tokio::join!(alice.device.relay.append(&ours), bob.device.relay.append(&theirs));
    assert!(first.is_ok() != other.is_ok(), "{first:?}, {other:?}");
    let lost = if first.is_ok() { other } else { first };
    assert_eq!(crate::person::code(lost), RelayErrorCode::HeadMoved);
    second.stop().await;
}

/// The relay as a program of its own.
struct Program {
    child: Child,
    origin: String,
}

impl Program {
    fn start(database: &std::path::Path, listen: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_privity-relay"))
            .args(["--listen", listen, "--database"])
            .arg(database)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let origin = line.trim().rsplit(' ').next().unwrap().to_owned();
        Self { child, origin }
    }
}

/// Killed between any two requests, a relay has all that it said it had.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_relay_has_lost_nothing_that_it_answered() {
    let place = Place::new().await;
    let mut alice = place.person("alice").await;
    let database = place.folder.path().join("killed.sqlite");
    let mut relay = Program::start(&database, "127.0.0.1:0");
    let listen = relay.origin.strip_prefix("http://").unwrap().to_owned();
    alice.device.relay = RelayClient::new(&relay.origin);
    let own = place.client().statements(&alice.account(), 0).await.unwrap();
    let publish = privity::format::PublishRequest {
        statement: own.items[0].bytes.clone(),
        generation: None,
        registered: None,
    };
    alice.device.relay.publish(&publish).await.unwrap();
    alice.device.login().await.unwrap();
    let id = alice.converse(&[]).await;
    let mut said = Vec::new();
    for round in 0..3 {
        for _ in 0..5 {
            said.push(alice.say(&id, "answered").await);
        }
        relay.child.kill().unwrap();
        relay.child.wait().unwrap();
        relay = Program::start(&database, &listen);
        let page = alice.device.relay.messages(&id, Window::After(0)).await.unwrap();
        let stored: Vec<u64> = page.items.iter().map(|item| item.cursor).collect();
        assert_eq!(stored, said, "round {round}");
        let changes = alice.change(|client, context| client.rotate(&id, context));
        alice.perform(changes).await;
        assert_eq!(alice.device.relay.entries(&id, 0).await.unwrap().items.len(), round + 2);
    }
    relay.child.kill().unwrap();
    relay.child.wait().unwrap();
}
