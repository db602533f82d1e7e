use crate::person::{Person, relay};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_saved_is_sent_after_a_crash_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(folder.path(), |_| {}).await;
    let mut alice = Person::new("alice", relay.origin(), folder.path()).await;
    let mut bob = Person::new("bob", relay.origin(), folder.path()).await;
    let id = alice.converse(&mut bob).await;

    // saved, never sent
    let changes = alice.draft_text(&id, "saved");
    alice.device.store.apply(&changes).unwrap();
    alice.crash();
    alice.resume().await.unwrap();
    // sent, and the answer never heard
    let changes = alice.draft_text(&id, "sent");
    alice.device.store.apply(&changes).unwrap();
    for request in &changes.send {
        let privity::Request::Post { message, .. } = request else { panic!("no message") };
        alice.device.login().await.unwrap();
        alice.device.relay.post(&id, message.clone()).await.unwrap();
    }
    alice.crash();
    alice.resume().await.unwrap();
    // never saved: it never was
    drop(alice.draft_text(&id, "lost"));
    alice.crash();
    alice.resume().await.unwrap();
    assert_eq!(bob.sync().await.unwrap(), ["saved", "sent"]);

    // a rotation too
    let changes = alice.draft(|client, context| client.rotate(&id, context));
    alice.device.store.apply(&changes).unwrap();
    alice.crash();
    alice.resume().await.unwrap();
    alice.say(&id, "under the new key").await.unwrap();
    assert_eq!(bob.sync().await.unwrap(), ["under the new key"]);
    assert_eq!(alice.device.relay.entries(&id, 1).await.unwrap().items.len(), 1);
    relay.stop().await;
}
