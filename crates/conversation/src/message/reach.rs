use std::collections::{BTreeMap, BTreeSet};

use crate::format::MessageId;

/// Which messages of an ended device lie before its end: those that a head of the cut
/// reaches through previous-message links.
///
/// Nobody's clock is asked. Messages come in any order: one whose successors are not loaded
/// yet is remembered, and released when they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    awaited: BTreeSet<MessageId>,
    reached: BTreeSet<MessageId>,
    unproven: BTreeMap<MessageId, MessageId>,
    /// Links that were remembered since they were last taken out to be stored.
    unsaved: Vec<ReachLink>,
}

/// A message of an ended device and the one that it names as the one before: what is stored,
/// and gives the same answers whatever the order in which it is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReachLink {
    /// The message.
    pub id: MessageId,
    /// The one before; zero if it is the device's first.
    pub previous: MessageId,
}

/// Whether a message lies before the cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reachability {
    /// It does; so do these, which came before and could not be told yet.
    Reached {
        /// Their ids, nearest first.
        released: Vec<MessageId>,
    },
    /// No head reaches it so far: live, it waits until one does, unless all came that a head
    /// can reach; in the archive it is shown with a finding.
    NotReached,
    /// It does not: every head was followed to the device's first message.
    Beyond,
}

impl Reach {
    /// Starts from the heads of a device's cut; with none, nothing of it stands.
    #[must_use]
    pub fn new(heads: &[MessageId]) -> Self {
        Self {
            awaited: heads.iter().copied().filter(|head| *head != MessageId::ZERO).collect(),
            reached: BTreeSet::new(),
            unproven: BTreeMap::new(),
            unsaved: Vec::new(),
        }
    }

    /// Starts from the heads of a device's cut and from the links that were stored.
    #[must_use]
    pub fn restore(heads: &[MessageId], links: impl IntoIterator<Item = ReachLink>) -> Self {
        let mut reach = Self::new(heads);
        for link in links {
            let _ = reach.admit(link.id, link.previous);
        }
        reach.unsaved.clear();
        reach
    }

    /// The links to be stored: those that were remembered since the last time.
    pub fn take_unsaved(&mut self) -> Vec<ReachLink> {
        core::mem::take(&mut self.unsaved)
    }

    /// Takes a verified message of the device, by its id and the message that it names as the
    /// one before.
    pub fn admit(&mut self, id: MessageId, previous: MessageId) -> Reachability {
        if self.reached.contains(&id) {
            return Reachability::Reached { released: Vec::new() };
        }
        if self.awaited.is_empty() {
            return Reachability::Beyond;
        }
        if !self.awaited.contains(&id) {
            if self.unproven.len() < REMEMBERED && self.unproven.insert(id, previous).is_none() {
                self.unsaved.push(ReachLink { id, previous });
            }
            return Reachability::NotReached;
        }
        let mut released = Vec::new();
        self.unsaved.push(ReachLink { id, previous });
        self.step(id, previous);
        let mut next = previous;
        while let Some(before) = self.take_unproven(&next) {
            released.push(next);
            self.step(next, before);
            next = before;
        }
        Reachability::Reached { released }
    }

    fn take_unproven(&mut self, id: &MessageId) -> Option<MessageId> {
        self.awaited.contains(id).then(|| self.unproven.remove(id)).flatten()
    }

    fn step(&mut self, id: MessageId, previous: MessageId) {
        self.awaited.remove(&id);
        if self.reached.len() < REMEMBERED {
            self.reached.insert(id);
        }
        if previous != MessageId::ZERO && !self.reached.contains(&previous) {
            self.awaited.insert(previous);
        }
    }
}

/// Messages of one ended device that are remembered, on either side of the cut.
const REMEMBERED: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> MessageId {
        MessageId([byte; 32])
    }

    const REACHED: Reachability = Reachability::Reached { released: Vec::new() };

    #[test]
    fn what_a_head_reaches_is_before_the_cut_and_nothing_else_is() {
        let mut reach = Reach::new(&[id(3)]);
        assert_eq!(reach.admit(id(3), id(2)), REACHED);
        assert_eq!(reach.admit(id(2), id(1)), REACHED);
        assert_eq!(reach.admit(id(9), id(3)), Reachability::NotReached);
        assert_eq!(reach.admit(id(1), MessageId::ZERO), REACHED);
        assert_eq!(reach.admit(MessageId::ZERO, id(7)), Reachability::Beyond);
        assert_eq!(reach.admit(id(9), id(3)), Reachability::Beyond);
        assert_eq!(reach.admit(id(2), id(1)), REACHED);
    }

    #[test]
    fn messages_that_come_before_their_successors_are_released_by_them() {
        let mut reach = Reach::new(&[id(3)]);
        assert_eq!(reach.admit(id(1), id(0)), Reachability::NotReached);
        assert_eq!(reach.admit(id(2), id(1)), Reachability::NotReached);
        let released = vec![id(2), id(1)];
        assert_eq!(reach.admit(id(3), id(2)), Reachability::Reached { released });
    }

    #[test]
    fn links_that_were_stored_give_the_same_answers_in_any_order() {
        let mut reach = Reach::new(&[id(3)]);
        for number in [1, 3, 9] {
            let _ = reach.admit(id(number), id(number - 1));
            let _ = reach.admit(id(number), id(number - 1));
        }
        let mut links = reach.take_unsaved();
        assert_eq!(links.len(), 3, "each once");
        assert_eq!(reach.take_unsaved(), []);
        for _ in 0..links.len() {
            links.rotate_left(1);
            let mut again = Reach::restore(&[id(3)], links.iter().copied());
            assert_eq!(again.take_unsaved(), []);
            assert_eq!(again.admit(id(3), id(2)), REACHED);
            assert_eq!(again.admit(id(9), id(8)), Reachability::NotReached);
            assert_eq!(again.admit(id(2), id(1)), Reachability::Reached { released: vec![id(1)] });
        }
    }

    #[test]
    fn without_heads_nothing_stands() {
        let mut reach = Reach::new(&[]);
        assert_eq!(reach.admit(id(1), MessageId::ZERO), Reachability::Beyond);
        let mut reach = Reach::new(&[MessageId::ZERO]);
        assert_eq!(reach.admit(MessageId::ZERO, id(1)), Reachability::Beyond);
    }
}
