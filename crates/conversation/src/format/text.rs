//! Text forms: Bech32m (BIP 350), lower case, with its checksum; one text for each value.

use core::fmt;

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use privity_wire::DecodeError;

/// Writes `prefix1...`; `bytes` are at most 600, which is what the checksum's code can hold.
pub(super) fn write(f: &mut fmt::Formatter<'_>, prefix: &str, bytes: &[u8]) -> fmt::Result {
    let prefix = Hrp::parse_unchecked(prefix);
    bech32::encode_lower_to_fmt::<Bech32m, _>(f, prefix, bytes).map_err(|_| fmt::Error)
}

/// Reads `prefix1...` of at most `limit` bytes.
pub(super) fn read(text: &str, prefix: &str, limit: usize) -> Result<Vec<u8>, DecodeError> {
    let checked = CheckedHrpstring::new::<Bech32m>(text).map_err(|_| INVALID)?;
    if checked.hrp() != Hrp::parse_unchecked(prefix) {
        return Err(DecodeError::Invalid("text prefix"));
    }
    let bytes: Vec<u8> = checked.byte_iter().take(limit.saturating_add(1)).collect();
    if bytes.len() > limit {
        return Err(DecodeError::TooLong("text"));
    }
    // Upper case and padding bits that are not zero would be a second text of one value.
    let again = bech32::encode_lower::<Bech32m>(checked.hrp(), &bytes).map_err(|_| INVALID)?;
    if again == text { Ok(bytes) } else { Err(INVALID) }
}

const INVALID: DecodeError = DecodeError::Invalid("text");

#[cfg(test)]
mod tests {
    use bech32::Fe32;
    use bech32::primitives::iter::Fe32IterExt;

    use super::*;

    #[test]
    fn padding_bits_are_zero() {
        let text = |last: Fe32| -> String {
            let symbols = [Fe32::Q, last].into_iter();
            symbols.with_checksum::<Bech32m>(&Hrp::parse_unchecked("pva")).chars().collect()
        };
        // Two symbols hold one byte and two bits of padding.
        assert_eq!(read(&text(Fe32::Q), "pva", 1), Ok(vec![0]));
        assert_eq!(read(&text(Fe32::P), "pva", 1), Err(INVALID));
        assert_eq!(read(&text(Fe32::Y), "pva", 1), Ok(vec![1]));
    }
}
