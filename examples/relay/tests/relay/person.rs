//! A relay to talk to, and people with one device each.

use privity::account::{NewAccount, NewKey, NewRecovery, RecoveryPhrase};
use privity::epoch::ConversationInfo;
use privity::format::{
    AccountId, AppendRequest, Blob, ConversationId, LoginRequest, RelayError, RelayErrorCode, Role,
};
use privity::message::Draft;
use privity::{
    Changes, Client, Codec, Context, History, NewConversation, Request, Secret, Suite, System,
    WrapPublicKey,
};
use privity_client::{ClientError, Device, RelayClient, Store};
use privity_relay::{Config, Limits, Running};
use tempfile::TempDir;

use crate::raw;

pub(crate) const NOW: u64 = 1_790_000_000_000;

pub(crate) struct Place {
    pub(crate) relay: Running,
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(set: impl FnOnce(&mut Limits)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::loopback(folder.path().join("relay.sqlite"));
        set(&mut config.limits);
        let relay = privity_relay::start(config).await.unwrap();
        Self { relay, folder }
    }

    pub(crate) fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("relay.sqlite")
    }

    /// The relay's file, beside the relay.
    pub(crate) fn sql(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.database()).unwrap()
    }

    pub(crate) fn client(&self) -> RelayClient {
        RelayClient::new(self.relay.origin())
    }

    /// A new person, published and logged in.
    pub(crate) async fn person(&self, name: &str) -> Person {
        let (mut person, changes) = self.stranger(name);
        person.perform(changes).await;
        person.device.login().await.unwrap();
        person
    }

    /// A new person whose account the relay does not know yet.
    pub(crate) fn stranger(&self, name: &str) -> (Person, Changes) {
        self.stranger_with(name, None)
    }

    /// With this registered key, if there is one, in place of the words.
    pub(crate) fn stranger_with(
        &self,
        name: &str,
        registered: Option<&WrapPublicKey>,
    ) -> (Person, Changes) {
        let mut rng = System::new().unwrap();
        let phrase = RecoveryPhrase::generate(&mut rng);
        let (device, key) = (Suite::X25519, NewKey::Seeded(Suite::X25519));
        let words = NewRecovery::Phrase(&phrase, Suite::X25519);
        let recovery = registered.map_or(words, NewRecovery::Registered);
        let plan = NewAccount { device, key, recovery };
        let key = Secret::generate(&mut rng);
        let mut context = Context { now: NOW, rng: &mut rng };
        let (client, changes) = Client::create(&key, &plan, &mut context).unwrap();
        let store = Store::open(&self.folder.path().join(format!("{name}.sqlite"))).unwrap();
        let device = Device { client, store, relay: self.client() };
        (Person { device, phrase, rng }, changes)
    }
}

pub(crate) struct Person {
    pub(crate) device: Device,
    pub(crate) phrase: RecoveryPhrase,
    pub(crate) rng: System,
}

impl Person {
    pub(crate) fn account(&self) -> AccountId {
        self.device.client.account()
    }

    pub(crate) async fn perform(&mut self, changes: Changes) {
        let mut context = Context { now: NOW, rng: &mut self.rng };
        self.device.perform(changes, &mut context).await.unwrap();
    }

    pub(crate) async fn sync(&mut self) {
        let mut context = Context { now: NOW, rng: &mut self.rng };
        self.device.sync(&mut context).await.unwrap();
    }

    /// A change of this person's client, saved and not sent.
    pub(crate) fn change<T: Saved>(
        &mut self,
        change: impl FnOnce(&mut Client, &mut Context<'_>) -> Result<T, privity::Error>,
    ) -> T {
        let mut context = Context { now: NOW, rng: &mut self.rng };
        let mut changed = change(&mut self.device.client, &mut context).unwrap();
        let changes = changed.changes();
        if !changes.is_saved_already() {
            self.device.store.apply(changes).unwrap();
        }
        changes.put.clear();
        changes.delete.clear();
        changes.expected_version = changes.version;
        changed
    }

    pub(crate) async fn meet(&mut self, other: &Self) {
        let mut context = Context { now: NOW, rng: &mut self.rng };
        self.device.fetch_account(&other.account(), &mut context).await.unwrap();
    }

    /// A conversation of this person and others, not sent yet.
    pub(crate) fn draft_conversation(&mut self, others: &[&Self]) -> (ConversationId, Changes) {
        let members = others.iter().map(|it| (it.account(), Role::Member)).collect();
        let new = NewConversation {
            policy: privity::format::Policy::default(),
            members,
            info: ConversationInfo { title: "a title".into(), picture: Vec::new() },
            predecessor: None,
        };
        self.change(|client, context| client.create_conversation(new, context))
    }

    pub(crate) async fn converse(&mut self, others: &[&Self]) -> ConversationId {
        for other in others {
            self.meet(other).await;
        }
        let (id, changes) = self.draft_conversation(others);
        self.perform(changes).await;
        id
    }

    pub(crate) fn draft_message(&mut self, id: &ConversationId, text: &str) -> Vec<u8> {
        let (_, changes) =
            self.change(|client, context| client.send(id, Draft::text(text), context));
        let Some(Request::Post { message, .. }) = changes.send.into_iter().next() else {
            panic!("nothing to post");
        };
        message
    }

    pub(crate) async fn say(&mut self, id: &ConversationId, text: &str) -> u64 {
        let message = self.draft_message(id, text);
        self.device.relay.post(id, message).await.unwrap()
    }

    pub(crate) async fn add(&mut self, id: &ConversationId, other: &Self, history: History) {
        self.meet(other).await;
        let account = other.account();
        let changes = self.change(|client, context| client.add(id, &[account], history, context));
        self.perform(changes).await;
    }

    pub(crate) async fn remove(&mut self, id: &ConversationId, other: &Self) {
        let account = other.account();
        let changes = self.change(|client, context| client.remove(id, &[account], context));
        self.perform(changes).await;
    }

    pub(crate) fn login(&self, origin: &str, nonce: [u8; 32]) -> LoginRequest {
        self.device.client.own().login(origin, nonce).unwrap()
    }

    /// A token of this person's device.
    pub(crate) async fn token(&self) -> String {
        let origin = self.device.relay.origin().to_owned();
        let nonce = self.device.relay.challenge().await.unwrap();
        let body = self.login(&origin, nonce).to_bytes().unwrap();
        let answer = raw::call(&origin, "POST", "/v1/login", None, &body).await;
        answer.body.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What a call of the client gives: changes, alone or beside an id.
pub(crate) trait Saved {
    fn changes(&mut self) -> &mut Changes;
}

impl Saved for Changes {
    fn changes(&mut self) -> &mut Changes {
        self
    }
}

impl<T> Saved for (T, Changes) {
    fn changes(&mut self) -> &mut Changes {
        &mut self.1
    }
}

/// The one append among requests.
pub(crate) fn append_of(changes: &Changes) -> AppendRequest {
    let append = changes.send.iter().find_map(|request| match request {
        Request::Append { entry, wraps, .. } => Some(AppendRequest {
            entry: Blob(entry.clone()),
            wraps: wraps.iter().cloned().map(Blob).collect(),
        }),
        _ => None,
    });
    append.unwrap()
}

/// The refusal of a request that must not succeed.
pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, ClientError>) -> RelayError {
    match result {
        Err(ClientError::Refused(error)) => error,
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, ClientError>) -> RelayErrorCode {
    refusal(result).code
}
