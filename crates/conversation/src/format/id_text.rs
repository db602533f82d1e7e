use core::fmt;
use core::str::FromStr;

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use privity_wire::DecodeError;

use crate::format::{AccountId, ConversationId, DeviceId, MessageId};

macro_rules! text_form {
    ($name:ident, $prefix:literal) => {
        impl fmt::Display for $name {
            /// The one text form: Bech32m (BIP 350), lower case, with its checksum.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let prefix = Hrp::parse_unchecked($prefix);
                bech32::encode_lower_to_fmt::<Bech32m, _>(f, prefix, &self.0)
                    .map_err(|_| fmt::Error)
            }
        }

        impl FromStr for $name {
            type Err = DecodeError;

            fn from_str(text: &str) -> Result<Self, DecodeError> {
                parse(text, $prefix).map(Self)
            }
        }
    };
}

text_form!(AccountId, "pva");
text_form!(DeviceId, "pvd");
text_form!(ConversationId, "pvc");
text_form!(MessageId, "pvm");

fn parse(text: &str, prefix: &'static str) -> Result<[u8; 32], DecodeError> {
    const INVALID: DecodeError = DecodeError::Invalid("id text");
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(INVALID);
    }
    let checked = CheckedHrpstring::new::<Bech32m>(text).map_err(|_| INVALID)?;
    if checked.hrp() != Hrp::parse_unchecked(prefix) {
        return Err(DecodeError::Invalid("id text prefix"));
    }
    let mut bytes = [0; 32];
    let mut decoded = checked.byte_iter();
    for byte in &mut bytes {
        *byte = decoded.next().ok_or(INVALID)?;
    }
    if decoded.next().is_some() { Err(INVALID) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text_and_from_no_other() {
        let id = AccountId([0xc5; 32]);
        let text = id.to_string();
        assert!(text.starts_with("pva1"));
        assert_eq!(text.parse(), Ok(id));
        assert!(text.parse::<DeviceId>().is_err());
        assert!(text.to_uppercase().parse::<AccountId>().is_err());
        for index in 0..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[index] = if wrong[index] == b'q' { b'p' } else { b'q' };
            assert!(String::from_utf8(wrong).unwrap().parse::<AccountId>().is_err());
        }
    }
}
