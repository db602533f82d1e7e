//! Create an account: 24 words for its owner, a statement for the relay, records for the store.

use privity::account::{NewAccount, NewKey, NewRecovery, RecoveryPhrase};
use privity::{Client, Context, Secret, Suite, System};
use privity_client::{Device, RelayClient, Store};
use privity_examples::{Result, now, relay};

#[tokio::main]
async fn main() -> Result<()> {
    let (relay, folder) = relay().await?;
    let mut rng = System::new()?;
    let phrase = RecoveryPhrase::generate(&mut rng);
    let plan = NewAccount {
        device: Suite::XWing,
        key: NewKey::Seeded(Suite::XWing),
        recovery: NewRecovery::Phrase(&phrase, Suite::XWing),
    };
    let storage_key = Secret::generate(&mut rng); // an app keeps it in the platform's key store
    let mut context = Context { now: now(), rng: &mut rng };
    let (client, changes) = Client::create(&storage_key, &plan, &mut context)?;
    let store = Store::open(&folder.path().join("device.sqlite"))?;
    let mut device = Device { client, store, relay: RelayClient::new(relay.origin()) };
    device.perform(changes, &mut context).await?; // saves, then publishes
    device.login().await?;
    let words = phrase.words();
    println!("{}, its words: {}", device.client.account(), std::str::from_utf8(words.expose())?);
    Ok(())
}
