use privity_wire::Writer;

use super::frame;
use crate::Error;

/// Ping (RFC 6189, 5.15): is a ZRTP endpoint there.
///
/// ```text
///   header | version | endpoint hash
///     12   |    4    |       8
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ping {
    /// Protocol version in ASCII.
    pub version: [u8; 4],
    /// Names the sender, unique among its endpoints.
    pub endpoint_hash: [u8; 8],
}

/// PingACK (RFC 6189, 5.16): yes, and this is what came in.
///
/// ```text
///   header | version | own endpoint hash | received endpoint hash | SSRC of the Ping
///     12   |    4    |         8         |           8            |        4
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PingAck {
    /// Protocol version in ASCII.
    pub version: [u8; 4],
    /// Names the sender of this message.
    pub endpoint_hash: [u8; 8],
    /// Copied from the Ping.
    pub received_hash: [u8; 8],
    /// From the header of the Ping's packet.
    pub received_ssrc: u32,
}

impl Ping {
    /// Reads a whole message.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = frame::open(KIND, bytes)?;
        let version = reader.array("version")?;
        let endpoint_hash = frame::eight(&mut reader, "endpoint hash")?;
        reader.finish()?;
        Ok(Self { version, endpoint_hash })
    }

    /// The bytes of the message.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(&self.version).raw(&self.endpoint_hash);
        frame::write(KIND, writer.as_slice())
    }
}

impl PingAck {
    /// Reads a whole message.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = frame::open(KIND_ACK, bytes)?;
        let version = reader.array("version")?;
        let endpoint_hash = frame::eight(&mut reader, "endpoint hash")?;
        let received_hash = frame::eight(&mut reader, "received endpoint hash")?;
        let received_ssrc = reader.u32("ssrc")?;
        reader.finish()?;
        Ok(Self { version, endpoint_hash, received_hash, received_ssrc })
    }

    /// The bytes of the message.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(&self.version).raw(&self.endpoint_hash).raw(&self.received_hash);
        writer.u32(self.received_ssrc);
        frame::write(KIND_ACK, writer.as_slice())
    }
}

pub(super) const KIND: &[u8; 8] = b"Ping    ";
pub(super) const KIND_ACK: &[u8; 8] = b"PingACK ";
