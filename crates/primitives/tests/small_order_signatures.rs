//! Signatures whose R is a point of small order, made to satisfy the equation without a
//! cofactor: a plain verifier takes each of them, ours takes none.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use ed25519_dalek::Verifier;
use privity_primitives::sign::{Signature, VerifyingKey};

/// Public key, message, signature: R is in turn each of the eight points, S fits the seed
/// `07...07`. The first key is an ordinary one, the other has a part of order eight.
const CASES: [(&str, &str, &str); 9] = [
    (
        "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c",
        "message 0",
        "0100000000000000000000000000000000000000000000000000000000000000\
         a7a1b07f5c69361d8c3f14e96393f88ec9f868a5c05a7eb6a1a9b77bc2b99e02",
    ),
    (
        MIXED,
        "message 3",
        "0100000000000000000000000000000000000000000000000000000000000000\
         0251021ee49b8fdc3bb0ae89132243cdfe6227a88790d9089402b83a0e981904",
    ),
    (
        MIXED,
        "message 5",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05\
         4bca0749f380afa79dbc71655c333eb9825901ff842fe17ee5ac627f4ce34700",
    ),
    (
        MIXED,
        "message 12",
        "0000000000000000000000000000000000000000000000000000000000000000\
         bce8e0e485981406a2bcbd1b057fba6251dca2fb50a549bc24eedabe28b7d709",
    ),
    (
        MIXED,
        "message 13",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a\
         8e84778de2bb68b7a3cf850f20ba64ae36bf63d271ae61a0b813128424563c0b",
    ),
    (
        MIXED,
        "message 39",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f\
         adacaa505347a39325128496d09eb1f0318b3ce888126ab550870fc58f553d0b",
    ),
    (
        MIXED,
        "message 44",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa\
         8ec42d7e039b20e081ec3fa755b29ad3a8a5c94c51e99f255ef4d81d14d84e0b",
    ),
    (
        MIXED,
        "message 53",
        "0000000000000000000000000000000000000000000000000000000000000080\
         007a644df12392f265e79be9d1e129583ab089b9b75adbf709368e4261bdaf03",
    ),
    (
        MIXED,
        "message 54",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85\
         d512f28dbbaf1dc3059a3e3f826e30a16bb6ca693e9741d54b2fced8f36a8e0d",
    ),
];

const MIXED: &str = "fbb3211d177bccefd763d01a88f6473e43e5cf0a0740e44ab5c64460eefd4675";

fn hex<const N: usize>(text: &str) -> [u8; N] {
    let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    let bytes: Vec<u8> = digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
    bytes.try_into().unwrap()
}

#[test]
fn a_small_order_r_is_refused_where_the_equation_holds() {
    for (key, message, signature) in CASES {
        let (key, signature) = (hex::<32>(key), hex::<64>(signature));
        let plain = ed25519_dalek::VerifyingKey::from_bytes(&key).unwrap();
        let dalek = ed25519_dalek::Signature::from_bytes(&signature);
        plain.verify(message.as_bytes(), &dalek).unwrap();
        assert!(plain.verify_strict(message.as_bytes(), &dalek).is_err(), "{message}");

        let ours = VerifyingKey::from_bytes(&key).unwrap();
        assert!(ours.verify(message.as_bytes(), &Signature(signature)).is_err(), "{message}");
    }
}
