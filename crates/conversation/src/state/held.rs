use std::collections::VecDeque;

use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer, read_list, write_list};

use crate::format::Blob;

/// Messages that wait for an entry, a statement or a secret.
///
/// Bounded: past the bound the oldest are let go, and come again by the relay's cursor
/// because their holding was never acknowledged as receiving.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    messages: VecDeque<Blob>,
    bytes: usize,
    /// How many are still to be tried in this round; none between two rounds.
    untried: Option<usize>,
}

const MESSAGES: usize = 256;
const BYTES: usize = 4 << 20;

/// Whether a message could be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holding {
    /// It waits.
    Kept,
    /// It waits already.
    Known,
    /// There is no room: the caller asks for it again later.
    Full,
}

impl Held {
    pub(super) fn keep(&mut self, message: &[u8]) -> Holding {
        if self.messages.iter().any(|held| held.0 == message) {
            return Holding::Known;
        }
        if self.messages.len() >= MESSAGES || self.bytes + message.len() > BYTES {
            return Holding::Full;
        }
        self.bytes += message.len();
        self.messages.push_back(Blob(message.to_vec()));
        Holding::Kept
    }

    /// The next of a round; none when each was taken once, also those that are kept again.
    pub(super) fn take(&mut self) -> Option<Vec<u8>> {
        let untried = self.untried.unwrap_or(self.messages.len());
        self.untried = untried.checked_sub(1);
        self.untried?;
        let message = self.messages.pop_front()?;
        self.bytes -= message.0.len();
        Some(message.0)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.messages.iter().map(|message| message.0.as_slice())
    }

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }
}

impl Codec for Held {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        let messages: Vec<Blob> = self.messages.iter().cloned().collect();
        write_list(writer, &messages)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let messages: VecDeque<Blob> = read_list(reader, "held messages", MESSAGES)?.into();
        let bytes = messages.iter().map(|message| message.0.len()).sum();
        Ok(Self { messages, bytes, untried: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_bounded_and_comes_out_in_order() {
        let mut held = Held::default();
        for index in 0..MESSAGES {
            let message = u32::try_from(index).unwrap().to_be_bytes();
            assert_eq!(held.keep(&message), Holding::Kept);
            assert_eq!(held.keep(&message), Holding::Known);
        }
        assert_eq!(held.keep(b"one more"), Holding::Full);
        assert_eq!(Held::from_bytes(&held.to_bytes().unwrap()), Ok(held.clone()));
        assert_eq!(held.take().as_deref(), Some(&0u32.to_be_bytes()[..]));
        assert_eq!(held.keep(&[0; BYTES]), Holding::Full);
        assert_eq!(held.keep(b"one more"), Holding::Kept);
    }

    #[test]
    fn a_round_ends_though_every_message_is_kept_again() {
        let mut held = Held::default();
        for message in [b"one", b"two"] {
            assert_eq!(held.keep(message), Holding::Kept);
        }
        for _ in 0..3 {
            for message in [b"one", b"two"] {
                assert_eq!(held.take().as_deref(), Some(&message[..]));
                assert_eq!(held.keep(message), Holding::Kept);
            }
            assert_eq!(held.take(), None);
        }
    }
}
