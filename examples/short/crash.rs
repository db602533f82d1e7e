//! Save and recover from a crash: what was saved is sent again, the same bytes, once.

use privity::message::Draft;
use privity::{Client, Context};
use privity_client::Device;
use privity_examples::{Result, now, person, relay};

#[tokio::main]
async fn main() -> Result<()> {
    let (relay, folder) = relay().await?;
    let mut alice = person(&relay, &folder, "alice").await?;
    let bob = person(&relay, &folder, "bob").await?;
    let id = alice.begin("notes", bob.device.client.account()).await?;
    let (device, mut context) = alice.parts();
    let (message, changes) = device.client.send(&id, Draft::text("remember"), &mut context)?;
    device.store.apply(&changes)?; // saved, and here the power fails: nothing was sent

    let Device { store, relay, .. } = alice.device;
    let (version, records) = store.load()?;
    let client = Client::open(&alice.storage_key, version, records)?;
    let mut device = Device { client, store, relay };
    assert_eq!(device.client.overview(&id)?.outbox, [message]);
    let mut context = Context { now: now(), rng: &mut alice.rng };
    device.resume(&mut context).await?;
    assert!(device.client.overview(&id)?.outbox.is_empty());
    println!("{message} survived and is with the relay");
    Ok(())
}
