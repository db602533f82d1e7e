//! Random operations over a network that loses, repeats and reorders: in the end everybody
//! who is in agrees with the log, and shows what it is entitled to, each message once.

use std::collections::BTreeMap;

use privity_conversation::Error;
use privity_conversation::format::{AccountId, Action, ConversationId, Entry, Role};
use privity_conversation::log::Fold;
use privity_conversation::message::Draft;
use privity_conversation::state::{Blocked, Changes, Client, Context, Due, History};
use privity_testkit::{ChaCha20Rng, Device, Link, Rng, SeedableRng};
use privity_wire::Codec;

use crate::people::People;

const SEQUENCES: u64 = 2_500;
const THREADS: u64 = 4;
const OPERATIONS: u32 = 14;

/// One sequence: three accounts, one conversation.
struct Weather {
    people: People,
    id: ConversationId,
    dice: ChaCha20Rng,
    link: Link,
    said: u32,
}

impl Weather {
    fn new(people: &mut Option<People>, seed: u64) -> Self {
        let mut people = people.take().unwrap_or_else(|| People::meet(3));
        people.relay.logs.clear();
        for device in &mut people.devices {
            device.shown.clear();
            device.refused.clear();
            device.events.clear();
        }
        let id = people.conversation(2);
        let dice = ChaCha20Rng::seed_from_u64(seed);
        Self { people, id, dice, link: Link::bad(seed, 30), said: 0 }
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.dice.next_u32() % bound
    }

    /// A call whose requests meet the weather; what the rules refuse is no failure.
    fn attempt(
        &mut self,
        who: usize,
        call: impl FnOnce(&mut Client, &mut Context<'_>) -> Result<Changes, Error>,
    ) {
        match self.people.devices[who].call(call) {
            Ok(changes) => {
                let device = &mut self.people.devices[who];
                device.perform(changes, &mut self.people.relay, &mut self.link).unwrap();
            }
            Err(Error::Blocked(_) | Error::Entry(_) | Error::Misuse(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }

    fn operate(&mut self) {
        let id = self.id;
        let who = self.below(3) as usize;
        let whom = self.people.devices[self.dice.next_u32() as usize % 3].account();
        match self.below(14) {
            0..=3 => {
                self.said += 1;
                let text = format!("{}", self.said);
                self.attempt(who, |client, context| {
                    client.send(&id, Draft::text(&text), context).map(|(_, changes)| changes)
                });
            }
            4 | 5 => self.attempt(who, |client, context| client.rotate(&id, context)),
            6 => self
                .attempt(who, |client, context| client.add(&id, &[whom], History::Full, context)),
            7 => self.attempt(who, |client, context| {
                client.add(&id, &[whom], History::FromNow, context)
            }),
            8 => self.attempt(who, |client, context| client.remove(&id, &[whom], context)),
            9 => self.attempt(who, |client, context| client.leave(&id, None, context)),
            10 => self
                .attempt(who, |client, context| client.set_role(&id, whom, Role::Admin, context)),
            11 => self.people.devices[who].crash().unwrap(),
            _ => self.catch_up(who),
        }
        self.attempt(who, |client, context| client.accept(&id, context));
    }

    fn catch_up(&mut self, who: usize) {
        self.people.devices[who].sync(&mut self.people.relay, &mut self.link).unwrap();
    }

    /// Fair weather: everybody sends what waits, follows, and rotates where it is due.
    fn settle(&mut self) {
        let id = self.id;
        self.link = Link::good();
        for _ in 0..3 {
            for who in 0..3 {
                self.catch_up(who);
                self.attempt(who, |client, context| client.accept(&id, context));
                let device = &self.people.devices[who];
                if device.client.rotation_due(&id, device.now) == Ok(Due::Now) {
                    self.attempt(who, |client, context| client.rotate(&id, context));
                }
            }
        }
    }

    fn check(&self, seed: u64) {
        let log = &self.people.relay.logs[&self.id];
        let directory = self.people.devices[0].client.directory();
        let mut entries = log.entries.iter().map(|bytes| Entry::from_bytes(bytes).unwrap());
        let mut fold = Fold::begin(self.id, &entries.next().unwrap(), directory).unwrap();
        let mut removed_by_position: BTreeMap<AccountId, u64> = BTreeMap::new();
        for entry in entries {
            let n = entry.body().position;
            match &entry.body().action {
                Action::Remove { accounts } => {
                    removed_by_position.extend(accounts.iter().map(|who| (*who, n)));
                }
                Action::Leave { .. } => {
                    removed_by_position.insert(entry.body().author, n);
                }
                _ => {}
            }
            fold.append(&entry, directory).unwrap();
        }
        for (who, device) in self.people.devices.iter().enumerate() {
            let account = device.account();
            if !fold.now().is_member(&account) {
                continue;
            }
            let client = &device.client;
            assert_eq!(client.next_entry(&self.id), fold.head() + 1, "seed {seed} device {who}");
            let members: Vec<_> = fold.now().members().collect();
            assert_eq!(client.members(&self.id).unwrap(), members, "seed {seed} device {who}");
            assert_eq!(client.hash_at(&self.id, fold.head()).unwrap(), Some(fold.head_hash()));
            self.check_shown(device, &fold, seed, who);
        }
    }

    /// A member shows every message of a member's device at a position that it is granted.
    fn check_shown(&self, device: &Device, fold: &Fold, seed: u64, who: usize) {
        let mut shown: Vec<_> = device.shown.iter().map(|shown| shown.id).collect();
        let count = shown.len();
        shown.sort_unstable();
        shown.dedup();
        assert_eq!(shown.len(), count, "seed {seed} device {who}: a message was shown twice");
        let mut granted = 0;
        for bytes in &self.people.relay.logs[&self.id].messages {
            let position = privity_conversation::message::Received::read(bytes).unwrap().position();
            let view = fold.at(position).unwrap();
            let anchor = view.epoch().anchor;
            if fold.now().entitled(&device.account(), anchor) {
                granted += 1;
            }
        }
        // What nobody who ended its author had seen is refused, or waits for a proof for ever.
        let refused = device.refused.len();
        let held = device.client.held_messages(&self.id).unwrap();
        assert!(
            count <= granted && count + refused + held >= granted,
            "seed {seed} device {who}: {count} shown, {refused} refused, {held} held, \
             {granted} granted: {:?}",
            device.refused
        );
    }

    /// Nobody is stuck: whoever is in can speak, and every other member reads it.
    fn speak(&mut self, seed: u64) {
        let id = self.id;
        for who in 0..3 {
            let account = self.people.devices[who].account();
            if !self.people.devices[who]
                .client
                .members(&id)
                .unwrap_or_default()
                .iter()
                .any(|(it, _)| *it == account)
            {
                continue;
            }
            let text = format!("in the end, {who}");
            let sent = self.people.devices[who]
                .call(|client, context| client.send(&id, Draft::text(&text), context));
            let changes = match sent {
                Ok((_, changes)) => changes,
                Err(Error::Blocked(Blocked::NotAccepted)) => continue,
                Err(error) => panic!("seed {seed} device {who}: {error:?}"),
            };
            self.people.devices[who]
                .perform(changes, &mut self.people.relay, &mut self.link)
                .unwrap();
            self.settle();
            for other in 0..3 {
                let device = &self.people.devices[other];
                let other_in = device
                    .client
                    .members(&id)
                    .is_ok_and(|members| members.iter().any(|(it, _)| *it == device.account()));
                assert!(
                    !other_in || device.shown.iter().any(|shown| shown.text == text),
                    "seed {seed}: {other} does not read {who}"
                );
            }
        }
    }
}

fn run(from: u64) {
    let mut people = None;
    for seed in from..from + SEQUENCES {
        let mut weather = Weather::new(&mut people, seed);
        (0..OPERATIONS).for_each(|_| weather.operate());
        weather.settle();
        weather.check(seed);
        weather.speak(seed);
        people = (seed % 4 != 3).then_some(weather.people);
    }
}

#[test]
fn ten_thousand_random_sequences_end_in_agreement() {
    let runs: Vec<_> =
        (0..THREADS).map(|thread| std::thread::spawn(move || run(thread * SEQUENCES))).collect();
    runs.into_iter().for_each(|run| run.join().unwrap());
}
