//! The packets of an SRTP exchange: what an app sends, and what must come out of them.

use arbitrary::Arbitrary;
use privity_srtp::Protocol;

/// What an RTP header has beside its fixed part.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Header {
    sources: u8,
    extension: Extension,
    body: [u8; 8],
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Extension {
    None,
    Empty,
    OneByte,
    TwoByte,
    Other(u16),
}

/// A packet that was protected.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) protocol: Protocol,
    /// Which key.
    pub(crate) key: u8,
    pub(crate) plain: Vec<u8>,
    pub(crate) wire: Vec<u8>,
}

impl Header {
    /// An RTP packet.
    pub(crate) fn packet(&self, ssrc: u8, sequence: u16, payload: u8) -> Vec<u8> {
        let sources = self.sources % 4;
        let [high, low] = sequence.to_be_bytes();
        let mut packet = vec![0x80 | sources, 96, high, low, 0, 0, 0, 1, 0, 0, 0, ssrc];
        packet.extend((0..sources).flat_map(|source| [source; 4]));
        let (profile, words) = match self.extension {
            Extension::None => (None, 0),
            Extension::Empty => (Some(0xbede), 0),
            Extension::OneByte => (Some(0xbede), 2),
            Extension::TwoByte => (Some(0x1000), 2),
            Extension::Other(profile) => (Some(profile), 2),
        };
        if let Some(profile) = profile {
            packet[0] |= 0x10;
            packet.extend(u16::to_be_bytes(profile));
            packet.extend([0, words]);
            packet.extend(&self.body[..4 * usize::from(words)]);
        }
        packet.resize(packet.len() + usize::from(payload), payload);
        packet
    }
}

/// An RTCP packet.
pub(crate) fn report(ssrc: u8, payload: u8) -> Vec<u8> {
    let mut packet = vec![0x80, 200, 0, 1, 0, 0, 0, ssrc];
    packet.resize(8 + usize::from(payload), payload);
    packet
}

impl Sent {
    /// What comes out of it: with Cryptex, sources without an extension got an empty one.
    pub(crate) fn expected(&self) -> Vec<u8> {
        let mut plain = self.plain.clone();
        let grown = self.protocol == Protocol::Rtp && self.wire[0] & 0x10 != plain[0] & 0x10;
        if grown {
            plain[0] |= 0x10;
            let end = sources_end(&plain);
            plain.splice(end..end, [0xbe, 0xde, 0, 0]);
        }
        plain
    }

    /// The first 16 bytes that were added to the payload, if it has as many.
    pub(crate) fn keystream(&self) -> Option<u128> {
        let plain = self.expected();
        let start = match self.protocol {
            Protocol::Rtp => header_length(&plain),
            Protocol::Rtcp => 8,
        };
        let first = |packet: &[u8]| packet.get(start..)?.first_chunk().copied();
        plain.get(start + 16..)?;
        Some(u128::from_be_bytes(first(&plain)?) ^ u128::from_be_bytes(first(&self.wire)?))
    }

    /// Whether it is RTCP that was not encrypted.
    pub(crate) fn is_clear_rtcp(&self) -> bool {
        self.protocol == Protocol::Rtcp && self.wire[..self.plain.len()] == *self.plain
    }

    /// Whether it shows an extension or sources.
    pub(crate) fn is_bare(&self) -> bool {
        self.protocol == Protocol::Rtp && header_length(&self.plain) > 12 && !self.is_marked()
    }

    /// Whether it has the mark of Cryptex.
    pub(crate) fn is_marked(&self) -> bool {
        let end = sources_end(&self.wire);
        self.protocol == Protocol::Rtp
            && self.wire[0] & 0x10 != 0
            && matches!(self.wire[end..end + 2], [0xc0 | 0xc2, 0xde])
    }
}

fn sources_end(packet: &[u8]) -> usize {
    12 + 4 * usize::from(packet[0] & 0x0f)
}

fn header_length(packet: &[u8]) -> usize {
    let end = sources_end(packet);
    if packet[0] & 0x10 == 0 {
        return end;
    }
    end + 4 + 4 * usize::from(u16::from_be_bytes([packet[end + 2], packet[end + 3]]))
}
