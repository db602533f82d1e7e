use std::collections::{BTreeMap, VecDeque};

use privity_conversation::Error;
use privity_conversation::account::RecoveryPhrase;
use privity_conversation::format::{AccountId, ConversationId, MessageId};
use privity_conversation::state::{Changes, Client, Context, Event, Incoming, RecordKey, Request};
use privity_primitives::secret::Secret;
use privity_primitives::wrap::WrapPrivateKey;
use rand_chacha::ChaCha20Rng;

use crate::{Answer, Fate, Link, Relay};

/// Requests that one call may lead to.
const REQUESTS: usize = 1_000;

/// Times that messages are read before the device waits for its next turn.
const ROUNDS: usize = 3;

/// Whether a message could be held that had to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    Enough,
    None,
}

/// A message as the device has shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Where.
    pub conversation: ConversationId,
    /// Which.
    pub id: MessageId,
    /// By whom.
    pub author: AccountId,
    /// Its text, or its bytes as text.
    pub text: String,
}

/// A client with a store and a clock, all in memory.
#[derive(Debug)]
pub struct Device {
    /// The client under test.
    pub client: Client,
    /// Unix milliseconds.
    pub now: u64,
    /// Its generator: what was drawn is known to who knows the seed.
    pub rng: ChaCha20Rng,
    /// The store: sealed records.
    pub records: BTreeMap<RecordKey, Vec<u8>>,
    /// The store's version.
    pub version: u64,
    /// Messages shown, in their order; each of them once.
    pub shown: Vec<Shown>,
    /// What happened, in its order.
    pub events: Vec<Event>,
    /// Why messages were refused, in their order.
    pub refused: Vec<Error>,
    /// The 24 words, where there are any.
    pub phrase: Option<RecoveryPhrase>,
    pub(crate) registered: Option<String>,
    storage_key: Secret<32>,
    read: BTreeMap<ConversationId, usize>,
}

impl Device {
    pub(crate) fn around(
        client: Client,
        storage_key: Secret<32>,
        now: u64,
        rng: ChaCha20Rng,
    ) -> Self {
        Self {
            client,
            now,
            rng,
            records: BTreeMap::new(),
            version: 0,
            shown: Vec::new(),
            events: Vec::new(),
            refused: Vec::new(),
            phrase: None,
            registered: None,
            storage_key,
            read: BTreeMap::new(),
        }
    }

    /// Whose device it is.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.client.account()
    }

    /// Makes a call of the client, with its clock and generator.
    pub fn call<T>(&mut self, call: impl FnOnce(&mut Client, &mut Context<'_>) -> T) -> T {
        let mut context = Context { now: self.now, rng: &mut self.rng };
        call(&mut self.client, &mut context)
    }

    /// Makes a call that changes something, saves and sends it over a good link; a client
    /// that was opened since first asks what stands.
    ///
    /// # Errors
    /// As of the call.
    pub fn act(
        &mut self,
        relay: &mut Relay,
        call: impl FnOnce(&mut Client, &mut Context<'_>) -> Result<Changes, Error>,
    ) -> Result<(), Error> {
        self.catch_up(relay)?;
        let changes = self.call(call)?;
        self.perform(changes, relay, &mut Link::good())
    }

    /// Asks the relay what stands, after the store was opened.
    ///
    /// # Errors
    /// As of the client's calls.
    pub fn catch_up(&mut self, relay: &mut Relay) -> Result<(), Error> {
        let send = self.client.catch_up();
        self.perform(self.ask(send), relay, &mut Link::good())
    }

    /// A relay that lies: whatever is asked after the store was opened, nothing follows.
    ///
    /// # Errors
    /// As of the client's calls.
    pub fn is_told_nothing(&mut self) -> Result<(), Error> {
        for request in self.client.catch_up() {
            let changes = self.answer(&request, Answer::Items(Vec::new()))?;
            self.save(&changes)?;
        }
        Ok(())
    }

    /// Writes what a call wants written.
    ///
    /// # Errors
    /// [`Error::Misuse`] if another process wrote since.
    pub fn save(&mut self, changes: &Changes) -> Result<(), Error> {
        if changes.is_saved_already() {
            return Ok(());
        }
        if changes.expected_version != self.version {
            return Err(Error::Misuse("another process wrote"));
        }
        self.version = changes.version;
        self.records.extend(changes.put.iter().cloned());
        for place in &changes.delete {
            self.records.remove(place);
        }
        Ok(())
    }

    /// Forgets everything that was not saved.
    ///
    /// # Errors
    /// As [`Client::open`].
    pub fn crash(&mut self) -> Result<(), Error> {
        let records = self.records.iter().map(|(place, bytes)| (*place, bytes.clone()));
        self.client = Client::open(&self.storage_key, self.version, records)?;
        if let Some(pem) = &self.registered {
            self.client.use_registered_key(WrapPrivateKey::from_pkcs8_pem(pem)?);
        }
        Ok(())
    }

    /// Changes the storage key; `save` stores what the store is asked to, or fails to.
    ///
    /// # Errors
    /// As [`Client::change_storage_key`]; what `save` returns.
    pub fn change_storage_key(
        &mut self,
        new: Secret<32>,
        save: impl FnOnce(&mut Self, &Changes) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let records: Vec<_> = self.records.iter().map(|(at, it)| (*at, it.clone())).collect();
        let (old, version) = (self.storage_key.duplicate(), self.version);
        let changes = self
            .call(|_, context| Client::change_storage_key(&old, &new, version, records, context))?;
        save(self, &changes)?;
        self.storage_key = new;
        self.crash()
    }

    /// Saves, sends, takes the answers, until nothing is left or the link has lost it.
    ///
    /// # Errors
    /// As of the client's calls.
    pub fn perform(
        &mut self,
        changes: Changes,
        relay: &mut Relay,
        link: &mut Link,
    ) -> Result<(), Error> {
        let mut requests = VecDeque::new();
        self.take(changes, &mut requests)?;
        for _ in 0..REQUESTS {
            let Some(request) = requests.pop_front() else { return Ok(()) };
            let fate = link.fate();
            if fate == Fate::RequestLost {
                continue;
            }
            let account = self.account();
            let mut answer = relay.handle(&account, &request);
            match fate {
                Fate::AnswerLost => continue,
                Fate::Repeats => answer = relay.handle(&account, &request),
                _ => {}
            }
            let changes = self.answer(&request, answer)?;
            self.take(changes, &mut requests)?;
        }
        Err(Error::Misuse("the requests have no end"))
    }

    /// Sends again what was not sent, then follows every log and reads every message.
    ///
    /// # Errors
    /// As of the client's calls.
    pub fn sync(&mut self, relay: &mut Relay, link: &mut Link) -> Result<(), Error> {
        self.resend(relay, link)?;
        let mut conversations = relay.inbox(&self.account());
        conversations.extend(self.client.conversations());
        conversations.sort_unstable();
        conversations.dedup();
        for id in conversations {
            self.follow(&id, relay, link)?;
        }
        Ok(())
    }

    /// Follows one log, learns its members' statements and reads its messages.
    ///
    /// # Errors
    /// As of the client's calls.
    pub fn follow(
        &mut self,
        id: &ConversationId,
        relay: &mut Relay,
        link: &mut Link,
    ) -> Result<(), Error> {
        let from = self.client.next_entry(id);
        let ask = self.ask(vec![Request::FetchEntries { conversation: *id, from }]);
        self.perform(ask, relay, link)?;
        if self.client.knows(id) {
            for (account, _) in self.client.members(id)? {
                self.meet(&account, relay)?;
            }
        }
        self.read_messages(id, relay, link)
    }

    /// Sends again what was saved and not confirmed.
    ///
    /// # Errors
    /// As of the client's calls.
    pub fn resend(&mut self, relay: &mut Relay, link: &mut Link) -> Result<(), Error> {
        let mut send = self.client.unsent()?;
        send.extend(self.client.catch_up());
        self.perform(self.ask(send), relay, link)
    }

    /// Fetches another account's statements.
    ///
    /// # Errors
    /// As of the client's calls.
    pub fn meet(&mut self, account: &AccountId, relay: &mut Relay) -> Result<(), Error> {
        let from = self.client.directory().head(account).map_or(0, |head| head.seq + 1);
        let ask = self.ask(vec![Request::FetchStatements { account: *account, from }]);
        self.perform(ask, relay, &mut Link::good())
    }

    fn read_messages(
        &mut self,
        id: &ConversationId,
        relay: &mut Relay,
        link: &mut Link,
    ) -> Result<(), Error> {
        if !self.client.knows(id) {
            return Ok(());
        }
        for _ in 0..ROUNDS {
            let news = self.events.len();
            let room = self.read_page(id, relay, link)?;
            self.read_held(id, relay, link)?;
            let again = Event::ReceiveAgain { conversation: *id };
            if self.events.iter().skip(news).any(|event| *event == again) {
                self.read.insert(*id, 0);
            } else if room == Room::Enough {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Takes the messages that are new at the relay, until there is no room to hold one.
    fn read_page(
        &mut self,
        id: &ConversationId,
        relay: &mut Relay,
        link: &mut Link,
    ) -> Result<Room, Error> {
        let read = self.read.get(id).copied().unwrap_or(0);
        let Some(log) = relay.logs.get(id) else { return Ok(Room::Enough) };
        let page: Vec<Vec<u8>> = log.messages.iter().skip(read).cloned().collect();
        let end = log.messages.len();
        for message in link.order(&page) {
            let (incoming, changes) =
                self.call(|client, context| client.receive(id, &message, context))?;
            if matches!(incoming, Incoming::NotNow) {
                return Ok(Room::None);
            }
            self.show(id, incoming);
            self.perform(changes, relay, link)?;
        }
        self.read.insert(*id, end);
        Ok(Room::Enough)
    }

    fn read_held(
        &mut self,
        id: &ConversationId,
        relay: &mut Relay,
        link: &mut Link,
    ) -> Result<(), Error> {
        for _ in 0..REQUESTS {
            let taken = self.call(|client, context| client.receive_held(id, context))?;
            let Some((incoming, changes)) = taken else { break };
            self.show(id, incoming);
            self.perform(changes, relay, link)?;
        }
        Ok(())
    }

    fn show(&mut self, id: &ConversationId, incoming: Incoming) {
        match incoming {
            Incoming::Message(message) => {
                let duplicate = privity_conversation::message::Finding::Duplicate;
                if message.findings.contains(&duplicate) {
                    return;
                }
                let content = &message.opened.content;
                self.shown.push(Shown {
                    conversation: *id,
                    id: message.opened.id,
                    author: content.author.account,
                    text: String::from_utf8_lossy(&content.body).into_owned(),
                });
            }
            Incoming::Refused(error) => self.refused.push(error),
            _ => {}
        }
    }

    fn take(&mut self, changes: Changes, requests: &mut VecDeque<Request>) -> Result<(), Error> {
        self.save(&changes)?;
        self.events.extend(changes.events);
        requests.extend(changes.send);
        Ok(())
    }

    fn ask(&self, send: Vec<Request>) -> Changes {
        let version = self.client.version();
        Changes { expected_version: version, version, send, ..Changes::default() }
    }

    /// Gives the client the relay's answer to a request of its own.
    ///
    /// # Errors
    /// As of the client's calls.
    pub fn answer(&mut self, request: &Request, answer: Answer) -> Result<Changes, Error> {
        let nothing = self.ask(Vec::new());
        self.call(|client, context| match (request, answer) {
            (Request::Publish { hash, .. }, Answer::Published(answer)) => {
                client.handle_publish(hash, answer, context)
            }
            (Request::Append { conversation, hash, .. }, Answer::Appended(answer)) => {
                client.handle_append(conversation, hash, answer, context)
            }
            (Request::Post { conversation, id, .. }, Answer::Posted) => {
                client.handle_posted(conversation, id)
            }
            (Request::FetchStatements { account, .. }, Answer::Items(items)) => {
                client.handle_statements(account, &items, context)
            }
            (Request::FetchGenerations { .. }, Answer::Items(items)) => {
                client.handle_generations(&items, context)
            }
            (Request::FetchEntries { conversation, .. }, Answer::Items(items)) => {
                client.handle_entries(conversation, &items, context)
            }
            (Request::FetchWraps { conversation }, Answer::Items(items)) => {
                client.handle_wraps(conversation, &items, context)
            }
            _ => Ok(nothing),
        })
    }
}
