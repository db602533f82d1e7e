//! Recover an account: the 24 words and the relay are enough for a new device.

use privity::account::RecoveryPhrase;
use privity::{Context, Secret};
use privity_client::{Recovery, RelayClient, Store};
use privity_examples::{Result, now, person, relay};

#[tokio::main]
async fn main() -> Result<()> {
    let (relay, folder) = relay().await?;
    let mut lost = person(&relay, &folder, "lost").await?;
    let words = lost.phrase.words(); // on paper, in a drawer

    let phrase = RecoveryPhrase::from_words(std::str::from_utf8(words.expose())?)?;
    let found = Recovery::find(phrase, RelayClient::new(relay.origin())).await?;
    let devices = found.devices();
    let store = Store::open(&folder.path().join("new"))?;
    let storage_key = Secret::generate(&mut lost.rng);
    let mut context = Context { now: now(), rng: &mut lost.rng };
    let device = found.device(&devices, store, &storage_key, &mut context).await?;
    assert_eq!(device.client.account(), lost.device.client.account());
    println!("{} is back on {}", device.client.account(), device.client.device());
    Ok(())
}
