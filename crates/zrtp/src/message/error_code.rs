use super::frame;
use crate::Error;

/// Error (RFC 6189, 5.9): a number that says what cannot go on. It is not authenticated.
///
/// ```text
///   header | code
///     12   |  4
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorCode {
    /// 0x10: a packet that does not parse.
    Malformed,
    /// 0x20: the program failed.
    Software,
    /// 0x30: no common protocol version.
    Version,
    /// 0x40: the Hellos have no components in common.
    HelloComponents,
    /// 0x51: hash not supported.
    Hash,
    /// 0x52: cipher not supported.
    Cipher,
    /// 0x53: key agreement not supported.
    KeyAgreement,
    /// 0x54: SRTP authentication tag not supported.
    AuthTag,
    /// 0x55: SAS rendering not supported.
    Sas,
    /// 0x56: a shared secret is needed and missing.
    NoSharedSecret,
    /// 0x61: bad public value.
    PublicValue,
    /// 0x62: the hash commitment does not match.
    HashCommitment,
    /// 0x63: a relayed SAS from a middle that is not trusted.
    RelayNotTrusted,
    /// 0x70: the MAC of a Confirm is wrong.
    ConfirmMac,
    /// 0x80: a nonce was used before.
    NonceReuse,
    /// 0x90: both ends have the same ZID.
    EqualZid,
    /// 0x91: both ends have the same SSRC.
    SsrcCollision,
    /// 0xa0: the service is not available.
    Unavailable,
    /// 0xb0: the other side stopped answering.
    Timeout,
    /// 0x100: GoClear without consent.
    ClearNotAllowed,
    /// A number that this list does not have.
    Other(u32),
}

impl ErrorCode {
    /// Reads a whole message.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = frame::open(KIND, bytes)?;
        let number = reader.u32("error code")?;
        reader.finish()?;
        let row = NUMBERS.iter().find(|(_, known)| *known == number);
        Ok(row.map_or(Self::Other(number), |(code, _)| *code))
    }

    /// The bytes of the message.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        frame::write(KIND, &self.number().to_be_bytes())
    }

    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::Other(number) => number,
            _ => NUMBERS.iter().find(|(code, _)| *code == self).map_or(0, |(_, number)| *number),
        }
    }
}

pub(super) const KIND: &[u8; 8] = b"Error   ";

const NUMBERS: &[(ErrorCode, u32)] = &[
    (ErrorCode::Malformed, 0x10),
    (ErrorCode::Software, 0x20),
    (ErrorCode::Version, 0x30),
    (ErrorCode::HelloComponents, 0x40),
    (ErrorCode::Hash, 0x51),
    (ErrorCode::Cipher, 0x52),
    (ErrorCode::KeyAgreement, 0x53),
    (ErrorCode::AuthTag, 0x54),
    (ErrorCode::Sas, 0x55),
    (ErrorCode::NoSharedSecret, 0x56),
    (ErrorCode::PublicValue, 0x61),
    (ErrorCode::HashCommitment, 0x62),
    (ErrorCode::RelayNotTrusted, 0x63),
    (ErrorCode::ConfirmMac, 0x70),
    (ErrorCode::NonceReuse, 0x80),
    (ErrorCode::EqualZid, 0x90),
    (ErrorCode::SsrcCollision, 0x91),
    (ErrorCode::Unavailable, 0xa0),
    (ErrorCode::Timeout, 0xb0),
    (ErrorCode::ClearNotAllowed, 0x100),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back() {
        for (code, number) in NUMBERS {
            assert_eq!(code.number(), *number);
            assert_eq!(ErrorCode::read(&code.write()), Ok(*code));
        }
        let other = ErrorCode::Other(0x1234);
        assert_eq!(ErrorCode::read(&other.write()), Ok(other));
    }
}
