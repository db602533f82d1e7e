//! The wrap suites: a table, and nothing that decides between them.

use core::fmt;
use core::ops::RangeInclusive;

use crate::wrap::row::Row;
use crate::wrap::{rsa_public, x_wing, x25519};

/// Bytes of randomness that each wrap is given.
///
/// Every suite takes the same type; [`Suite::coins_length`] says how many of its first
/// bytes it uses.
pub const COINS_LENGTH: usize = 64;

/// How secrets are wrapped to a key. The key decides; nothing is negotiated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Suite {
    /// HPKE base mode (RFC 9180) with X-Wing (X25519 and ML-KEM-768; KEM id 0x647a,
    /// draft-connolly-cfrg-xwing-kem-10), HKDF-SHA256, AES-256-GCM. The default.
    XWing,
    /// HPKE base mode (RFC 9180) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM:
    /// where size matters more than post-quantum.
    X25519,
    /// RSA-OAEP (RFC 8017) with SHA-256 and MGF1-SHA-256, 3072 to 8192 bits, and
    /// AES-256-GCM bound to the context: for registered keys. Not post-quantum.
    RsaOaep,
}

impl Suite {
    /// The suite of an id in a format; none if the id is unknown.
    #[must_use]
    pub fn from_id(id: u8) -> Option<Self> {
        ROWS.iter().find(|row| row.id == id).map(|row| row.suite)
    }

    /// Its id in formats: 1, 2 or 3.
    #[must_use]
    pub fn id(self) -> u8 {
        self.row().id
    }

    /// Its name, for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Whether it holds against a quantum computer.
    #[must_use]
    pub fn is_post_quantum(self) -> bool {
        self.row().post_quantum
    }

    /// Whether its key pairs derive from a seed of 32 bytes.
    #[must_use]
    pub fn is_seeded(self) -> bool {
        self.row().derive.is_some()
    }

    /// How many of the first bytes of the coins count, at most [`COINS_LENGTH`].
    #[must_use]
    pub fn coins_length(self) -> usize {
        self.row().coins_length
    }

    /// Least and greatest length of a public key in bytes: the bound for whoever reads one.
    #[must_use]
    pub fn public_key_lengths(self) -> RangeInclusive<usize> {
        self.row().public_key_lengths.clone()
    }

    /// Least and greatest length of an encapsulation in bytes.
    #[must_use]
    pub fn encapsulation_lengths(self) -> RangeInclusive<usize> {
        self.row().encapsulation_lengths.clone()
    }

    pub(super) fn row(self) -> &'static Row {
        match self {
            Self::XWing => &x_wing::ROW,
            Self::X25519 => &x25519::ROW,
            Self::RsaOaep => &rsa_public::ROW,
        }
    }
}

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Every suite, in the order of its id.
pub(super) static ROWS: [&Row; 3] = [&x_wing::ROW, &x25519::ROW, &rsa_public::ROW];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_ones_formats_use() {
        let ids = ROWS.map(|row| (row.id, row.suite, row.suite.row().id));
        assert_eq!(ids, [(1, Suite::XWing, 1), (2, Suite::X25519, 2), (3, Suite::RsaOaep, 3)]);
        for id in 0..=u8::MAX {
            assert_eq!(Suite::from_id(id).map(Suite::id), (1..=3).contains(&id).then_some(id));
        }
    }
}
