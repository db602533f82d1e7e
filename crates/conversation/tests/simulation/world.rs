//! People, their network, and what must be true of them in the end.

use std::collections::BTreeSet;

use privity_conversation::account::Directory;
use privity_conversation::epoch::ConversationInfo;
use privity_conversation::format::{ConversationId, Entry, MessageId, Policy, Role, Statement};
use privity_conversation::log::Fold;
use privity_conversation::state::{Changes, NewConversation};
use privity_primitives::wrap::Suite;
use privity_testkit::{Device, Link, Plan, Relay};
use privity_wire::Codec;

use crate::model::{Model, Sent};

const PEOPLE: usize = 4;
const OPERATIONS: usize = 12;

pub(crate) struct World {
    pub(crate) devices: Vec<Device>,
    pub(crate) seed: u64,
    pub(crate) id: ConversationId,
    pub(crate) sent: Vec<Sent>,
    relay: Relay,
    network: Link,
    choice: Link,
    percent: u32,
}

impl World {
    /// People who know each other's accounts, and the share of requests that go wrong.
    pub(crate) fn meet(seed: u64, percent: u32) -> Self {
        let mut relay = Relay::default();
        let plan = Plan::Phrase(Suite::X25519);
        let mut devices: Vec<Device> = (0..PEOPLE as u64)
            .map(|number| Device::create(seed * 10 + number, &plan, &mut relay).unwrap())
            .collect();
        let accounts: Vec<_> = devices.iter().map(Device::account).collect();
        for device in &mut devices {
            accounts.iter().for_each(|account| device.meet(account, &mut relay).unwrap());
        }
        Self {
            devices,
            seed,
            id: ConversationId::ZERO,
            sent: Vec::new(),
            relay,
            network: Link::good(),
            choice: Link::good(),
            percent,
        }
    }

    /// The first of them begins a conversation with some of the others.
    pub(crate) fn begin(&mut self, seed: u64) {
        self.seed = seed;
        self.network = Link::bad(seed, self.percent);
        self.choice = Link::bad(!seed, 0);
        self.sent.clear();
        self.devices.iter_mut().for_each(|device| device.shown.clear());
        let count = self.below(PEOPLE);
        let members =
            self.devices[1..=count].iter().map(|it| (it.account(), Role::Member)).collect();
        let info = ConversationInfo { title: "title".into(), picture: Vec::new() };
        let new = NewConversation { policy: Policy::default(), members, info, predecessor: None };
        let (id, changes) = self.devices[0]
            .call(|client, context| client.create_conversation(new, context))
            .unwrap();
        self.id = id;
        self.perform(0, changes);
        for who in 1..=count {
            self.follow(who);
            if self.devices[who].client.knows(&id) {
                let accepted =
                    self.devices[who].call(|client, context| client.accept(&id, context));
                self.perform(who, accepted.unwrap());
            }
        }
    }

    pub(crate) fn operate(&mut self) {
        (0..OPERATIONS).for_each(|_| self.step());
    }

    /// The network works again: everything arrives, and everybody can speak.
    pub(crate) fn settle(&mut self) {
        self.network = Link::good();
        for _ in 0..2 {
            for who in 0..self.devices.len() {
                self.devices[who].resend(&mut self.relay, &mut self.network).unwrap();
                self.follow(who);
            }
        }
        self.last_words();
        for who in 0..self.devices.len() {
            assert_eq!(self.devices[who].client.unsent(), Ok(Vec::new()), "seed {}", self.seed);
        }
    }

    pub(crate) fn follow(&mut self, who: usize) {
        self.devices[who].follow(&self.id, &mut self.relay, &mut self.network).unwrap();
    }

    pub(crate) fn perform(&mut self, who: usize, changes: Changes) {
        self.devices[who].perform(changes, &mut self.relay, &mut self.network).unwrap();
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.choice.below(u32::try_from(bound).unwrap()) as usize
    }

    /// Everybody's state is the log's, and everybody was shown what the log grants.
    pub(crate) fn check(&mut self) {
        let entries = self.relay.logs[&self.id].entries.clone();
        let model = Model::of(&entries);
        let fold = self.fold(&entries);
        for who in 0..self.devices.len() {
            self.check_state(who, &fold, &model);
            self.check_shown(who, &model);
        }
    }

    fn fold(&self, entries: &[Vec<u8>]) -> Fold {
        let mut directory = Directory::default();
        for bytes in self.relay.accounts.values().flatten() {
            directory.learn(&Statement::from_bytes(bytes).unwrap()).unwrap();
        }
        let first = Entry::from_bytes(&entries[0]).unwrap();
        let mut fold = Fold::begin(self.id, &first, &directory).unwrap();
        for bytes in &entries[1..] {
            fold.append_bytes(bytes, &directory).unwrap();
        }
        fold
    }

    fn check_state(&mut self, who: usize, fold: &Fold, model: &Model) {
        let (seed, id) = (self.seed, self.id);
        let device = &mut self.devices[who];
        let account = device.account();
        if !device.client.knows(&id) {
            assert!(!model.members().contains(&account), "seed {seed}: {who} knows nothing");
            return;
        }
        let overview = device.client.overview(&id).unwrap();
        assert_eq!(overview.head_hash, fold.head_hash(), "seed {seed}: head of {who}");
        assert_eq!(overview.policy, *fold.now().policy(), "seed {seed}: policy of {who}");
        assert_eq!(overview.epoch, fold.now().epoch().anchor, "seed {seed}: epoch of {who}");
        assert!(overview.fork.is_none(), "seed {seed}: fork at {who}");
        let members = device.client.members(&id).unwrap();
        assert_eq!(members, fold.now().members().collect::<Vec<_>>(), "seed {seed}");
        let counted: BTreeSet<_> = members.into_iter().map(|(account, _)| account).collect();
        assert_eq!(counted, model.members(), "seed {seed}: members");
    }

    fn check_shown(&self, who: usize, model: &Model) {
        let (seed, device) = (self.seed, &self.devices[who]);
        let shown: Vec<MessageId> = device.shown.iter().map(|shown| shown.id).collect();
        let once: BTreeSet<MessageId> = shown.iter().copied().collect();
        assert_eq!(once.len(), shown.len(), "seed {seed}: {who} was shown a message twice");
        for (number, message) in self.sent.iter().enumerate() {
            let author = self.devices[message.author].account();
            let granted = model.may_read(&device.account(), message.position);
            let found = device.shown.iter().find(|shown| shown.id == message.id);
            if let Some(found) = found {
                assert!(granted, "seed {seed}: {who} reads what is not granted");
                assert_eq!((found.author, &found.text), (author, &message.text), "seed {seed}");
            } else if granted {
                // Each message of a device leads back to all before it: what a head of the cut
                // does not lead to is shown to nobody but who had it before.
                let heads = model.cut_after(&author, message.position);
                let mut later = self.sent[number..].iter().filter(|it| it.author == message.author);
                let cut = heads.is_some_and(|heads| !later.any(|it| heads.contains(&it.id)));
                assert!(cut, "seed {seed}: {who} was not shown {}", message.text);
            }
        }
        let known = |id: &MessageId| self.sent.iter().any(|message| message.id == *id);
        assert!(once.iter().all(known), "seed {seed}: {who} was shown what nobody sent");
    }
}
