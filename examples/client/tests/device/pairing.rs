use privity::format::KnownHeads;

use crate::person::{Person, relay};

/// Over a restart, too: until the relay shows as much as the first device has seen, the new
/// one holds it to be behind.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_has_the_memory_of_the_one_that_added_it() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(folder.path(), |_| {}).await;
    let mut alice = Person::new("alice", relay.origin(), folder.path()).await;
    let mut bob = Person::new("bob", relay.origin(), folder.path()).await;
    let id = alice.converse(&mut bob).await;
    alice.say(&id, "before").await.unwrap();
    let mut second = alice.pair(folder.path()).await;
    second.crash();
    let unmet = second.device.client.unmet_heads();
    let logs: Vec<_> = unmet.logs.iter().map(|head| head.conversation).collect();
    assert_eq!(logs, [id]);
    assert!(unmet.accounts.iter().any(|pin| pin.account == bob.account()));

    assert_eq!(second.sync().await.unwrap(), ["before"]);
    assert_eq!(second.device.client.unmet_heads(), KnownHeads::default());
    // No entry pins the account with the new device yet: the message names its newest head.
    second.say(&id, "from the new device").await.unwrap();
    assert_eq!(bob.sync().await.unwrap(), ["before", "from the new device"]);
    let rotated = second.draft(|client, context| client.rotate(&id, context));
    second.perform(rotated).await.unwrap();
    second.say(&id, "under a key of its own").await.unwrap();
    assert_eq!(bob.sync().await.unwrap(), ["under a key of its own"]);
    relay.stop().await;
}
