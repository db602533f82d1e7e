use privity::format::LiveFrame;
use privity_client::ClientError;
use privity_relay::Config;

use crate::person::{Person, relay};

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_told_and_overcome() {
    let folder = tempfile::tempdir().unwrap();
    let first = relay(folder.path(), |_| {}).await;
    let mut alice = Person::new("alice", first.origin(), folder.path()).await;
    let mut bob = Person::new("bob", first.origin(), folder.path()).await;
    let id = alice.converse(&mut bob).await;
    let mut live = bob.device.live().await.unwrap();
    let mut config = Config::loopback(folder.path().join("relay.sqlite"));
    config.listen = first.address();
    first.stop().await;
    assert_eq!(live.next().await.unwrap(), None, "the live connection ends in good order");

    let lost = alice.say(&id, "into the dark").await;
    assert!(matches!(lost, Err(ClientError::Network(_))), "{lost:?}");
    assert!(matches!(bob.sync().await, Err(ClientError::Network(_))));
    assert!(matches!(bob.device.live().await, Err(ClientError::Network(_))));

    let second = privity_relay::start(config).await.unwrap();
    // connected first and caught up then, nothing falls between
    let mut live = bob.device.live().await.unwrap();
    assert!(bob.sync().await.unwrap().is_empty());
    alice.resume().await.unwrap();
    let frame = live.next().await.unwrap().unwrap();
    assert!(matches!(frame, LiveFrame::Message { .. }), "{frame:?}");
    assert_eq!(bob.sync().await.unwrap(), ["into the dark"]);
    second.stop().await;
}
