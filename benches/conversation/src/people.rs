//! Accounts and clients to measure with, made outside the measured time.

use std::hint::black_box;

use privity_conversation::account::{NewAccount, NewKey, NewRecovery, RecoveryPhrase};
use privity_conversation::epoch::ConversationInfo;
use privity_conversation::format::{AccountId, ConversationId, EntryHash, Policy, Role};
use privity_conversation::state::{
    AppendAnswer, Changes, Client, Context, NewConversation, PublishAnswer, Request,
};
use privity_primitives::random::System;
use privity_primitives::secret::Secret;
use privity_primitives::wrap::Suite;

/// Unix milliseconds; the clock stands still unless a case moves it.
pub(crate) const NOW: u64 = 1_790_000_000_000;

/// An account's public side: what others learn of it.
pub(crate) struct Card {
    pub(crate) account: AccountId,
    pub(crate) statement: Vec<u8>,
}

/// A client with its generator.
pub(crate) struct Person {
    pub(crate) client: Client,
    pub(crate) card: Card,
    pub(crate) rng: System,
}

/// What one append sent.
pub(crate) struct Appended {
    pub(crate) conversation: ConversationId,
    pub(crate) hash: EntryHash,
    pub(crate) entry: Vec<u8>,
    pub(crate) wraps: Vec<Vec<u8>>,
}

impl Appended {
    /// Bytes that went to the relay.
    pub(crate) fn bytes(&self) -> u64 {
        let wraps: usize = self.wraps.iter().map(Vec::len).sum();
        (self.entry.len() + wraps) as u64
    }
}

impl Person {
    /// The first device of a new account.
    pub(crate) fn new(suite: Suite) -> Self {
        Self::with_key(suite, &[1; 32]).0
    }

    /// As [`Person::new`], and the records that the account began with.
    pub(crate) fn with_key(suite: Suite, storage_key: &[u8; 32]) -> (Self, Changes) {
        let mut rng = System::new().expect("the system's generator");
        let storage_key = Secret::copy_from(storage_key);
        let phrase = RecoveryPhrase::generate(&mut rng);
        let plan = NewAccount {
            device: suite,
            key: NewKey::Seeded(suite),
            recovery: NewRecovery::Phrase(&phrase, suite),
        };
        let mut context = Context { now: NOW, rng: &mut rng };
        let (mut client, mut changes) =
            Client::create(&storage_key, &plan, &mut context).expect("an account");
        let statement = changes.send.drain(..).find_map(|request| match request {
            Request::Publish { hash, request, .. } => Some((hash, request.statement.0)),
            _ => None,
        });
        let (hash, statement) = statement.expect("a statement to publish");
        let stored = client.handle_publish(&hash, PublishAnswer::Stored, &mut context);
        changes.put.extend(stored.expect("published").put);
        let card = Card { account: client.account(), statement };
        (Self { client, card, rng }, changes)
    }

    /// Makes a call of the client.
    pub(crate) fn call<T>(&mut self, call: impl FnOnce(&mut Client, &mut Context<'_>) -> T) -> T {
        call(&mut self.client, &mut Context { now: NOW, rng: &mut self.rng })
    }

    /// Verifies other accounts' statements.
    pub(crate) fn learn<'a>(&mut self, cards: impl IntoIterator<Item = &'a Card>) {
        for card in cards {
            drop(self.learn_one(card));
        }
    }

    /// Verifies one account's statement; the records to save.
    pub(crate) fn learn_one(&mut self, card: &Card) -> Changes {
        let statements = [card.statement.clone()];
        let learned = self
            .call(|client, context| client.handle_statements(&card.account, &statements, context));
        learned.expect("a statement that verifies")
    }

    /// Begins a conversation with everybody who is named; confirmed.
    pub(crate) fn create(&mut self, members: &[AccountId]) -> Appended {
        let appended = self.begin(members);
        self.confirm(&appended);
        appended
    }

    /// Begins a conversation; not confirmed yet.
    pub(crate) fn begin(&mut self, members: &[AccountId]) -> Appended {
        let new = NewConversation {
            policy: Policy::default(),
            members: members.iter().map(|account| (*account, Role::Member)).collect(),
            info: ConversationInfo::default(),
            predecessor: None,
        };
        let (_, changes) =
            self.call(|client, context| client.create_conversation(new, context)).expect("created");
        appended(changes)
    }

    /// The relay has stored what was appended last.
    pub(crate) fn confirm(&mut self, appended: &Appended) {
        let Appended { conversation, hash, .. } = appended;
        let confirmed = self.call(|client, context| {
            client.handle_append(conversation, hash, AppendAnswer::Stored, context)
        });
        drop(black_box(confirmed.expect("confirmed")));
    }

    /// Proposes a change and has it confirmed.
    pub(crate) fn change(
        &mut self,
        change: impl FnOnce(
            &mut Client,
            &mut Context<'_>,
        ) -> Result<Changes, privity_conversation::Error>,
    ) -> Appended {
        let appended = appended(self.call(change).expect("a change that is allowed"));
        self.confirm(&appended);
        appended
    }

    /// Follows what another appended, and takes part.
    pub(crate) fn join(&mut self, appended: &Appended) {
        let id = appended.conversation;
        self.follow(appended);
        drop(black_box(
            self.call(|client, context| client.accept(&id, context)).expect("accepted"),
        ));
    }

    /// Takes an entry and the own wrap among its wraps.
    pub(crate) fn follow(&mut self, appended: &Appended) {
        let (id, entry) = (appended.conversation, [appended.entry.clone()]);
        let taken = self.call(|client, context| client.handle_entries(&id, &entry, context));
        drop(black_box(taken.expect("an entry")));
        self.unwrap_from(appended);
    }

    /// Opens the wrap that is for this account.
    pub(crate) fn unwrap_from(&mut self, appended: &Appended) {
        let (id, wraps) = (appended.conversation, own_wraps(appended, &self.client.account()));
        let taken = self.call(|client, context| client.handle_wraps(&id, &wraps, context));
        drop(black_box(taken.expect("a wrap")));
    }
}

/// The wraps for one account, as a relay picks them out.
pub(crate) fn own_wraps(appended: &Appended, account: &AccountId) -> Vec<Vec<u8>> {
    let mine = |wrap: &&Vec<u8>| wrap.windows(32).any(|window| window == account.0);
    appended.wraps.iter().filter(mine).cloned().collect()
}

/// Cards of so many new accounts.
pub(crate) fn cards(count: usize, suite: Suite) -> Vec<Card> {
    (0..count).map(|_| Person::new(suite).card).collect()
}

fn appended(changes: Changes) -> Appended {
    let append = changes.send.into_iter().find_map(|request| match request {
        Request::Append { conversation, hash, entry, wraps } => {
            Some(Appended { conversation, hash, entry, wraps })
        }
        _ => None,
    });
    append.expect("an append to send")
}
