use std::collections::{BTreeSet, VecDeque};

use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer, read_list};

use crate::format::{AccountId, Blob, MessageId};

/// Messages that wait for an entry, a statement, a secret or a proof.
///
/// Bounded: what is the least likely to be wanted is let go first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    messages: VecDeque<Item>,
    bytes: usize,
    /// The number of the next one to come.
    next: u64,
    /// How many are still to be tried in this round; none between two rounds.
    untried: Option<usize>,
    unsaved: Unsaved,
    /// Whose statements were asked for in this round.
    asked: BTreeSet<AccountId>,
}

/// What the store lacks: each message has a record of its own, by its number. One that was taken
/// and is kept again as it was is nothing new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unsaved {
    taken: Option<Item>,
    put: BTreeSet<u64>,
    gone: BTreeSet<u64>,
    /// All of them stand in one record, as an earlier release had it.
    pub(super) list: bool,
}

impl Unsaved {
    fn forget(&mut self, number: u64) {
        self.put.remove(&number);
        self.gone.insert(number);
    }

    /// Records to delete.
    pub(super) fn gone(&self) -> impl Iterator<Item = u64> {
        self.gone.iter().copied()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// In the order of arrival, and its record's name.
    pub(super) number: u64,
    waits: Waits,
    message: Blob,
}

/// What a message waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    /// An epoch that the log does not grant, as far as it is here.
    Grant,
    /// Entries beyond the head.
    Entries,
    /// Statements that its author names.
    Statements,
    /// That a head of its device's cut reaches it.
    Cut(MessageId),
    /// Nobody but the relay and other members: a secret that is granted, the pin of a
    /// revocation, the messages before it.
    Others,
}

const MESSAGES: usize = 256;
const BYTES: usize = 4 << 20;

/// Whether a message could be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holding {
    /// It waits; so many others were let go for it.
    Kept {
        /// How many.
        let_go: usize,
    },
    /// It waits already.
    Known,
    /// There is no room.
    Full,
}

impl Waits {
    /// What is let go first has the lowest.
    const fn rank(self) -> u8 {
        match self {
            Self::Grant => 0,
            Self::Entries => 1,
            Self::Statements => 2,
            Self::Cut(_) => 3,
            Self::Others => 4,
        }
    }

    /// Whether a message that waits for `self` makes room for one that waits for `other`. A
    /// member can name any number of statements that there are not: the newest such message
    /// takes the place of the oldest.
    fn yields_to(self, other: Self) -> bool {
        self.rank() < other.rank() || (self == Self::Statements && other == Self::Statements)
    }
}

impl Held {
    pub(super) fn keep(&mut self, message: &[u8], waits: Waits) -> Holding {
        if self.messages.iter().any(|held| held.message.0 == message) {
            return Holding::Known;
        }
        let Some(let_go) = self.make_room(message.len(), waits) else { return Holding::Full };
        self.bytes += message.len();
        let taken = self.unsaved.taken.take_if(|item| item.message.0 == message);
        let number = taken.as_ref().map_or(self.next, |item| item.number);
        self.next = self.next.max(number.saturating_add(1));
        if taken.is_none_or(|item| item.waits != waits) {
            self.unsaved.put.insert(number);
        }
        self.messages.push_back(Item { number, waits, message: Blob(message.to_vec()) });
        Holding::Kept { let_go }
    }

    /// Lets go what must go for one more message; none, and nothing goes, if that is not enough.
    fn make_room(&mut self, length: usize, waits: Waits) -> Option<usize> {
        if self.has_room(length) {
            return Some(0);
        }
        let (mut count, mut bytes) = (self.messages.len(), self.bytes);
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|index| self.messages.get(*index).map(|item| item.waits.rank()));
        let mut gone = Vec::new();
        let mut candidates = order.into_iter();
        while count >= MESSAGES || bytes + length > BYTES {
            let index = candidates.next()?;
            let item = self.messages.get(index).filter(|item| item.waits.yields_to(waits))?;
            (count, bytes) = (count - 1, bytes - item.message.0.len());
            gone.push(index);
        }
        gone.sort_unstable();
        for index in gone.iter().rev() {
            if let Some(item) = self.messages.remove(*index) {
                self.unsaved.forget(item.number);
            }
            // What is still to be tried stands at the front.
            self.untried = self.untried.map(|untried| untried - usize::from(*index < untried));
        }
        self.bytes = bytes;
        Some(gone.len())
    }

    /// Whether a message of that length could be held without letting another go.
    pub(super) fn has_room(&self, length: usize) -> bool {
        self.messages.len() < MESSAGES && self.bytes + length <= BYTES
    }

    /// The next of a round; none when each was taken once, also those that are kept again.
    pub(super) fn take(&mut self) -> Option<Vec<u8>> {
        if self.untried.is_none() {
            self.asked.clear();
        }
        let untried = self.untried.unwrap_or(self.messages.len());
        self.untried = untried.checked_sub(1);
        self.untried?;
        let item = self.messages.pop_front()?;
        self.bytes -= item.message.0.len();
        let message = item.message.0.clone();
        if let Some(before) = self.unsaved.taken.replace(item) {
            self.unsaved.forget(before.number);
        }
        Some(message)
    }

    /// What is to be saved, and the messages that are; from now on it counts as saved.
    pub(super) fn take_unsaved(&mut self) -> (Unsaved, Vec<&Item>) {
        let mut unsaved = core::mem::take(&mut self.unsaved);
        if let Some(taken) = unsaved.taken.take() {
            unsaved.forget(taken.number);
        }
        let put = |item: &&Item| unsaved.list || unsaved.put.contains(&item.number);
        let items = self.messages.iter().filter(put).collect();
        (unsaved, items)
    }

    /// Takes a record back: of one message, or of all of them.
    pub(super) fn restore(&mut self, number: &[u8], content: &[u8]) -> Result<(), DecodeError> {
        if number.is_empty() {
            let mut reader = Reader::new(content);
            let items = read_list::<Item>(&mut reader, "held messages", MESSAGES)?;
            reader.finish()?;
            self.messages.extend((0..).zip(items).map(|(number, item)| Item { number, ..item }));
            self.unsaved.list = true;
        } else {
            let number = number.try_into().map_err(|_| DecodeError::Invalid("held message"))?;
            let number = u64::from_be_bytes(number);
            self.messages.push_back(Item { number, ..Item::from_bytes(content)? });
        }
        self.messages.make_contiguous().sort_by_key(|item| item.number);
        self.bytes = self.messages.iter().map(|item| item.message.0.len()).sum();
        self.next = self.messages.back().map_or(0, |item| item.number.saturating_add(1));
        Ok(())
    }

    /// Whether an account's statements were not asked for yet in this round: many messages may
    /// wait for the same.
    pub(super) fn may_ask(&mut self, account: &AccountId) -> bool {
        self.asked.insert(*account)
    }

    /// Something was settled that others wait for: all are tried once more.
    pub(super) const fn begin_round(&mut self) {
        self.untried = None;
    }

    /// Whether a message waits for its device's cut.
    pub(super) fn awaits_cut(&self, id: &MessageId) -> bool {
        self.messages.iter().any(|item| item.waits == Waits::Cut(*id))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.messages.iter().map(|item| item.message.0.as_slice())
    }

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }
}

/// Its number is its record's name.
impl Codec for Item {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u8(self.waits.rank());
        if let Waits::Cut(id) = self.waits {
            writer.raw(&id.0);
        }
        self.message.write(writer)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let waits = match reader.u8("waits")? {
            0 => Waits::Grant,
            1 => Waits::Entries,
            2 => Waits::Statements,
            3 => Waits::Cut(MessageId::read(reader)?),
            4 => Waits::Others,
            _ => return Err(DecodeError::Invalid("waits")),
        };
        Ok(Self { number: 0, waits, message: Blob::read(reader)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: Holding = Holding::Kept { let_go: 0 };

    fn saved_and_read(held: &Held) -> Held {
        let mut read = Held::default();
        for item in held.messages.iter().rev() {
            read.restore(&item.number.to_be_bytes(), &item.to_bytes().unwrap()).unwrap();
        }
        read
    }

    /// Numbers of the records that are written, and that are deleted.
    fn unsaved(held: &mut Held) -> (Vec<u64>, Vec<u64>) {
        let (unsaved, items) = held.take_unsaved();
        (items.iter().map(|item| item.number).collect(), unsaved.gone().collect())
    }

    fn full_of(waits: Waits) -> Held {
        let mut held = Held::default();
        for index in 0..MESSAGES {
            let message = u32::try_from(index).unwrap().to_be_bytes();
            assert_eq!(held.keep(&message, waits), KEPT);
            assert_eq!(held.keep(&message, waits), Holding::Known);
        }
        held
    }

    #[test]
    fn what_is_held_is_bounded_and_comes_out_in_order() {
        let mut held = full_of(Waits::Others);
        assert_eq!(held.keep(b"one more", Waits::Others), Holding::Full);
        assert_eq!(saved_and_read(&held).messages, held.messages);
        assert_eq!(held.take().as_deref(), Some(&0u32.to_be_bytes()[..]));
        assert_eq!(held.keep(&[0; BYTES], Waits::Others), Holding::Full);
        assert_eq!(held.keep(b"one more", Waits::Others), KEPT);
    }

    #[test]
    fn what_nobody_will_open_makes_room_for_what_somebody_may() {
        let cut = Waits::Cut(MessageId([1; 32]));
        let order = [Waits::Grant, Waits::Entries, Waits::Statements, cut, Waits::Others];
        for (lower, waits) in order.iter().enumerate() {
            for (higher, other) in order.iter().enumerate() {
                let mut held = full_of(*waits);
                let due = if lower < higher || (lower, higher) == (2, 2) {
                    Holding::Kept { let_go: 1 }
                } else {
                    Holding::Full
                };
                assert_eq!(held.keep(b"one more", *other), due);
                assert_eq!(held.len(), MESSAGES);
                assert_eq!(saved_and_read(&held).messages, held.messages);
            }
        }
    }

    #[test]
    fn the_oldest_goes_first_and_none_goes_in_vain() {
        let mut held = Held::default();
        assert_eq!(held.keep(&[1; BYTES / 2], Waits::Others), KEPT);
        assert_eq!(held.keep(&[2; BYTES / 4], Waits::Grant), KEPT);
        assert_eq!(held.keep(&[3; BYTES / 4], Waits::Grant), KEPT);
        assert_eq!(held.keep(&[4; BYTES / 2 + 1], Waits::Others), Holding::Full);
        assert_eq!(held.len(), 3);
        assert_eq!(held.keep(&[5; BYTES / 4], Waits::Others), Holding::Kept { let_go: 1 });
        let left: Vec<u8> = held.iter().map(|message| message[0]).collect();
        assert_eq!(left, [1, 3, 5]);
    }

    #[test]
    fn a_round_ends_though_every_message_is_kept_again() {
        let mut held = Held::default();
        for message in [b"one", b"two"] {
            assert_eq!(held.keep(message, Waits::Others), KEPT);
        }
        for _ in 0..3 {
            for message in [b"one", b"two"] {
                assert_eq!(held.take().as_deref(), Some(&message[..]));
                assert_eq!(held.keep(message, Waits::Others), KEPT);
            }
            assert_eq!(held.take(), None);
        }
    }

    #[test]
    fn what_is_kept_again_as_it_was_needs_no_saving() {
        let mut held = Held::default();
        assert_eq!(unsaved(&mut held), (vec![], vec![]));
        for (number, message) in [b"one", b"two"].into_iter().enumerate() {
            assert_eq!(held.keep(message, Waits::Statements), KEPT);
            assert_eq!(unsaved(&mut held), (vec![number as u64], vec![]));
        }
        held.take().unwrap();
        assert_eq!(held.keep(b"one", Waits::Statements), KEPT);
        assert_eq!(unsaved(&mut held), (vec![], vec![]));
        held.take().unwrap();
        assert_eq!(held.keep(b"two", Waits::Others), KEPT);
        assert_eq!(unsaved(&mut held), (vec![1], vec![]));
        held.begin_round();
        held.take().unwrap();
        assert_eq!(unsaved(&mut held), (vec![], vec![0]));
        assert_eq!(held.keep(b"three", Waits::Others), KEPT);
        assert_eq!(unsaved(&mut held), (vec![2], vec![]));
    }

    #[test]
    fn one_that_is_let_go_or_taken_for_good_loses_its_record() {
        let mut held = full_of(Waits::Grant);
        let (all, gone) = unsaved(&mut held);
        assert_eq!((all.len(), gone.len()), (MESSAGES, 0));
        assert_eq!(held.keep(b"one more", Waits::Others), Holding::Kept { let_go: 1 });
        held.take().unwrap();
        held.take().unwrap();
        assert_eq!(unsaved(&mut held), (vec![MESSAGES as u64], vec![0, 1, 2]));
    }

    /// What an earlier release wrote is read, and written anew.
    #[test]
    fn one_record_of_all_of_them_is_read_too() {
        let mut held = Held::default();
        let mut list = Writer::new();
        list.u32(2);
        for message in [b"one", b"two"] {
            assert_eq!(held.keep(message, Waits::Others), KEPT);
            held.messages.back().unwrap().write(&mut list).unwrap();
        }
        let mut read = Held::default();
        read.restore(&[], list.as_slice()).unwrap();
        assert_eq!(read.messages, held.messages);
        let (unsaved, items) = read.take_unsaved();
        assert_eq!((unsaved.list, items.len()), (true, 2));
    }
}
