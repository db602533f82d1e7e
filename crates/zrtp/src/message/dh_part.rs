use privity_wire::Writer;

use super::frame;
use crate::Error;

/// DHPart1 and DHPart2 (RFC 6189, 5.5 and 5.6): a public value and the names of the secrets
/// that the sender holds from before.
///
/// ```text
///   header | H1 | rs1ID | rs2ID | auxsecretID | pbxsecretID | pv ... | MAC
///     12   | 32 |   8   |   8   |      8      |      8      |  4 p   |  8
/// ```
/// The message names no algorithm: the length of `pv` is checked against the Commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DhPart {
    /// The hash image before the H2 of the Commit.
    pub h1: [u8; 32],
    /// Names the newer retained secret; random if there is none.
    pub rs1_id: [u8; 8],
    /// Names the older retained secret; random if there is none.
    pub rs2_id: [u8; 8],
    /// Names the auxiliary secret; random if there is none.
    pub aux_id: [u8; 8],
    /// Names the secret shared with a trusted middle; random if there is none.
    pub pbx_id: [u8; 8],
    /// The public value; with a KEM the ciphertext (DHPart1) or a nonce (DHPart2).
    pub pv: Vec<u8>,
    /// HMAC-SHA-256 keyed with H0 over all before it, first 8 bytes.
    pub mac: [u8; 8],
}

impl DhPart {
    /// Reads a whole message of either type.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let kind = if frame::kind_of(bytes)? == *KIND_1 { KIND_1 } else { KIND_2 };
        let mut reader = frame::open(kind, bytes)?;
        let h1 = reader.array("H1")?;
        let rs1_id = frame::eight(&mut reader, "rs1ID")?;
        let rs2_id = frame::eight(&mut reader, "rs2ID")?;
        let aux_id = frame::eight(&mut reader, "auxsecretID")?;
        let pbx_id = frame::eight(&mut reader, "pbxsecretID")?;
        let length = reader.remaining().saturating_sub(frame::MAC);
        let pv = reader.take("pv", length)?.to_vec();
        let mac = frame::eight(&mut reader, "MAC")?;
        reader.finish()?;
        Ok(Self { h1, rs1_id, rs2_id, aux_id, pbx_id, pv, mac })
    }

    /// The bytes of a DHPart1, the responder's.
    #[must_use]
    pub fn write_part1(&self) -> Vec<u8> {
        frame::write(KIND_1, &self.body())
    }

    /// The bytes of a DHPart2, the initiator's.
    #[must_use]
    pub fn write_part2(&self) -> Vec<u8> {
        frame::write(KIND_2, &self.body())
    }

    fn body(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(&self.h1).raw(&self.rs1_id).raw(&self.rs2_id).raw(&self.aux_id);
        writer.raw(&self.pbx_id).raw(&self.pv).raw(&self.mac);
        writer.into_vec()
    }
}

pub(super) const KIND_1: &[u8; 8] = b"DHPart1 ";
pub(super) const KIND_2: &[u8; 8] = b"DHPart2 ";
