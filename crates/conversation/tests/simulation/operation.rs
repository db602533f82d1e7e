//! What people do, at random.

use privity_conversation::Error;
use privity_conversation::epoch::ConversationInfo;
use privity_conversation::format::{HistoryPolicy, Permission, Policy, Role};
use privity_conversation::message::Draft;
use privity_conversation::state::{Changes, Due, History};

use crate::model::Sent;
use crate::world::World;

const HOUR: u64 = 60 * 60 * 1_000;

impl World {
    /// One person does one thing, with or without having looked at the relay before.
    pub(crate) fn step(&mut self) {
        let who = self.below(self.devices.len());
        match self.below(24) {
            0..=7 => self.send(who),
            8..=11 => self.follow(who),
            12 => self.devices[who].crash().unwrap(),
            13 => self.devices[who].now += self.below(200) as u64 * HOUR,
            14 => self.answer(who),
            15 => self.renew(who),
            16 => self.race(),
            _ => self.change(who),
        }
    }

    fn send(&mut self, who: usize) {
        let (id, text) = (self.id, format!("{} {}", self.seed, self.sent.len()));
        let device = &mut self.devices[who];
        if !device.client.knows(&id) {
            return;
        }
        let position = device.client.next_entry(&id) - 1;
        match device.call(|client, context| client.send(&id, Draft::text(&text), context)) {
            Ok((message, changes)) => {
                self.sent.push(Sent { author: who, id: message, position, text });
                self.perform(who, changes);
            }
            Err(error) => allowed(&error),
        }
    }

    fn answer(&mut self, who: usize) {
        let (id, declines) = (self.id, self.below(4) == 0);
        if !self.devices[who].client.knows(&id) {
            return;
        }
        let answer = self.devices[who].call(|client, context| {
            if declines { client.decline(&id, context) } else { client.accept(&id, context) }
        });
        self.perform(who, answer.unwrap());
    }

    fn renew(&mut self, who: usize) {
        if self.devices[who].client.own().pending().is_some() {
            return;
        }
        self.devices[who].now += 31 * 24 * HOUR;
        if self.devices[who].client.is_renewal_due(self.devices[who].now) {
            let renewed = self.devices[who].call(|client, context| client.renew_keys(context));
            self.try_perform(who, renewed);
        }
    }

    /// Several people propose at one head; their appends arrive in some order.
    fn race(&mut self) {
        let mut held = Vec::new();
        for who in 0..self.devices.len() {
            if let Some(proposed) = self.propose(who) {
                held.push((who, proposed));
            }
        }
        while !held.is_empty() {
            let (who, changes) = held.swap_remove(self.below(held.len()));
            self.try_perform(who, changes);
        }
    }

    fn change(&mut self, who: usize) {
        if let Some(changes) = self.propose(who) {
            self.try_perform(who, changes);
        }
    }

    fn propose(&mut self, who: usize) -> Option<Result<Changes, Error>> {
        let id = self.id;
        if !self.devices[who].client.knows(&id) {
            return None;
        }
        let whom = self.below(self.devices.len());
        let other = self.devices[whom].account();
        let role = [Role::Admin, Role::Member][self.below(2)];
        let policy = Policy {
            history: [HistoryPolicy::Full, HistoryPolicy::FromJoin][self.below(2)],
            add: [Permission::Admins, Permission::AnyMember][self.below(2)],
            ..Policy::default()
        };
        let info = ConversationInfo { title: format!("{}", self.below(9)), picture: Vec::new() };
        let kind = self.below(12);
        Some(self.devices[who].call(|client, context| match kind {
            0..=2 => client.add(&id, &[other], History::Full, context),
            3 | 4 => client.add(&id, &[other], History::FromNow, context),
            5 | 6 => client.remove(&id, &[other], context),
            7 => client.leave(&id, Some(other), context),
            8 => client.set_role(&id, other, role, context),
            9 => client.set_policy(&id, policy, context),
            10 => client.set_info(&id, info, context),
            _ => client.rotate(&id, context),
        }))
    }

    /// Whoever is in after all rotates if that is due, and says a last word.
    pub(crate) fn last_words(&mut self) {
        let id = self.id;
        for who in 0..self.devices.len() {
            let device = &mut self.devices[who];
            if !device.client.knows(&id) {
                continue;
            }
            let account = device.account();
            let members = device.client.members(&id).unwrap();
            if !members.iter().any(|(member, _)| *member == account) {
                continue;
            }
            let accepted = device.call(|client, context| client.accept(&id, context)).unwrap();
            self.perform(who, accepted);
            let device = &mut self.devices[who];
            if device.client.rotation_due(&id, device.now) == Ok(Due::Now) {
                let rotated = device.call(|client, context| client.rotate(&id, context)).unwrap();
                self.perform(who, rotated);
            }
            let before = self.sent.len();
            self.send(who);
            assert_eq!(self.sent.len(), before + 1, "seed {}: {who} is stuck", self.seed);
            (0..self.devices.len()).for_each(|who| self.follow(who));
        }
    }

    fn try_perform(&mut self, who: usize, changes: Result<Changes, Error>) {
        match changes {
            Ok(changes) => self.perform(who, changes),
            Err(error) => allowed(&error),
        }
    }
}

/// What a person who does anything at any time may be told.
fn allowed(error: &Error) {
    assert!(
        matches!(error, Error::Blocked(_) | Error::Entry(_) | Error::Missing(_)),
        "an honest device was told {error:?}"
    );
}
