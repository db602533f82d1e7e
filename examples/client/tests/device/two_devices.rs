use privity_client::ClientError;

use crate::person::{Person, relay};

#[tokio::test(flavor = "multi_thread")]
async fn two_people_talk_without_ever_logging_in_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(folder.path(), |_| {}).await;
    let mut alice = Person::new("alice", relay.origin(), folder.path()).await;
    let mut bob = Person::new("bob", relay.origin(), folder.path()).await;
    let id = alice.converse(&mut bob).await;
    alice.say(&id, "hello").await.unwrap();
    assert_eq!(bob.sync().await.unwrap(), ["hello"]);
    assert!(bob.sync().await.unwrap().is_empty(), "each message once");
    bob.say(&id, "hello, Alice").await.unwrap();
    assert_eq!(alice.sync().await.unwrap(), ["hello", "hello, Alice"]);
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ended_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(folder.path(), |limits| limits.tokens = 1).await;
    let mut alice = Person::new("alice", relay.origin(), folder.path()).await;
    let mut bob = Person::new("bob", relay.origin(), folder.path()).await;
    let id = alice.converse(&mut bob).await;
    // another process of the device takes the only token
    alice.open_again().login().await.unwrap();
    alice.say(&id, "hello").await.unwrap();
    alice.open_again().login().await.unwrap();
    assert_eq!(alice.sync().await.unwrap(), ["hello"], "own messages come back too");
    assert_eq!(bob.sync().await.unwrap(), ["hello"]);
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_process_of_a_device_is_told_and_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(folder.path(), |_| {}).await;
    let mut alice = Person::new("alice", relay.origin(), folder.path()).await;
    let mut bob = Person::new("bob", relay.origin(), folder.path()).await;
    let id = alice.converse(&mut bob).await;
    let other = alice.open_again();
    alice.say(&id, "from the app").await.unwrap();
    let app = std::mem::replace(&mut alice.device, other);
    let stale = alice.say(&id, "from the extension").await;
    assert!(matches!(stale, Err(ClientError::Stale)), "{stale:?}");
    drop(app);
    alice.crash();
    alice.say(&id, "once more").await.unwrap();
    assert_eq!(bob.sync().await.unwrap(), ["from the app", "once more"]);
    relay.stop().await;
}
