use std::collections::{BTreeSet, VecDeque};

use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer, read_list, write_list};

use crate::format::{AccountId, Blob, MessageId};

/// Messages that wait for an entry, a statement, a secret or a proof.
///
/// Bounded: what is the least likely to be wanted is let go first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    messages: VecDeque<Item>,
    bytes: usize,
    /// How many are still to be tried in this round; none between two rounds.
    untried: Option<usize>,
    unsaved: Unsaved,
    /// Whose statements were asked for in this round.
    asked: BTreeSet<AccountId>,
}

/// What the store's record lacks: a message that was taken and is kept again as it was is nothing
/// new, and the record is long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Unsaved {
    taken: Option<Item>,
    more: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
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
        let item = Item { waits, message: Blob(message.to_vec()) };
        if self.unsaved.taken.as_ref() == Some(&item) {
            self.unsaved.taken = None;
        } else {
            self.unsaved.more = true;
        }
        self.messages.push_back(item);
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
            self.messages.remove(*index);
            // What is still to be tried stands at the front.
            self.untried = self.untried.map(|untried| untried - usize::from(*index < untried));
        }
        self.bytes = bytes;
        self.unsaved.more = true;
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
        self.unsaved.more |= self.unsaved.taken.replace(item).is_some();
        Some(message)
    }

    /// Whether there is something to save; from now on it counts as saved.
    pub(super) fn take_unsaved(&mut self) -> bool {
        let Unsaved { taken, more } = core::mem::take(&mut self.unsaved);
        taken.is_some() || more
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

impl Codec for Held {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        let messages: Vec<Item> = self.messages.iter().cloned().collect();
        write_list(writer, &messages)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let messages: VecDeque<Item> = read_list(reader, "held messages", MESSAGES)?.into();
        let bytes = messages.iter().map(|item| item.message.0.len()).sum();
        Ok(Self { messages, bytes, ..Self::default() })
    }
}

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
        Ok(Self { waits, message: Blob::read(reader)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: Holding = Holding::Kept { let_go: 0 };

    fn saved_and_read(held: &Held) -> Held {
        Held::from_bytes(&held.to_bytes().unwrap()).unwrap()
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
        assert!(!held.take_unsaved());
        for message in [b"one", b"two"] {
            assert_eq!(held.keep(message, Waits::Statements), KEPT);
            assert!(held.take_unsaved() && !held.take_unsaved());
        }
        held.take().unwrap();
        assert_eq!(held.keep(b"one", Waits::Statements), KEPT);
        assert!(!held.take_unsaved());
        held.take().unwrap();
        assert_eq!(held.keep(b"two", Waits::Others), KEPT);
        assert!(held.take_unsaved());
        held.begin_round();
        held.take().unwrap();
        assert!(held.take_unsaved());
    }
}
