//! SHA-256 and SHA-384 (FIPS 180-4).

use sha2::{Digest, Sha256, Sha384};

use crate::secret::Secret;

/// SHA-256 over the concatenation of `parts`.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// As [`sha256`], where the hash is a secret: it is written into its box.
#[must_use]
pub fn secret_sha256(parts: &[&[u8]]) -> Secret<32> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    Secret::fill(|output| hash.finalize_into(output.into()))
}

/// SHA-384 over the concatenation of `parts`.
#[must_use]
pub fn sha384(parts: &[&[u8]]) -> [u8; 48] {
    let mut hash = Sha384::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// As [`sha384`], where the hash is a secret: it is written into its box.
#[must_use]
pub fn secret_sha384(parts: &[&[u8]]) -> Secret<48> {
    let mut hash = Sha384::new();
    for part in parts {
        hash.update(part);
    }
    Secret::fill(|output| hash.finalize_into(output.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_hash_is_the_same_hash() {
        for parts in [[&b""[..], b""], [b"abc", b""], [b"ab", b"c"], [&[7; 300], &[8; 5]]] {
            assert_eq!(secret_sha256(&parts).expose(), &sha256(&parts));
            assert_eq!(secret_sha384(&parts).expose(), &sha384(&parts));
        }
    }
}
