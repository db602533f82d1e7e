use crate::person::{Person, relay};

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_read_over_many_small_pages() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay(folder.path(), |limits| limits.page = 1).await;
    let mut alice = Person::new("alice", relay.origin(), folder.path()).await;
    let mut bob = Person::new("bob", relay.origin(), folder.path()).await;
    let id = alice.converse(&mut bob).await;
    let mut said = Vec::new();
    for number in 0..3 {
        let changes = alice.draft(|client, context| client.rotate(&id, context));
        alice.perform(changes).await.unwrap();
        for part in ["first", "second"] {
            let text = format!("{part} under key {number}");
            alice.say(&id, &text).await.unwrap();
            said.push(text);
        }
    }
    assert_eq!(bob.sync().await.unwrap(), said);
    relay.stop().await;
}
