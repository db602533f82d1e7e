//! What a profile does to the bytes: one trait, one file per construction.

pub(crate) mod counter_hmac;
pub(crate) mod gcm;

use crate::Error;
use crate::index::PacketId;
use crate::kdf::SessionKeys;

/// Session keys in use: seals and opens in place, allocates nothing, keeps no state.
pub(crate) trait Transform: Send + Sync {
    /// Puts other session keys in the place of these, without an allocation.
    fn replace(&mut self, keys: &SessionKeys) -> Result<(), Error>;

    /// Encrypts and authenticates an RTP packet without its trailer.
    fn seal_rtp(
        &self,
        id: PacketId,
        packet: &mut [u8],
        clear: Clear,
        tag: &mut [u8],
    ) -> Result<(), Error>;

    /// Undoes [`Transform::seal_rtp`]; [`Error::NotAuthentic`] if the tag does not fit.
    fn open_rtp(
        &self,
        id: PacketId,
        packet: &mut [u8],
        clear: Clear,
        tag: &[u8],
    ) -> Result<(), Error>;

    /// Encrypts and authenticates an RTCP packet; `word` holds the E flag and the index.
    fn seal_rtcp(
        &self,
        id: PacketId,
        packet: &mut [u8],
        word: [u8; 4],
        tag: &mut [u8],
    ) -> Result<(), Error>;

    /// Undoes [`Transform::seal_rtcp`].
    fn open_rtcp(
        &self,
        id: PacketId,
        packet: &mut [u8],
        word: [u8; 4],
        tag: &[u8],
    ) -> Result<(), Error>;

    /// The tag of an RTCP packet that stays clear, over the packet and its word.
    fn tag_rtcp(&self, id: PacketId, packet_and_word: &[u8], tag: &mut [u8]) -> Result<(), Error>;
}

/// Which bytes of an RTP packet stay readable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clear {
    /// The payload (with Cryptex: the extension's elements) begins here.
    pub(crate) front: usize,
    /// Bytes of contributing sources that Cryptex encrypts too; they end 4 bytes before
    /// `front` (RFC 9335 §5.2).
    pub(crate) csrc: usize,
}

pub(crate) const CUT: Error = Error::Malformed("the packet is shorter than its header");
