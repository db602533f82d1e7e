use privity_wire::{DecodeError, Reader, Writer};

use crate::crc::crc32c;
use crate::{Error, PeerMisbehaved};

/// A ZRTP packet: the header that stands before every message and the CRC behind it
/// (RFC 6189, 5).
///
/// ```text
///   0x10 0x00 | sequence | "ZRTP" | SSRC | message ... | CRC-32C, low byte first
///       2     |    2     |   4    |  4   |    4 n      |         4
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Counts the packets of the sender, repetitions too. Nothing is decided by it.
    pub sequence: u16,
    /// The sender's RTP stream on this port.
    pub ssrc: u32,
    /// The whole message with its own header, 12 bytes at least.
    pub message: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Bytes around the message.
    pub const OVERHEAD: usize = HEADER + CRC;

    /// The longest datagram that is looked at.
    pub const MAX_BYTES: usize = 3_072;

    /// True for a datagram that calls itself ZRTP: the first half-byte and the cookie fit
    /// (RFC 7983). Everything else on the port belongs to others.
    #[must_use]
    pub fn is_zrtp(datagram: &[u8]) -> bool {
        datagram.first().is_some_and(|first| first >> 4 == 1) && datagram.get(4..8) == Some(COOKIE)
    }

    /// Takes a datagram apart; the CRC is checked first.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the frame does not fit, [`PeerMisbehaved::Checksum`].
    pub fn read(datagram: &'a [u8]) -> Result<Self, Error> {
        let (sequence, ssrc, message) = open(datagram)?;
        Ok(Self { sequence, ssrc, message })
    }

    /// The datagram.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        seal(FIRST_WHOLE, self.sequence, self.ssrc, self.message)
    }
}

/// Reads header and CRC, whatever the first byte says in its low half.
pub(crate) fn open(datagram: &[u8]) -> Result<(u16, u32, &[u8]), Error> {
    if datagram.len() > Packet::MAX_BYTES {
        return Err(DecodeError::TooLong("packet").into());
    }
    if datagram.len() < MIN_BYTES || !datagram.len().is_multiple_of(4) {
        return Err(DecodeError::Truncated("packet").into());
    }
    if !Packet::is_zrtp(datagram) {
        return Err(DecodeError::Invalid("cookie").into());
    }
    let mut reader = Reader::new(datagram);
    let covered = reader.take("packet", datagram.len().saturating_sub(CRC))?;
    let crc = u32::from_le_bytes(reader.array("crc")?);
    if crc != crc32c(&[covered]) {
        return Err(PeerMisbehaved::Checksum.into());
    }
    let mut reader = Reader::new(covered);
    reader.u16("first bytes")?;
    let sequence = reader.u16("sequence")?;
    reader.u32("cookie")?;
    let ssrc = reader.u32("ssrc")?;
    Ok((sequence, ssrc, reader.take_rest()))
}

/// Writes header, content and CRC.
pub(crate) fn seal(first: u8, sequence: u16, ssrc: u32, content: &[u8]) -> Vec<u8> {
    let mut writer = Writer::with_capacity(content.len().saturating_add(Packet::OVERHEAD));
    writer.u8(first).u8(0).u16(sequence).raw(COOKIE).u32(ssrc).raw(content);
    let crc = crc32c(&[writer.as_slice()]);
    writer.raw(&crc.to_le_bytes());
    writer.into_vec()
}

/// First byte of a packet that holds a whole message.
const FIRST_WHOLE: u8 = 0x10;
/// "ZRTP" where STUN has its own cookie.
const COOKIE: &[u8] = b"ZRTP";
const HEADER: usize = 12;
const CRC: usize = 4;
/// The shortest message has 12 bytes.
const MIN_BYTES: usize = HEADER + 12 + CRC;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bit_of_a_packet_is_covered() {
        let message = [7; 16];
        let datagram = Packet { sequence: 9, ssrc: 5, message: &message }.write();
        assert_eq!(Packet::read(&datagram).unwrap().message, message);
        for bit in 0..datagram.len() * 8 {
            let mut changed = datagram.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(Packet::read(&changed).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn lengths_outside_the_format_are_refused_before_anything_is_computed() {
        for length in [0, 1, 27, 29, 3_073, 3_076, 65_535] {
            let mut datagram = vec![0; length];
            datagram.splice(0..length.min(8), [0x10, 0, 0, 1, 0x5a, 0x52, 0x54, 0x50]);
            datagram.truncate(length);
            assert!(matches!(Packet::read(&datagram), Err(Error::Malformed(_))), "{length}");
        }
    }
}
