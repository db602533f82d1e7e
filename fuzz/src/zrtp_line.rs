//! The line between the two ends of a ZRTP dialogue, and what is forged on it.

use privity_zrtp::Zid;
use privity_zrtp::message::SasRelayPlain;

/// A datagram with one byte behind its sequence number changed and a CRC that fits.
pub(crate) fn forged(datagram: &[u8], place: usize, change: u8) -> Vec<u8> {
    let mut changed = datagram.to_vec();
    let Some(content) = changed.len().checked_sub(CRC_BYTES) else { return changed };
    if let Some(byte) = changed.get_mut(HEADER_BYTES + place % (content - HEADER_BYTES).max(1)) {
        *byte ^= change;
    }
    with_crc(changed.get(..content).unwrap_or_default().to_vec())
}

/// A datagram that says it is a piece of a long message.
pub(crate) fn piece(ssrc: u32, content: &[u8]) -> Vec<u8> {
    with_crc([&[0x11, 0, 0, 1][..], b"ZRTP", &ssrc.to_be_bytes(), content].concat())
}

pub(crate) fn any_ssrc(choice: u8) -> u32 {
    [SSRC_A, SSRC_B, 0x0c0c_0c0c][usize::from(choice % 3)]
}

/// CRC-32C, low byte first (RFC 6189, 5).
fn with_crc(mut bytes: Vec<u8>) -> Vec<u8> {
    let crc = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0x82f6_3b78 * (crc & 1)))
    });
    bytes.extend_from_slice(&(!crc).to_le_bytes());
    bytes
}

pub(crate) const SSRC_A: u32 = 0x0a0a_0a0a;
pub(crate) const SSRC_B: u32 = 0x0b0b_0b0b;
pub(crate) const ZID_A: Zid = Zid([1; 12]);
pub(crate) const ZID_B: Zid = Zid([2; 12]);
const HEADER_BYTES: usize = 12;
const CRC_BYTES: usize = 4;

pub(crate) const OTHER_LEG: SasRelayPlain = SasRelayPlain {
    verified: true,
    allow_clear: false,
    disclosure: false,
    sas: *b"B256",
    sashash: [0xe5; 32],
    signature: None,
};
