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
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(INVALID);
    }
    let checked = CheckedHrpstring::new::<Bech32m>(text).map_err(|_| INVALID)?;
    if checked.hrp() != Hrp::parse_unchecked(prefix) {
        return Err(DecodeError::Invalid("text prefix"));
    }
    let bytes: Vec<u8> = checked.byte_iter().take(limit.saturating_add(1)).collect();
    if bytes.len() > limit { Err(DecodeError::TooLong("text")) } else { Ok(bytes) }
}

const INVALID: DecodeError = DecodeError::Invalid("text");
