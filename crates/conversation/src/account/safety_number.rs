use core::fmt;
use core::str::FromStr;

use privity_primitives::kdf;
use privity_primitives::secret::Secret;
use privity_wire::DecodeError;

use crate::format::{AccountId, label};

/// Sixty digits that two people compare, by voice for instance: equal for both exactly if
/// each has the other's true account (PROTOCOL.md, "Accounts: verification").
///
/// An account's id stays the same when its devices come and go, and so does the number.
///
/// # Security
/// All sixty digits are compared. Whoever stands in between needs an account for each side
/// so that both numbers are equal: some 2^100 trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SafetyNumber([u32; GROUPS]);

/// The number of two accounts; the order does not count.
#[must_use]
pub fn safety_number(one: &AccountId, other: &AccountId) -> SafetyNumber {
    let (low, high) = if one <= other { (one, other) } else { (other, one) };
    let root = kdf::extract(label::SAFETY_NUMBER, &[low.0, high.0].concat());
    let bytes: Secret<{ GROUPS * GROUP_BYTES }> = root.expand(&[label::SAFETY_NUMBER]);
    let mut groups = [0; GROUPS];
    for (group, bytes) in groups.iter_mut().zip(bytes.expose().chunks_exact(GROUP_BYTES)) {
        let number = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        *group = u32::try_from(number % u64::from(GROUP_END)).unwrap_or_default();
    }
    SafetyNumber(groups)
}

impl fmt::Display for SafetyNumber {
    /// Twelve groups of five digits, a space between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, group) in self.0.iter().enumerate() {
            write!(f, "{}{group:05}", if place == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl FromStr for SafetyNumber {
    type Err = DecodeError;

    /// Reads sixty digits; white space does not count.
    fn from_str(text: &str) -> Result<Self, DecodeError> {
        let mut groups = [0; GROUPS];
        let mut digits = text.chars().filter(|c| !c.is_whitespace());
        for group in &mut groups {
            for _ in 0..GROUP_DIGITS {
                let digit = digits.next().and_then(|c| c.to_digit(10));
                *group = *group * 10 + digit.ok_or(DecodeError::Invalid("safety number"))?;
            }
        }
        match digits.next() {
            None => Ok(Self(groups)),
            Some(_) => Err(DecodeError::TooLong("safety number")),
        }
    }
}

const GROUPS: usize = 12;
const GROUP_DIGITS: usize = 5;
const GROUP_END: u32 = 100_000;
/// 40 bits for five digits: no digit is more frequent than another by more than 2^-23.
const GROUP_BYTES: usize = 5;
