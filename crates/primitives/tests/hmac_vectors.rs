//! HMAC against Wycheproof.

mod vectors;

use privity_primitives::mac;
use vectors::{Case, wycheproof};

#[test]
fn wycheproof_sha256() {
    each("hmac_sha256", |test| {
        mac::hmac_sha256(&test.hex("key"), &[&test.hex("msg")]).expose().to_vec()
    });
}

#[test]
fn wycheproof_sha384() {
    each("hmac_sha384", |test| {
        mac::hmac_sha384(&test.hex("key"), &[&test.hex("msg")]).expose().to_vec()
    });
}

/// A truncated tag is the beginning of the whole one.
fn each(file: &str, make: fn(&Case) -> Vec<u8>) {
    for (_, tests) in wycheproof(file) {
        for test in tests {
            let right = make(&test).starts_with(&test.hex("tag"));
            assert_eq!(right, test.result() == "valid", "{}", test.number("tcId"));
        }
    }
}
