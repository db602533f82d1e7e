//! What one client in a thousand conversations takes.

use std::fs;
use std::path::Path;

use privity_conversation::LocalSecret;
use privity_conversation::epoch::{ConversationInfo, Epoch, FreshEpoch, InfoPlace, LinkTo};
use privity_conversation::epoch::{WrapTarget, Wrapper};
use privity_conversation::format::{
    AccountId, Action, ConversationId, Entry, EntryBody, EntryHash, Member, Pin, Policy, Role,
    StatementHash,
};
use privity_conversation::state::{Changes, Client, RecordKey};
use privity_primitives::secret::Secret;
use privity_primitives::wrap::Suite;
use privity_wire::Codec;

use crate::message::draft;
use crate::people::{Appended, Card, NOW, Person, cards};

const CONVERSATIONS: usize = 1_000;
const MEMBERS: usize = 10;
const EPOCHS: u64 = 100;
/// Where the other members come from: each is in many of the conversations.
const PEOPLE: usize = 1_000;

const STORAGE_KEY: [u8; 32] = [7; 32];

/// Megabytes that the client adds to this process: its records are read from `store`, it is
/// opened, and sends once in every conversation.
pub(crate) fn measure(store: &Path) -> f64 {
    let before = resident();
    let mut client = open(store);
    let ids: Vec<ConversationId> = client.conversations().collect();
    assert_eq!(ids.len(), CONVERSATIONS);
    let mut rng = privity_primitives::random::System::new().expect("the system's generator");
    for id in &ids {
        let mut context = privity_conversation::state::Context { now: NOW, rng: &mut rng };
        let (message, changes) = client.send(id, draft(), &mut context).expect("sent");
        drop(changes);
        drop(client.handle_posted(id, &message).expect("posted"));
    }
    let after = resident();
    assert_eq!(client.conversations().count(), CONVERSATIONS);
    after - before
}

/// Megabytes of this process that are in memory.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("a process of Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its size");
    let kilobytes = line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number");
    kilobytes * 1_024.0 / 1e6
}

fn open(store: &Path) -> Client {
    let records = fs::read_dir(store).expect("a store").map(|entry| {
        let path = entry.expect("a record").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let place = u128::from_str_radix(name, 16).expect("a place").to_be_bytes();
        (RecordKey(place), fs::read(&path).expect("bytes"))
    });
    Client::open(&Secret::copy_from(&STORAGE_KEY), 0, records).expect("a client")
}

/// Writes the records of a member of every conversation into `store`.
pub(crate) fn build(store: &Path) {
    let alice = Person::new(Suite::X25519);
    let others = cards(PEOPLE, Suite::X25519);
    let (mut bob, begun) = Person::with_key(Suite::X25519, &STORAGE_KEY);
    let save = |changes: Changes| {
        for (place, record) in changes.put {
            let name = format!("{:032x}", u128::from_be_bytes(place.0));
            fs::write(store.join(name), record).expect("written");
        }
    };
    save(begun);
    for card in others.iter().chain([&alice.card]) {
        save(bob.learn_one(card));
    }
    let mut author = Author::new(alice, others);
    for number in 0..CONVERSATIONS {
        let (entries, last) = author.conversation(number, &bob);
        let id = last.conversation;
        let taken = bob.call(|client, context| client.handle_entries(&id, &entries, context));
        save(taken.expect("a log"));
        let wraps = last.wraps;
        save(
            bob.call(|client, context| client.handle_wraps(&id, &wraps, context)).expect("a wrap"),
        );
        save(bob.call(|client, context| client.accept(&id, context)).expect("accepted"));
    }
}

/// Who writes all those logs, without a client that would follow them.
struct Author {
    person: Person,
    others: Vec<Card>,
    local: LocalSecret,
}

impl Author {
    fn new(mut person: Person, others: Vec<Card>) -> Self {
        person.learn(&others);
        let local = LocalSecret::generate(&mut person.rng);
        Self { person, others, local }
    }

    /// A log of so many epochs, and the wrap of the newest for `reader`.
    fn conversation(&mut self, number: usize, reader: &Person) -> (Vec<Vec<u8>>, Appended) {
        let mut entries = Vec::new();
        let mut newest: Option<(Entry, Epoch)> = None;
        for position in 0..EPOCHS {
            let (entry, epoch) = self.append(number, position, newest.as_ref(), reader);
            entries.push(entry.to_bytes().expect("bytes"));
            newest = Some((entry, epoch));
        }
        let (entry, epoch) = newest.expect("a log");
        let wrapper = Wrapper {
            account: self.person.card.account,
            device: self.person.client.device(),
            entitled: EPOCHS - 1,
            key: self.person.client.own().signing_key(),
        };
        let account = reader.card.account;
        let chain = reader.client.directory().chain(&account).expect("a chain");
        let key = chain.key_at(0).expect("a key");
        let target = WrapTarget {
            account,
            generation: key.generation,
            key: key.key.parse().expect("a key"),
        };
        let wrap = epoch.wrap(&target, &wrapper).expect("wrapped").to_bytes().expect("bytes");
        let conversation = entry.conversation();
        let hash = entry.hash();
        (entries, Appended { conversation, hash, entry: Vec::new(), wraps: vec![wrap] })
    }

    fn append(
        &mut self,
        number: usize,
        position: u64,
        before: Option<&(Entry, Epoch)>,
        reader: &Person,
    ) -> (Entry, Epoch) {
        let device = self.person.client.device();
        let mut body = match before {
            None => self.create(number, reader),
            Some((entry, _)) => EntryBody {
                conversation: entry.conversation(),
                position,
                prev: entry.hash(),
                pins: Vec::new(),
                action: Action::Rotate,
                epoch: None,
                info: None,
                ..entry.body().clone()
            },
        };
        let rng = &mut self.person.rng;
        let fresh = FreshEpoch::draw(&self.local, &device, &body.prev, rng);
        let place = InfoPlace::of(&body);
        let info = fresh.seal_info(&place, &ConversationInfo::default(), &self.local, rng);
        body.info = Some(info.expect("sealed"));
        let link = before.map_or(LinkTo::Fence, |(_, epoch)| LinkTo::Previous(epoch));
        let proposed = fresh.propose(&mut body, link).expect("proposed");
        let entry = Entry::sign(body, self.person.client.own().signing_key()).expect("signed");
        let epoch = proposed.anchor(&entry).expect("anchored").confirm(&entry.hash());
        (entry, epoch.expect("confirmed"))
    }

    fn create(&self, number: usize, reader: &Person) -> EntryBody {
        let author = self.person.card.account;
        let some = (0..MEMBERS - 2).map(|member| &self.others[(number * 7 + member * 97) % PEOPLE]);
        let mut all: Vec<AccountId> = some.map(|card| card.account).collect();
        all.extend([author, reader.card.account]);
        all.sort_unstable();
        let role = |account| if account == author { Role::Admin } else { Role::Member };
        EntryBody {
            conversation: ConversationId::ZERO,
            position: 0,
            prev: EntryHash::ZERO,
            author,
            device: self.person.client.device(),
            time: NOW,
            pins: all.iter().map(genesis).collect(),
            action: Action::Create {
                nonce: [(number % 251) as u8; 32],
                policy: Policy::default(),
                members: all.iter().map(|it| Member { account: *it, role: role(*it) }).collect(),
                predecessor: None,
            },
            epoch: None,
            info: None,
            also_removed: Vec::new(),
            cuts: Vec::new(),
        }
    }
}

/// An account's first statement, whose hash is the account.
fn genesis(account: &AccountId) -> Pin {
    Pin { account: *account, seq: 0, hash: StatementHash(account.0) }
}
