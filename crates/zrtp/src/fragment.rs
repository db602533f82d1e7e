//! Messages longer than a datagram, in pieces (docs/ZRTP-PQ.md).
//!
//! ```text
//!   0x11 0x00 | sequence | "ZRTP" | SSRC | message id | total | offset | length | data | CRC
//!       2     |    2     |   4    |  4   |     2      |   2   |   2    |   2    |      |  4
//!   total, offset and length count words of 4 bytes
//! ```

use privity_wire::{DecodeError, Reader, Writer};

use crate::message::MAX_MESSAGE_BYTES;
use crate::packet::{Packet, open, seal};
use crate::{Error, PeerMisbehaved};

/// One piece of a long message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fragment<'a> {
    pub(crate) sequence: u16,
    pub(crate) ssrc: u32,
    pub(crate) message_id: u16,
    total_words: u16,
    offset_words: u16,
    data: &'a [u8],
}

impl<'a> Fragment<'a> {
    /// True for a ZRTP datagram whose first byte marks a fragment.
    pub(crate) fn is_fragment(datagram: &[u8]) -> bool {
        datagram.first() == Some(&FIRST_FRAGMENT)
    }

    /// Takes a datagram apart.
    ///
    /// # Errors
    /// As [`Packet::read`], and where offset and length leave the message.
    pub(crate) fn read(datagram: &'a [u8]) -> Result<Self, Error> {
        let (sequence, ssrc, content) = open(datagram)?;
        let mut reader = Reader::new(content);
        let message_id = reader.u16("message id")?;
        let total_words = reader.u16("total length")?;
        let offset_words = reader.u16("offset")?;
        let length_words = reader.u16("fragment length")?;
        let data = reader.take("data", usize::from(length_words) * WORD)?;
        reader.finish()?;
        let end = usize::from(offset_words) + usize::from(length_words);
        if usize::from(total_words) * WORD > MAX_MESSAGE_BYTES {
            return Err(DecodeError::TooLong("total length").into());
        }
        if length_words == 0 || end > usize::from(total_words) {
            return Err(DecodeError::Invalid("fragment length").into());
        }
        Ok(Self { sequence, ssrc, message_id, total_words, offset_words, data })
    }

    /// The datagram.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(self.data.len() + HEADER);
        let length = u16::try_from(self.data.len() / WORD).unwrap_or(0);
        writer.u16(self.message_id).u16(self.total_words).u16(self.offset_words).u16(length);
        writer.raw(self.data);
        seal(FIRST_FRAGMENT, self.sequence, self.ssrc, writer.as_slice())
    }
}

/// Cuts a message into pieces whose datagrams have at most `mtu` bytes.
///
/// `next_sequence` numbers each of them.
pub(crate) fn split(
    message: &[u8],
    message_id: u16,
    mtu: usize,
    ssrc: u32,
    mut next_sequence: impl FnMut() -> u16,
) -> Vec<Vec<u8>> {
    let room = mtu.saturating_sub(Packet::OVERHEAD + HEADER) / WORD * WORD;
    let total_words = u16::try_from(message.len() / WORD).unwrap_or(u16::MAX);
    let mut offset_words = 0;
    let mut datagrams = Vec::new();
    for data in message.chunks(room.max(WORD)) {
        let sequence = next_sequence();
        let piece = Fragment { sequence, ssrc, message_id, total_words, offset_words, data };
        datagrams.push(piece.write());
        offset_words = offset_words.saturating_add(u16::try_from(data.len() / WORD).unwrap_or(0));
    }
    datagrams
}

/// Puts the one message of a sender together that is in flight.
///
/// # Security
/// Memory is bounded by the longest message; a piece of another message discards what was
/// collected, whatever its number, so that a forged number cannot block later messages.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    message_id: u16,
    bytes: Vec<u8>,
    /// One entry for each word that has arrived.
    present: Vec<bool>,
}

impl Assembly {
    /// Adds a piece; the whole message once the last one is there.
    ///
    /// # Errors
    /// [`PeerMisbehaved::Fragment`] if the piece contradicts those before it: one of them is
    /// forged, so all are forgotten and the repetition of the message starts anew.
    pub(crate) fn add(&mut self, piece: &Fragment<'_>) -> Result<Option<Vec<u8>>, Error> {
        let total = usize::from(piece.total_words);
        if self.present.is_empty() || self.message_id != piece.message_id {
            self.message_id = piece.message_id;
            self.bytes = vec![0; total * WORD];
            self.present = vec![false; total];
        }
        if self.present.len() != total {
            self.present = Vec::new();
            return Err(PeerMisbehaved::Fragment.into());
        }
        self.place(usize::from(piece.offset_words), piece.data)?;
        if self.present.contains(&false) {
            return Ok(None);
        }
        self.present = Vec::new();
        Ok(Some(core::mem::take(&mut self.bytes)))
    }

    fn place(&mut self, offset: usize, data: &[u8]) -> Result<(), Error> {
        let words = data.len() / WORD;
        let start = offset * WORD;
        let present =
            self.present.get_mut(offset..offset + words).ok_or(PeerMisbehaved::Fragment)?;
        let bytes =
            self.bytes.get_mut(start..start + data.len()).ok_or(PeerMisbehaved::Fragment)?;
        let old_and_new = bytes.chunks_exact(WORD).zip(data.chunks_exact(WORD));
        let mut overlap = present.iter().zip(old_and_new).filter(|(present, _)| **present);
        if overlap.any(|(_, (old, new))| old != new) {
            self.present = Vec::new();
            return Err(PeerMisbehaved::Fragment.into());
        }
        bytes.copy_from_slice(data);
        present.fill(true);
        Ok(())
    }
}

const FIRST_FRAGMENT: u8 = 0x11;
const WORD: usize = 4;
const HEADER: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(message: &[u8], id: u16, mtu: usize) -> Vec<Vec<u8>> {
        let mut sequence = 0;
        split(message, id, mtu, 5, || {
            sequence += 1;
            sequence
        })
    }

    fn piece(id: u16, total: u16, offset: u16, data: &[u8]) -> Fragment<'_> {
        Fragment {
            sequence: 1,
            ssrc: 5,
            message_id: id,
            total_words: total,
            offset_words: offset,
            data,
        }
    }

    #[test]
    fn a_message_survives_any_order_and_repetition_of_its_pieces() {
        let message: Vec<u8> = (0..1_348).map(|index| (index % 251) as u8).collect();
        let mut datagrams = pieces(&message, 9, 600);
        assert_eq!(datagrams.len(), 3);
        assert!(datagrams.iter().all(|datagram| datagram.len() <= 600));
        datagrams.reverse();
        datagrams.insert(0, datagrams[1].clone());
        let mut assembly = Assembly::default();
        let mut whole = None;
        for datagram in &datagrams {
            assert!(Fragment::is_fragment(datagram));
            whole = assembly.add(&Fragment::read(datagram).unwrap()).unwrap().or(whole);
        }
        assert_eq!(whole, Some(message));
    }

    #[test]
    fn offset_and_length_outside_the_message_are_refused() {
        for (total, offset, words) in [(3, 3, 1), (3, 0, 4), (3, 2, 2), (3, 0xffff, 1)] {
            let datagram = piece(1, total, offset, &vec![0; words * WORD]).write();
            let read = Fragment::read(&datagram);
            assert_eq!(read, Err(DecodeError::Invalid("fragment length").into()));
        }
        assert!(Fragment::read(&piece(1, 3, 0, &[]).write()).is_err());
        let datagram = piece(1, 0xffff, 0, &[0; 16]).write();
        assert_eq!(Fragment::read(&datagram), Err(DecodeError::TooLong("total length").into()));
    }

    #[test]
    fn pieces_that_overlap_must_agree() {
        let mut assembly = Assembly::default();
        assert_eq!(assembly.add(&piece(1, 4, 0, &[1; 8])), Ok(None));
        let contradiction = assembly.add(&piece(1, 4, 1, &[2; 8]));
        assert_eq!(contradiction, Err(PeerMisbehaved::Fragment.into()));
        assert_eq!(assembly.add(&piece(1, 4, 0, &[1; 8])), Ok(None));
        assert_eq!(assembly.add(&piece(1, 5, 2, &[1; 8])), Err(PeerMisbehaved::Fragment.into()));
        assert_eq!(assembly.add(&piece(1, 4, 0, &[1; 8])), Ok(None));
        assert_eq!(assembly.add(&piece(1, 4, 1, &[1; 12])), Ok(Some(vec![1; 16])));
    }

    #[test]
    fn one_message_is_in_flight_and_a_high_number_blocks_nothing() {
        let mut assembly = Assembly::default();
        assert_eq!(assembly.add(&piece(0xffff, 700, 0, &[1; 8])), Ok(None));
        assert_eq!(assembly.add(&piece(7, 4, 0, &[1; 8])), Ok(None));
        assert_eq!(assembly.bytes.len(), 16);
        assert_eq!(assembly.add(&piece(7, 4, 2, &[1; 8])), Ok(Some(vec![1; 16])));
    }
}
