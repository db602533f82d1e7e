//! A participant: a device with a clock that can be moved on.

use std::error::Error;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use privity::account::{NewAccount, NewKey, NewRecovery, RecoveryPhrase, safety_number};
use privity::format::{AccountId, ConversationId};
use privity::message::Draft;
use privity::{
    Client, Context, Due, History, Incoming, NewConversation, Request, Secret, Suite, System,
    WrapPrivateKey,
};
use privity_client::{Device, Recovery, RelayClient, Store, Window};
use privity_relay::Running;

use crate::teller::Teller;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

pub(crate) struct Person {
    name: &'static str,
    device: Device,
    phrase: Option<RecoveryPhrase>,
    rng: System,
    waited: u64,
}

impl Person {
    pub(crate) async fn with_phrase(
        name: &'static str,
        suite: Suite,
        relay: &Running,
        folder: &Path,
    ) -> Result<Self> {
        let mut rng = System::new()?;
        let phrase = RecoveryPhrase::generate(&mut rng);
        let plan = NewAccount {
            device: suite,
            key: NewKey::Seeded(suite),
            recovery: NewRecovery::Phrase(&phrase, suite),
        };
        let storage_key = Secret::generate(&mut rng);
        let mut context = Context { now: clock(), rng: &mut rng };
        let (client, changes) = Client::create(&storage_key, &plan, &mut context)?;
        let store = Store::open(&folder.join(format!("{name}.sqlite")))?;
        let mut device = Device { client, store, relay: RelayClient::new(relay.origin()) };
        device.perform(changes, &mut context).await?;
        device.login().await?;
        Ok(Self { name, device, phrase: Some(phrase), rng, waited: 0 })
    }

    pub(crate) async fn with_registered_key(
        name: &'static str,
        pem: &str,
        relay: &Running,
        folder: &Path,
    ) -> Result<Self> {
        let mut rng = System::new()?;
        let key = WrapPrivateKey::from_pkcs8_pem(pem)?;
        let plan = NewAccount {
            device: Suite::X25519,
            key: NewKey::Direct,
            recovery: NewRecovery::Registered(key.public_key()),
        };
        let storage_key = Secret::generate(&mut rng);
        let mut context = Context { now: clock(), rng: &mut rng };
        let (mut client, changes) = Client::create(&storage_key, &plan, &mut context)?;
        client.use_registered_key(key);
        let store = Store::open(&folder.join(format!("{name}.sqlite")))?;
        let mut device = Device { client, store, relay: RelayClient::new(relay.origin()) };
        device.perform(changes, &mut context).await?;
        device.login().await?;
        Ok(Self { name, device, phrase: None, rng, waited: 0 })
    }

    /// Leaves this device behind: a new one, from the 24 words and what the relay keeps.
    pub(crate) async fn recover(self, relay: &Running, folder: &Path) -> Result<Self> {
        let words = self.phrase.as_ref().ok_or("no phrase was written down")?.words();
        let phrase = RecoveryPhrase::from_words(std::str::from_utf8(words.expose())?)?;
        let lost = self.device.client.device();
        let mut rng = System::new()?;
        let again = RecoveryPhrase::from_words(std::str::from_utf8(words.expose())?)?;
        let found = Recovery::find(again, RelayClient::new(relay.origin())).await?;
        let store = Store::open(&folder.join("Carol, again.sqlite"))?;
        let storage_key = Secret::generate(&mut rng);
        let mut context = Context { now: clock() + self.waited, rng: &mut rng };
        let device = found.device(&[lost], store, &storage_key, &mut context).await?;
        Ok(Self { device, rng, phrase: Some(phrase), ..self })
    }

    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn account(&self) -> AccountId {
        self.device.client.account()
    }

    /// Moves this person's clock on.
    pub(crate) const fn wait(&mut self, time: u64) {
        self.waited += time;
    }

    /// Exchanges cards: each fetches the other's statements.
    pub(crate) async fn meet(&mut self, other: &Self) -> Result<()> {
        let account = other.account();
        let mut context = Context { now: clock() + self.waited, rng: &mut self.rng };
        self.device.fetch_account(&account, &mut context).await?;
        Ok(())
    }

    pub(crate) fn safety_number(&self, other: &Self) -> String {
        safety_number(&self.account(), &other.account()).to_string()
    }

    pub(crate) async fn create(
        &mut self,
        new: NewConversation,
        tell: &mut Teller,
    ) -> Result<ConversationId> {
        let mut context = Context { now: clock() + self.waited, rng: &mut self.rng };
        let (id, changes) = self.device.client.create_conversation(new, &mut context)?;
        tell.sent(self.name, &changes);
        self.device.perform(changes, &mut context).await?;
        Ok(id)
    }

    pub(crate) async fn add(
        &mut self,
        conversation: &ConversationId,
        account: &AccountId,
        history: History,
        tell: &mut Teller,
    ) -> Result<()> {
        let mut context = Context { now: clock() + self.waited, rng: &mut self.rng };
        let changes = self.device.client.add(conversation, &[*account], history, &mut context)?;
        tell.sent(self.name, &changes);
        self.device.perform(changes, &mut context).await?;
        Ok(())
    }

    pub(crate) async fn remove(
        &mut self,
        conversation: &ConversationId,
        account: &AccountId,
        tell: &mut Teller,
    ) -> Result<()> {
        let mut context = Context { now: clock() + self.waited, rng: &mut self.rng };
        let changes = self.device.client.remove(conversation, &[*account], &mut context)?;
        tell.sent(self.name, &changes);
        self.device.perform(changes, &mut context).await?;
        Ok(())
    }

    pub(crate) fn rotation_is_due(&self, conversation: &ConversationId) -> Result<bool> {
        let now = clock() + self.waited;
        Ok(self.device.client.rotation_due(conversation, now)? == Due::Now)
    }

    pub(crate) async fn rotate(
        &mut self,
        conversation: &ConversationId,
        tell: &mut Teller,
    ) -> Result<()> {
        let mut context = Context { now: clock() + self.waited, rng: &mut self.rng };
        let changes = self.device.client.rotate(conversation, &mut context)?;
        tell.sent(self.name, &changes);
        self.device.perform(changes, &mut context).await?;
        Ok(())
    }

    /// Says something; gives the sealed message as the relay gets it.
    pub(crate) async fn say(
        &mut self,
        conversation: &ConversationId,
        draft: Draft,
        tell: &mut Teller,
    ) -> Result<Vec<u8>> {
        let mut context = Context { now: clock() + self.waited, rng: &mut self.rng };
        let (_, changes) = self.device.client.send(conversation, draft, &mut context)?;
        tell.sent(self.name, &changes);
        let sealed = changes.send.iter().find_map(|request| match request {
            Request::Post { message, .. } => Some(message.clone()),
            _ => None,
        });
        self.device.perform(changes, &mut context).await?;
        sealed.ok_or_else(|| "nothing was sealed".into())
    }

    /// Catches up; gives the texts that are new.
    pub(crate) async fn sync(&mut self) -> Result<Vec<String>> {
        let mut context = Context { now: clock() + self.waited, rng: &mut self.rng };
        let synced = self.device.sync(&mut context).await?;
        Ok(synced
            .deliveries
            .iter()
            .filter_map(|delivery| match &delivery.incoming {
                Incoming::Message(message) => Some(&message.opened.content.body),
                _ => None,
            })
            .filter_map(|body| String::from_utf8(body.clone()).ok())
            .collect())
    }

    pub(crate) async fn sync_and_accept(
        &mut self,
        conversation: &ConversationId,
    ) -> Result<Vec<String>> {
        let heard = self.sync().await?;
        let mut context = Context { now: clock() + self.waited, rng: &mut self.rng };
        let changes = self.device.client.accept(conversation, &mut context)?;
        self.device.perform(changes, &mut context).await?;
        Ok(heard)
    }

    /// Reads the archive from the relay, without any window.
    pub(crate) async fn archive(&mut self, conversation: &ConversationId) -> Result<Vec<String>> {
        let page = self.device.relay.messages(conversation, Window::After(0)).await?;
        let mut texts = Vec::new();
        for item in page.items {
            let message = self.device.client.read(conversation, &item.bytes.0)?;
            texts.extend(String::from_utf8(message.opened.content.body.clone()));
        }
        texts.retain(|text| text.len() < 1_000);
        Ok(texts)
    }

    pub(crate) fn try_to_read(
        &mut self,
        conversation: &ConversationId,
        sealed: &[u8],
    ) -> std::result::Result<privity::Message, privity::Error> {
        self.device.client.read(conversation, sealed)
    }
}

/// Unix milliseconds.
fn clock() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
