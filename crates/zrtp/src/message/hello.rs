use privity_wire::{Reader, Writer};

use super::{AlgorithmLists, frame};
use crate::{Error, Zid};

/// Hello (RFC 6189, 5.2): who is there and what it can do.
///
/// ```text
///   header | version | client id | H3 | ZID | flags, counts | names ... | MAC
///     12   |    4    |    16     | 32 | 12  |       4       |   4 n     |  8
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Protocol version in ASCII, "1.10".
    pub version: [u8; 4],
    /// Free text that names the program.
    pub client: [u8; 16],
    /// The end of the sender's hash chain.
    pub h3: [u8; 32],
    /// Who sends.
    pub zid: Zid,
    /// What kind of endpoint it is.
    pub flags: HelloFlags,
    /// What it can do, preferred first.
    pub algorithms: AlgorithmLists,
    /// HMAC-SHA-256 keyed with H2 over all before it, first 8 bytes.
    pub mac: [u8; 8],
}

/// The flags of a Hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct HelloFlags {
    /// S: can check a signature over the SAS.
    pub signature: bool,
    /// M: is a trusted middle, such as a PBX.
    pub middle: bool,
    /// P: never sends a Commit.
    pub passive: bool,
}

impl Hello {
    /// Reads a whole message.
    ///
    /// # Errors
    /// [`Error::Malformed`]; counts must add up to the length.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = frame::open(KIND, bytes)?;
        let hello = Self {
            version: reader.array("version")?,
            client: reader.array("client")?,
            h3: reader.array("H3")?,
            zid: Zid(reader.array("ZID")?),
            flags: HelloFlags::read(&mut reader)?,
            algorithms: AlgorithmLists::read(&mut reader)?,
            mac: frame::eight(&mut reader, "MAC")?,
        };
        reader.finish()?;
        Ok(hello)
    }

    /// The bytes of the message.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(&self.version).raw(&self.client).raw(&self.h3).raw(&self.zid.0);
        writer.u8(self.flags.bits());
        self.algorithms.write(&mut writer);
        writer.raw(&self.mac);
        frame::write(KIND, writer.as_slice())
    }
}

impl HelloFlags {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let bits = reader.u8("flags")?;
        Ok(Self {
            signature: bits & SIGNATURE != 0,
            middle: bits & MIDDLE != 0,
            passive: bits & PASSIVE != 0,
        })
    }

    const fn bits(self) -> u8 {
        (if self.signature { SIGNATURE } else { 0 })
            | (if self.middle { MIDDLE } else { 0 })
            | (if self.passive { PASSIVE } else { 0 })
    }
}

pub(super) const KIND: &[u8; 8] = b"Hello   ";
const SIGNATURE: u8 = 0x40;
const MIDDLE: u8 = 0x20;
const PASSIVE: u8 = 0x10;
