//! AES-GCM (RFC 7714): header and SRTCP word as associated data, one 16-byte tag.

use privity_primitives::gcm::{Gcm, NONCE_LENGTH, TAG_LENGTH};
use privity_primitives::scratch::Scratch;

use super::{CUT, Clear, Transform};
use crate::Error;
use crate::header::{RTCP_CLEAR, RtpHeader};
use crate::index::PacketId;
use crate::kdf::SessionKeys;

struct AesGcm {
    cipher: Gcm,
    salt: Scratch<14>,
}

/// The row for AES-GCM of either key length.
pub(crate) fn encrypting(keys: &SessionKeys) -> Result<Box<dyn Transform>, Error> {
    let cipher = Gcm::new(keys.cipher()).map_err(|_| BAD_KEY)?;
    Ok(Box::new(AesGcm { cipher, salt: Scratch::copy_from(keys.salt()) }))
}

impl AesGcm {
    /// The nonce of a packet (RFC 7714 §8.1, §9.1).
    ///
    /// ```text
    ///   salt (12 bytes)
    ///   0 0 | SSRC (4) | index (6): rollover counter and sequence number, or SRTCP index
    /// ```
    fn nonce(&self, id: PacketId) -> [u8; NONCE_LENGTH] {
        let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = *self.salt.expose();
        let salt = u128::from_be_bytes([0, 0, 0, 0, a, b, c, d, e, f, g, h, i, j, k, l]);
        let sum = salt ^ (u128::from(id.ssrc) << 48) ^ u128::from(id.index);
        *sum.to_be_bytes().last_chunk().unwrap_or(&[0; NONCE_LENGTH])
    }

    fn seal(&self, id: PacketId, aad: &[u8], text: &mut [u8], tag: &mut [u8]) -> Result<(), Error> {
        let tag = tag.first_chunk_mut::<TAG_LENGTH>().ok_or(CUT)?;
        self.cipher
            .seal(&self.nonce(id), aad, text, tag)
            .map_err(|_| Error::Malformed("the packet is too long"))
    }

    fn open(&self, id: PacketId, aad: &[u8], text: &mut [u8], tag: &[u8]) -> Result<(), Error> {
        let tag = <&[u8; TAG_LENGTH]>::try_from(tag).map_err(|_| CUT)?;
        self.cipher.open(&self.nonce(id), aad, text, tag).map_err(|_| Error::NotAuthentic)
    }
}

impl Transform for AesGcm {
    fn replace(&mut self, keys: &SessionKeys) -> Result<(), Error> {
        self.cipher.replace(keys.cipher()).map_err(|_| BAD_KEY)?;
        self.salt = Scratch::copy_from(keys.salt());
        Ok(())
    }

    fn seal_rtp(
        &self,
        id: PacketId,
        packet: &mut [u8],
        clear: Clear,
        tag: &mut [u8],
    ) -> Result<(), Error> {
        let front = gather(packet, clear)?;
        let (header, text) = packet.split_at_mut_checked(front).ok_or(CUT)?;
        self.seal(id, header, text, tag)?;
        scatter(packet, clear)
    }

    fn open_rtp(
        &self,
        id: PacketId,
        packet: &mut [u8],
        clear: Clear,
        tag: &[u8],
    ) -> Result<(), Error> {
        let front = gather(packet, clear)?;
        let (header, text) = packet.split_at_mut_checked(front).ok_or(CUT)?;
        let opened = self.open(id, header, text, tag);
        scatter(packet, clear)?;
        opened
    }

    fn seal_rtcp(
        &self,
        id: PacketId,
        packet: &mut [u8],
        word: [u8; 4],
        tag: &mut [u8],
    ) -> Result<(), Error> {
        let (header, text) = packet.split_first_chunk_mut::<RTCP_CLEAR>().ok_or(CUT)?;
        self.seal(id, &rtcp_aad(header, word), text, tag)
    }

    fn open_rtcp(
        &self,
        id: PacketId,
        packet: &mut [u8],
        word: [u8; 4],
        tag: &[u8],
    ) -> Result<(), Error> {
        let (header, text) = packet.split_first_chunk_mut::<RTCP_CLEAR>().ok_or(CUT)?;
        self.open(id, &rtcp_aad(header, word), text, tag)
    }

    fn tag_rtcp(&self, id: PacketId, packet_and_word: &[u8], tag: &mut [u8]) -> Result<(), Error> {
        self.seal(id, packet_and_word, &mut [], tag)
    }
}

/// The first 8 bytes and the word (RFC 7714 §9.2).
fn rtcp_aad(header: &[u8; RTCP_CLEAR], word: [u8; 4]) -> [u8; RTCP_CLEAR + 4] {
    let mut aad = [0; RTCP_CLEAR + 4];
    for (to, from) in aad.iter_mut().zip(header.iter().chain(&word)) {
        *to = *from;
    }
    aad
}

/// Moves the extension's head before the contributing sources, so that what Cryptex
/// encrypts is one piece (RFC 9335 §6.2); gives back where it begins.
fn gather(packet: &mut [u8], clear: Clear) -> Result<usize, Error> {
    if clear.csrc == 0 {
        return Ok(clear.front);
    }
    moved(packet, clear)?.rotate_right(RtpHeader::EXTENSION_HEAD);
    Ok(RtpHeader::FIXED + RtpHeader::EXTENSION_HEAD)
}

fn scatter(packet: &mut [u8], clear: Clear) -> Result<(), Error> {
    if clear.csrc != 0 {
        moved(packet, clear)?.rotate_left(RtpHeader::EXTENSION_HEAD);
    }
    Ok(())
}

fn moved(packet: &mut [u8], clear: Clear) -> Result<&mut [u8], Error> {
    packet
        .get_mut(RtpHeader::FIXED..)
        .and_then(|rest| rest.get_mut(..clear.csrc + RtpHeader::EXTENSION_HEAD))
        .ok_or(CUT)
}

const BAD_KEY: Error = Error::Misuse("the session key has not the profile's length");
