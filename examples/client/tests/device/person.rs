use std::path::{Path, PathBuf};

use privity::account::{JoiningDevice, NewAccount, NewKey, NewRecovery};
use privity::epoch::ConversationInfo;
use privity::format::{AccountId, ConversationId, Policy, Role};
use privity::message::Draft;
use privity::{Changes, Client, Context, LocalSecret, NewConversation, Secret, Suite};
use privity_client::{ClientError, Device, Pairing, RelayClient, Store};
use privity_relay::{Config, Limits, Running};

use crate::recorder::Recorder;

pub(crate) const NOW: u64 = 1_790_000_000_000;

pub(crate) async fn relay(folder: &Path, set: impl FnOnce(&mut Limits)) -> Running {
    let mut config = Config::loopback(folder.join("relay.sqlite"));
    set(&mut config.limits);
    privity_relay::start(config).await.unwrap()
}

/// A person who can close the app and open it again.
pub(crate) struct Person {
    pub(crate) device: Device,
    pub(crate) rng: Recorder,
    key: Secret<32>,
    path: PathBuf,
}

impl Person {
    pub(crate) async fn new(name: &str, origin: &str, folder: &Path) -> Self {
        let plan = NewAccount {
            device: Suite::X25519,
            key: NewKey::Seeded(Suite::X25519),
            recovery: NewRecovery::Nobody,
        };
        Self::with(name, origin, folder, (&plan, Recorder::new())).await
    }

    /// With another account than the plainest.
    pub(crate) async fn with(
        name: &str,
        origin: &str,
        folder: &Path,
        (plan, mut rng): (&NewAccount<'_>, Recorder),
    ) -> Self {
        let key = Secret::generate(&mut rng);
        let mut context = Context { now: NOW, rng: &mut rng };
        let (client, changes) = Client::create(&key, plan, &mut context).unwrap();
        let path = folder.join(format!("{name}.sqlite"));
        let store = Store::open(&path).unwrap();
        let device = Device { client, store, relay: RelayClient::new(origin) };
        let mut person = Self { device, rng, key, path };
        person.perform(changes).await.unwrap();
        person
    }

    /// With a device that is there.
    pub(crate) const fn of(device: Device, rng: Recorder, key: Secret<32>, path: PathBuf) -> Self {
        Self { device, rng, key, path }
    }

    /// The key of the device's store.
    pub(crate) const fn storage_key(&self) -> &Secret<32> {
        &self.key
    }

    /// A new device of the same person, which this one adds.
    pub(crate) async fn pair(&mut self, folder: &Path) -> Self {
        let mut rng = Recorder::new();
        let (key, path) = (Secret::generate(&mut rng), folder.join("second.sqlite"));
        let local = LocalSecret::generate(&mut rng);
        let keys = JoiningDevice::new(Suite::X25519, &local, &mut rng).unwrap();
        let account = self.account();
        let chain = self.device.client.directory().chain(&account).unwrap();
        let draft = self.device.client.own().draft_device(chain, &keys.request().unwrap()).unwrap();
        let consent = keys.consent(&draft, &account).unwrap();
        let mut context = Context { now: NOW, rng: &mut self.rng };
        let heads = self.device.add_device(&draft, &consent, &mut context).await.unwrap();
        let relay = RelayClient::new(self.device.relay.origin());
        let store = Store::open(&path).unwrap();
        let mut context = Context { now: NOW, rng: &mut rng };
        let pairing = Pairing { account, keys, heads };
        let device = pairing.device(relay, store, &key, &mut context).await.unwrap();
        Self { device, rng, key, path }
    }

    /// The same device in another process.
    pub(crate) fn open_again(&self) -> Device {
        let store = Store::open(&self.path).unwrap();
        let (version, records) = store.load().unwrap();
        let client = Client::open(&self.key, version, records).unwrap();
        Device { client, store, relay: RelayClient::new(self.device.relay.origin()) }
    }

    /// The app dies and starts again: only what was saved is there.
    pub(crate) fn crash(&mut self) {
        self.device = self.open_again();
    }

    pub(crate) fn account(&self) -> AccountId {
        self.device.client.account()
    }

    pub(crate) async fn perform(&mut self, changes: Changes) -> Result<(), ClientError> {
        let mut context = Context { now: NOW, rng: &mut self.rng };
        self.device.perform(changes, &mut context).await.map(drop)
    }

    pub(crate) async fn resume(&mut self) -> Result<(), ClientError> {
        let mut context = Context { now: NOW, rng: &mut self.rng };
        self.device.resume(&mut context).await.map(drop)
    }

    /// Catches up; gives the texts that came.
    pub(crate) async fn sync(&mut self) -> Result<Vec<String>, ClientError> {
        let mut context = Context { now: NOW, rng: &mut self.rng };
        let synced = self.device.sync(&mut context).await?;
        Ok(synced
            .deliveries
            .iter()
            .filter_map(|delivery| match &delivery.incoming {
                privity::Incoming::Message(message) => {
                    Some(privity_client::shown(&message.opened.content))
                }
                _ => None,
            })
            .collect())
    }

    /// A change of the client, neither saved nor sent.
    pub(crate) fn draft<T>(
        &mut self,
        change: impl FnOnce(&mut Client, &mut Context<'_>) -> Result<T, privity::Error>,
    ) -> T {
        let mut context = Context { now: NOW, rng: &mut self.rng };
        change(&mut self.device.client, &mut context).unwrap()
    }

    pub(crate) fn draft_conversation(&mut self, others: &[AccountId]) -> (ConversationId, Changes) {
        let new = NewConversation {
            policy: Policy::default(),
            members: others.iter().map(|account| (*account, Role::Member)).collect(),
            info: ConversationInfo { title: "a title".into(), picture: Vec::new() },
            predecessor: None,
        };
        self.draft(|client, context| client.create_conversation(new, context))
    }

    pub(crate) fn draft_text(&mut self, id: &ConversationId, text: &str) -> Changes {
        self.draft(|client, context| client.send(id, Draft::text(text), context)).1
    }

    pub(crate) async fn say(&mut self, id: &ConversationId, text: &str) -> Result<(), ClientError> {
        let changes = self.draft_text(id, text);
        self.perform(changes).await
    }

    /// A conversation with one other, who accepts it.
    pub(crate) async fn converse(&mut self, other: &mut Self) -> ConversationId {
        let account = other.account();
        let mut context = Context { now: NOW, rng: &mut self.rng };
        self.device.fetch_account(&account, &mut context).await.unwrap();
        let (id, changes) = self.draft_conversation(&[account]);
        self.perform(changes).await.unwrap();
        other.sync().await.unwrap();
        let changes = other.draft(|client, context| client.accept(&id, context));
        other.perform(changes).await.unwrap();
        id
    }
}
