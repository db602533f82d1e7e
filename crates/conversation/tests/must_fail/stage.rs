//! Devices that may crash at any point of what they do, and a record of all that left them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use privity_conversation::Error;
use privity_conversation::format::{ConversationId, Entry, MessageOutside, WrappedEntry};
use privity_conversation::message::{Draft, Finding};
use privity_conversation::state::{Changes, Client, Context, Incoming, Request};
use privity_testkit::{ChaCha20Rng, Device, SeedableRng, Shown};
use privity_wire::Codec;

use crate::people::People;
use crate::secrets::unwrap;

/// What left any device, each once.
#[derive(Default)]
pub(crate) struct Wire {
    pub(crate) entries: BTreeSet<Vec<u8>>,
    wraps: BTreeSet<Vec<u8>>,
    messages: BTreeSet<Vec<u8>>,
}

impl Wire {
    pub(crate) fn note(&mut self, request: &Request) {
        match request {
            Request::Append { entry, wraps, .. } => {
                self.entries.insert(entry.clone());
                self.wraps.extend(wraps.iter().cloned());
            }
            Request::Post { message, .. } => {
                self.messages.insert(message.clone());
            }
            _ => {}
        }
    }

    /// No two messages have one key, no two epochs one secret.
    pub(crate) fn check_keys(&self, devices: &mut [Device]) {
        let mut salts = BTreeSet::new();
        for bytes in &self.messages {
            let message = MessageOutside::from_bytes(bytes).unwrap();
            assert!(salts.insert((message.conversation, message.position, message.salt)));
        }
        let mut anchors = BTreeMap::new();
        for bytes in &self.wraps {
            let anchor = WrappedEntry::from_bytes(bytes).unwrap().context.anchor_hash;
            let secret = devices.iter_mut().find_map(|device| unwrap(device, bytes)).unwrap();
            let known = anchors.entry(*secret.expose()).or_insert(anchor);
            assert_eq!(*known, anchor, "two epochs have one secret");
        }
        let epochs = self.entries.iter().map(|bytes| Entry::from_bytes(bytes).unwrap());
        let epochs = epochs.filter(|entry| entry.body().epoch.is_some()).count();
        assert_eq!(anchors.len(), epochs, "a secret for each epoch");
    }

    /// No device signed two entries for one place.
    pub(crate) fn check_places(&self) {
        let mut places = BTreeSet::new();
        for bytes in &self.entries {
            let entry = Entry::from_bytes(bytes).unwrap();
            let body = entry.body();
            let first = (body.position == 0).then(|| entry.hash());
            assert!(places.insert((body.device, body.prev, first)), "two entries at one place");
        }
    }
}

/// The machine stopped; what was not saved is forgotten.
#[derive(Debug)]
pub(crate) struct Crashed;
pub(crate) type Step = Result<(), Crashed>;

pub(crate) struct Stage {
    pub(crate) people: People,
    pub(crate) wire: Wire,
    /// Texts of the messages whose sealing was saved.
    pub(crate) said: BTreeSet<String>,
    pub(crate) points: usize,
    strikes: BTreeSet<usize>,
}

impl Stage {
    pub(crate) fn new(people: People, strikes: impl IntoIterator<Item = usize>) -> Self {
        let strikes = strikes.into_iter().collect();
        Self { people, wire: Wire::default(), said: BTreeSet::new(), points: 0, strikes }
    }

    /// A point between two steps, at which the machine may stop.
    fn point(&mut self, who: usize) -> Step {
        self.points += 1;
        if self.strikes.contains(&self.points) {
            let device = &mut self.people.devices[who];
            device.crash().unwrap();
            // Of the generator nothing was saved, either: it begins anew, as on a clone.
            device.rng = ChaCha20Rng::seed_from_u64(8);
            return Err(Crashed);
        }
        Ok(())
    }

    fn keep(&mut self, who: usize, changes: Changes, queue: &mut VecDeque<Request>) -> Step {
        self.point(who)?;
        self.people.devices[who].save(&changes).unwrap();
        queue.extend(changes.send);
        Ok(())
    }

    pub(crate) fn perform(&mut self, who: usize, changes: Changes) -> Step {
        let mut queue = VecDeque::new();
        self.keep(who, changes, &mut queue)?;
        self.send(who, queue)
    }

    fn send(&mut self, who: usize, mut queue: VecDeque<Request>) -> Step {
        while let Some(request) = queue.pop_front() {
            self.point(who)?;
            self.wire.note(&request);
            let People { relay, devices } = &mut self.people;
            let answer = relay.handle(&devices[who].account(), &request);
            self.point(who)?;
            let changes = self.people.devices[who].answer(&request, answer).unwrap();
            self.keep(who, changes, &mut queue)?;
        }
        Ok(())
    }

    pub(crate) fn act(
        &mut self,
        who: usize,
        call: impl FnOnce(&mut Client, &mut Context<'_>) -> Result<Changes, Error>,
    ) -> Step {
        let changes = self.people.devices[who].call(call).unwrap();
        self.perform(who, changes)
    }

    fn ask(&mut self, who: usize, send: Vec<Request>) -> Step {
        let version = self.people.devices[who].client.version();
        let ask = Changes { expected_version: version, version, send, ..Changes::default() };
        self.perform(who, ask)
    }

    /// Says a text, unless it was sealed and saved before.
    pub(crate) fn say(&mut self, who: usize, id: &ConversationId, text: &str) -> Step {
        self.sync(who)?;
        if self.said.contains(text) {
            return Ok(());
        }
        let device = &mut self.people.devices[who];
        let (_, changes) =
            device.call(|client, context| client.send(id, Draft::text(text), context)).unwrap();
        let mut queue = VecDeque::new();
        self.keep(who, changes, &mut queue)?;
        self.said.insert(text.to_owned());
        self.send(who, queue)
    }

    /// Sends what waits, follows every log, takes every message.
    pub(crate) fn sync(&mut self, who: usize) -> Step {
        let unsent = self.people.devices[who].client.unsent().unwrap();
        self.ask(who, unsent)?;
        let device = &self.people.devices[who];
        let mut ids: BTreeSet<_> = device.client.conversations().collect();
        ids.extend(self.people.relay.inbox(&device.account()));
        for id in ids {
            let from = self.people.devices[who].client.next_entry(&id);
            self.ask(who, vec![Request::FetchEntries { conversation: id, from }])?;
            let members = self.people.devices[who].client.members(&id).unwrap_or_default();
            for (account, _) in members {
                let head = self.people.devices[who].client.directory().head(&account);
                let from = head.map_or(0, |head| head.seq + 1);
                self.ask(who, vec![Request::FetchStatements { account, from }])?;
            }
            self.receive(who, &id)?;
        }
        Ok(())
    }

    fn receive(&mut self, who: usize, id: &ConversationId) -> Step {
        let messages = self.people.relay.logs[id].messages.clone();
        let again = messages.len();
        for message in messages {
            let device = &mut self.people.devices[who];
            if !device.client.knows(id) {
                return Ok(());
            }
            let taken = device.call(|client, context| client.receive(id, &message, context));
            self.show(who, taken.unwrap())?;
        }
        for _ in 0..again {
            let device = &mut self.people.devices[who];
            let taken = device.call(|client, context| client.receive_held(id, context)).unwrap();
            let Some(taken) = taken else { break };
            self.show(who, taken)?;
        }
        Ok(())
    }

    /// Saved in one transaction: what the client wants, and that the message is shown.
    fn show(&mut self, who: usize, (incoming, changes): (Incoming, Changes)) -> Step {
        let mut queue = VecDeque::new();
        self.keep(who, changes, &mut queue)?;
        if let Incoming::Message(message) = incoming
            && !message.findings.contains(&Finding::Duplicate)
        {
            let content = &message.opened.content;
            self.people.devices[who].shown.push(Shown {
                conversation: message.opened.conversation,
                id: message.opened.id,
                author: content.author.account,
                text: String::from_utf8(content.body.clone()).unwrap(),
            });
        }
        self.send(who, queue)
    }

    /// Tries until it is done; each try begins with what the one before has left.
    pub(crate) fn insist(&mut self, what: impl Fn(&mut Self) -> Step) {
        let done = (0..9).any(|_| what(self).is_ok());
        assert!(done, "the machine never gets through");
    }
}
