use privity_client::Window;
use privity_relay::Config;

use crate::person::Place;

/// The schema of version 1, as it was released; what came after is undone.
const TO_VERSION_1: &str = "
DROP VIEW period;
DROP TABLE earlier_membership;
ALTER TABLE membership DROP COLUMN newest;
ALTER TABLE membership DROP COLUMN oldest;
ALTER TABLE entry DROP COLUMN newest;
DROP INDEX session_of;
DROP INDEX session_ends;
DROP INDEX message_of;
CREATE INDEX message_of ON message (conversation, cursor);
PRAGMA user_version = 1;
";

fn schema(database: &std::path::Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(database).unwrap();
    let mut query = connection
        .prepare("SELECT sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY name")
        .unwrap();
    let rows = query.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_everything_and_a_token_goes_on() {
    let place = Place::new().await;
    let (mut alice, bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[&bob]).await;
    let cursor = alice.say(&id, "hello").await;
    let entries = bob.device.relay.entries(&id, 0).await.unwrap();
    let wraps = bob.device.relay.wraps(&id, 0).await.unwrap();
    let listen = place.relay.address();
    let mut config = Config::loopback(place.database());
    place.relay.stop().await;
    config.listen = listen;
    let relay = privity_relay::start(config).await.unwrap();
    assert_eq!(bob.device.relay.entries(&id, 0).await.unwrap(), entries);
    assert_eq!(bob.device.relay.wraps(&id, 0).await.unwrap(), wraps);
    let messages = bob.device.relay.messages(&id, Window::After(0)).await.unwrap();
    assert_eq!(messages.items[0].cursor, cursor);
    let again = alice.say(&id, "still here").await;
    assert!(again > cursor, "cursors ascend over a restart");
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_each_older_schema_opens_with_its_content() {
    let place = Place::new().await;
    let (mut alice, bob) = (place.person("alice").await, place.person("bob").await);
    let id = alice.converse(&[&bob]).await;
    alice.say(&id, "hello").await;
    alice.remove(&id, &bob).await;
    alice.say(&id, "without Bob").await;
    let database = place.database();
    place.relay.stop().await;
    let newest = schema(&database);
    rusqlite::Connection::open(&database).unwrap().execute_batch(TO_VERSION_1).unwrap();
    assert_ne!(schema(&database), newest);

    let relay = privity_relay::start(Config::loopback(&database)).await.unwrap();
    assert_eq!(schema(&database), newest);
    let mut client = privity_client::RelayClient::new(relay.origin());
    let nonce = client.challenge().await.unwrap();
    client.login(&alice.login(relay.origin(), nonce)).await.unwrap();
    assert_eq!(client.messages(&id, Window::After(0)).await.unwrap().items.len(), 2);
    let nonce = client.challenge().await.unwrap();
    client.login(&bob.login(relay.origin(), nonce)).await.unwrap();
    assert_eq!(client.messages(&id, Window::After(0)).await.unwrap().items.len(), 1);
    relay.stop().await;

    // version 0 is a file without anything
    let empty = place.folder.path().join("empty.sqlite");
    std::fs::write(&empty, b"").unwrap();
    privity_relay::start(Config::loopback(&empty)).await.unwrap().stop().await;
    assert_eq!(schema(&empty), newest);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_and_a_file_of_another_kind_are_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let newer = folder.path().join("newer.sqlite");
    privity_relay::start(Config::loopback(&newer)).await.unwrap().stop().await;
    let connection = rusqlite::Connection::open(&newer).unwrap();
    connection.pragma_update(None, "user_version", 1_000).unwrap();
    drop(connection);
    let before = schema(&newer);
    let refused = privity_relay::start(Config::loopback(&newer)).await.unwrap_err();
    assert!(refused.to_string().contains("newer release: update the relay"), "{refused}");
    assert_eq!(schema(&newer), before, "nothing was touched");

    let text = folder.path().join("letter.txt");
    std::fs::write(&text, "dear reader, this is no database, and was none before").unwrap();
    let refused = privity_relay::start(Config::loopback(&text)).await.unwrap_err();
    assert!(refused.to_string().contains("--database"), "{refused}");
    let nowhere = folder.path().join("no folder/relay.sqlite");
    let refused = privity_relay::start(Config::loopback(nowhere)).await.unwrap_err();
    assert!(refused.to_string().contains("--database"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_address_is_told() {
    let place = Place::new().await;
    let mut config = Config::loopback(place.folder.path().join("other.sqlite"));
    config.listen = place.relay.address();
    let refused = privity_relay::start(config).await.unwrap_err();
    assert!(refused.to_string().contains("--listen"), "{refused}");
}
