use core::fmt;
use core::str::FromStr;

use privity_wire::DecodeError;

use crate::format::{AccountId, ConversationId, DeviceId, MessageId, text};

macro_rules! text_form {
    ($name:ident, $prefix:literal) => {
        impl fmt::Display for $name {
            /// The one text form: Bech32m (BIP 350), lower case, with its checksum.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                text::write(f, $prefix, &self.0)
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
    let bytes = text::read(text, prefix, 32)?;
    bytes.try_into().map_err(|_| DecodeError::Invalid("id text"))
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
