use std::path::Path;

use privity::format::{ConversationId, RelayErrorCode};
use privity::{Context, Request};
use privity_client::ClientError;

use crate::person::{NOW, Person, relay};

/// Alice, Bob and Carol; a conversation of Alice's with Bob, and one of Carol's.
async fn scene(origin: &str, folder: &Path) -> ([Person; 3], [ConversationId; 2]) {
    let mut alice = Person::new("alice", origin, folder).await;
    let mut bob = Person::new("bob", origin, folder).await;
    let mut carol = Person::new("carol", origin, folder).await;
    let ids = [alice.converse(&mut bob).await, carol.converse(&mut bob).await];
    ([alice, bob, carol], ids)
}

/// Bob has an unsent message in a conversation that removed him meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_the_relay_refuses_for_good_does_not_end_all_syncing() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(folder.path(), |_| {}).await;
    let ([mut alice, mut bob, mut carol], [with_alice, with_carol]) =
        scene(relay.origin(), folder.path()).await;
    let unsent = bob.draft_text(&with_alice, "offline");
    bob.device.store.apply(&unsent).unwrap();
    let to_carol = bob.draft_text(&with_carol, "offline, too");
    bob.device.store.apply(&to_carol).unwrap();
    let account = bob.account();
    let changes = alice.draft(|client, context| client.remove(&with_alice, &[account], context));
    alice.perform(changes).await.unwrap();
    carol.say(&with_carol, "can you hear me?").await.unwrap();
    bob.crash();

    let mut context = Context { now: NOW, rng: &mut bob.rng };
    let synced = bob.device.sync(&mut context).await.unwrap();
    let [refusal] = &synced.refused[..] else { panic!("{:?}", synced.refused) };
    assert_eq!(refusal.error.code, RelayErrorCode::NotEntitled);
    let Request::Post { conversation, .. } = refusal.request else { panic!("{refusal:?}") };
    assert_eq!(conversation, with_alice);
    assert!(carol.sync().await.unwrap().contains(&"offline, too".into()));
    // it is asked once, also by the next start
    bob.crash();
    let mut context = Context { now: NOW, rng: &mut bob.rng };
    assert!(bob.device.sync(&mut context).await.unwrap().refused.is_empty());
    carol.say(&with_carol, "and now?").await.unwrap();
    assert_eq!(bob.sync().await.unwrap(), ["and now?"]);
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_what_is_sent_now_is_told_once_the_rest_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(folder.path(), |_| {}).await;
    let ([mut alice, mut bob, mut carol], [with_alice, with_carol]) =
        scene(relay.origin(), folder.path()).await;
    let mut changes = bob.draft_text(&with_alice, "too late");
    bob.device.store.apply(&changes).unwrap();
    let rest = bob.draft_text(&with_carol, "hello");
    bob.device.store.apply(&rest).unwrap();
    changes.put.clear();
    changes.delete.clear();
    changes.send.extend(rest.send);
    (changes.version, changes.expected_version) = (rest.version, rest.version);
    let account = bob.account();
    let remove = alice.draft(|client, context| client.remove(&with_alice, &[account], context));
    alice.perform(remove).await.unwrap();
    let told = bob.perform(changes).await;
    assert!(
        matches!(&told, Err(ClientError::Refused(it)) if it.code == RelayErrorCode::NotEntitled)
    );
    assert_eq!(carol.sync().await.unwrap(), ["hello"]);
    relay.stop().await;
}
