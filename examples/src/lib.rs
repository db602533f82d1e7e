//! What the short programs share: a relay on loopback, and people with a device each.

mod out_there;
mod phone;

use std::path::PathBuf;

use privity::account::{NewAccount, NewKey, NewRecovery, RecoveryPhrase};
use privity::epoch::ConversationInfo;
use privity::format::{AccountId, ConversationId, Policy, Role};
use privity::{Client, Context, NewConversation, Secret, Suite, System, WrapPublicKey};
use privity_client::{Device, RelayClient, Store};
use privity_relay::{Config, Running};
use tempfile::TempDir;

pub use crate::out_there::out_there;
pub use crate::phone::{Phone, master_key};

/// What every program here returns.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Unix milliseconds.
#[must_use]
pub fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

/// A relay with its database in a folder that goes with it.
///
/// # Errors
/// If it can't listen or write.
pub async fn relay() -> Result<(Running, TempDir)> {
    let folder = tempfile::tempdir()?;
    Ok((privity_relay::start(Config::loopback(folder.path().join("relay"))).await?, folder))
}

/// A person: an account with one device, logged in.
#[derive(Debug)]
pub struct Person {
    /// The device.
    pub device: Device,
    /// The account's recovery phrase, where it has one.
    pub phrase: RecoveryPhrase,
    /// The key of the device's store.
    pub storage_key: Secret<32>,
    /// Randomness.
    pub rng: System,
}

/// Makes an account with a phrase and publishes it.
///
/// # Errors
/// If the relay is not reached.
pub async fn person(relay: &Running, folder: &TempDir, name: &str) -> Result<Person> {
    let phrase = RecoveryPhrase::generate(&mut System::new()?);
    publish(relay, folder.path().join(name), phrase, None).await
}

/// Makes an account of a registered key and publishes it.
///
/// # Errors
/// If the relay is not reached, or the key is refused.
pub async fn registered(relay: &Running, folder: &TempDir, key: WrapPublicKey) -> Result<Person> {
    let unused = RecoveryPhrase::generate(&mut System::new()?);
    publish(relay, folder.path().join("registered"), unused, Some(key)).await
}

async fn publish(
    relay: &Running,
    path: PathBuf,
    phrase: RecoveryPhrase,
    registered: Option<WrapPublicKey>,
) -> Result<Person> {
    let mut rng = System::new()?;
    let storage_key = Secret::generate(&mut rng);
    let plan = match &registered {
        Some(key) => NewAccount {
            device: Suite::X25519,
            key: NewKey::Direct,
            recovery: NewRecovery::Registered(key),
        },
        None => NewAccount {
            device: Suite::XWing,
            key: NewKey::Seeded(Suite::XWing),
            recovery: NewRecovery::Phrase(&phrase, Suite::XWing),
        },
    };
    let mut context = Context { now: now(), rng: &mut rng };
    let (client, changes) = Client::create(&storage_key, &plan, &mut context)?;
    let mut device =
        Device { client, store: Store::open(&path)?, relay: RelayClient::new(relay.origin()) };
    device.perform(changes, &mut context).await?;
    device.login().await?;
    Ok(Person { device, phrase, storage_key, rng })
}

impl Person {
    /// The device, and what its calls take from the world.
    pub fn parts(&mut self) -> (&mut Device, Context<'_>) {
        (&mut self.device, Context { now: now(), rng: &mut self.rng })
    }

    /// Begins a conversation with one other.
    ///
    /// # Errors
    /// If the relay is not reached or does not know the other.
    pub async fn begin(&mut self, title: &str, with: AccountId) -> Result<ConversationId> {
        let (device, mut context) = self.parts();
        device.fetch_account(&with, &mut context).await?;
        let info = ConversationInfo { title: title.into(), picture: Vec::new() };
        let members = vec![(with, Role::Member)];
        let policy = Policy::default();
        let new = NewConversation { policy, members, info, predecessor: None };
        let (id, changes) = device.client.create_conversation(new, &mut context)?;
        device.perform(changes, &mut context).await?;
        Ok(id)
    }
}
