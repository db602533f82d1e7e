//! HMAC (RFC 2104) with SHA-256 and SHA-384.

use hmac::digest::FixedOutput;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384};

use crate::secret::Secret;

/// HMAC-SHA-256 over the concatenation of `parts`.
#[must_use]
#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> Secret<32> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
    for part in parts {
        mac.update(part);
    }
    Secret::fill(|tag| mac.finalize_into(tag.into()))
}

/// HMAC-SHA-384 over the concatenation of `parts`.
#[must_use]
#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
pub fn hmac_sha384(key: &[u8], parts: &[&[u8]]) -> Secret<48> {
    let mut mac = Hmac::<Sha384>::new_from_slice(key).expect("any length is a key");
    for part in parts {
        mac.update(part);
    }
    Secret::fill(|tag| mac.finalize_into(tag.into()))
}
