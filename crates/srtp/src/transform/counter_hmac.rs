//! AES in counter mode with HMAC-SHA-1 (RFC 3711 §4.1.1, §4.2.1; RFC 6188), and
//! HMAC-SHA-1 alone.

use privity_primitives::aes_ctr::AesCtr;
use privity_primitives::hmac_sha1::HmacSha1;
use privity_primitives::scratch::Scratch;
use privity_primitives::secret::equal;

use super::{CUT, Clear, Transform};
use crate::Error;
use crate::header::{RTCP_CLEAR, RtpHeader};
use crate::index::PacketId;
use crate::kdf::SessionKeys;

struct CounterHmac {
    cipher: Option<CounterMode>,
    mac: HmacSha1,
}

/// AES in counter mode with a session salt (RFC 3711 §4.1.1).
pub(crate) struct CounterMode {
    cipher: AesCtr,
    salt: Scratch<14>,
}

/// The row for profiles that encrypt.
pub(crate) fn encrypting(keys: &SessionKeys) -> Result<Box<dyn Transform>, Error> {
    let cipher = Some(CounterMode::new(keys)?);
    Ok(Box::new(CounterHmac { cipher, mac: HmacSha1::new(keys.authentication()) }))
}

/// The row for authentication alone.
#[expect(clippy::unnecessary_wraps, reason = "a row of the profile table")]
pub(crate) fn authenticating(keys: &SessionKeys) -> Result<Box<dyn Transform>, Error> {
    Ok(Box::new(CounterHmac { cipher: None, mac: HmacSha1::new(keys.authentication()) }))
}

impl CounterMode {
    pub(crate) fn new(keys: &SessionKeys) -> Result<Self, Error> {
        let cipher = AesCtr::new(keys.cipher()).map_err(|_| BAD_KEY)?;
        Ok(Self { cipher, salt: Scratch::copy_from(keys.salt()) })
    }

    pub(crate) fn replace(&mut self, keys: &SessionKeys) -> Result<(), Error> {
        self.cipher.replace(keys.cipher()).map_err(|_| BAD_KEY)?;
        self.salt = Scratch::copy_from(keys.salt());
        Ok(())
    }

    /// The counter block of a packet: the salt with the SSRC and the index added.
    ///
    /// ```text
    ///   salt (14 bytes)                               | 0 0
    ///   0 0 0 0 | SSRC (4) | index (6)                | 0 0
    /// ```
    pub(crate) fn block(&self, id: PacketId) -> u128 {
        let mut salt = [0; 16];
        for (to, from) in salt.iter_mut().zip(self.salt.expose()) {
            *to = *from;
        }
        u128::from_be_bytes(salt) ^ (u128::from(id.ssrc) << 64) ^ (u128::from(id.index) << 16)
    }

    /// Adds the keystream that starts at `block`.
    pub(crate) fn apply(&self, block: u128, data: &mut [u8]) {
        self.cipher.apply(&block.to_be_bytes(), data);
    }
}

impl CounterHmac {
    fn crypt_rtp(&self, id: PacketId, packet: &mut [u8], clear: Clear) -> Result<(), Error> {
        let Some(mode) = &self.cipher else { return Ok(()) };
        let (header, payload) = packet.split_at_mut_checked(clear.front).ok_or(CUT)?;
        let sources = header
            .get_mut(RtpHeader::FIXED..)
            .and_then(|sources| sources.get_mut(..clear.csrc))
            .ok_or(CUT)?;
        mode.cipher.apply_to_both(&mode.block(id).to_be_bytes(), sources, payload);
        Ok(())
    }

    fn crypt_rtcp(&self, id: PacketId, packet: &mut [u8]) -> Result<(), Error> {
        let Some(mode) = &self.cipher else { return Ok(()) };
        mode.apply(mode.block(id), packet.get_mut(RTCP_CLEAR..).ok_or(CUT)?);
        Ok(())
    }

    /// The tag's leftmost bytes, as many as there is room for.
    fn write_tag(&self, parts: &[&[u8]], tag: &mut [u8]) {
        for (to, from) in tag.iter_mut().zip(self.mac.tag(parts)) {
            *to = from;
        }
    }

    fn check_tag(&self, parts: &[&[u8]], tag: &[u8]) -> Result<(), Error> {
        let expected = self.mac.tag(parts);
        let fits = expected.get(..tag.len()).is_some_and(|expected| equal(expected, tag));
        if fits { Ok(()) } else { Err(Error::NotAuthentic) }
    }
}

impl Transform for CounterHmac {
    fn replace(&mut self, keys: &SessionKeys) -> Result<(), Error> {
        if let Some(cipher) = &mut self.cipher {
            cipher.replace(keys)?;
        }
        self.mac.replace(keys.authentication());
        Ok(())
    }

    fn seal_rtp(
        &self,
        id: PacketId,
        packet: &mut [u8],
        clear: Clear,
        tag: &mut [u8],
    ) -> Result<(), Error> {
        self.crypt_rtp(id, packet, clear)?;
        self.write_tag(&[packet, &id.rollover_counter()], tag);
        Ok(())
    }

    fn open_rtp(
        &self,
        id: PacketId,
        packet: &mut [u8],
        clear: Clear,
        tag: &[u8],
    ) -> Result<(), Error> {
        self.check_tag(&[packet, &id.rollover_counter()], tag)?;
        self.crypt_rtp(id, packet, clear)
    }

    fn seal_rtcp(
        &self,
        id: PacketId,
        packet: &mut [u8],
        word: [u8; 4],
        tag: &mut [u8],
    ) -> Result<(), Error> {
        self.crypt_rtcp(id, packet)?;
        self.write_tag(&[packet, &word], tag);
        Ok(())
    }

    fn open_rtcp(
        &self,
        id: PacketId,
        packet: &mut [u8],
        word: [u8; 4],
        tag: &[u8],
    ) -> Result<(), Error> {
        self.check_tag(&[packet, &word], tag)?;
        self.crypt_rtcp(id, packet)
    }

    fn tag_rtcp(&self, _: PacketId, packet_and_word: &[u8], tag: &mut [u8]) -> Result<(), Error> {
        self.write_tag(&[packet_and_word], tag);
        Ok(())
    }
}

const BAD_KEY: Error = Error::Misuse("the session key has not the profile's length");
