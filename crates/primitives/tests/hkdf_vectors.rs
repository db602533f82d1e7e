//! HKDF-SHA256 against RFC 5869 and Wycheproof.

mod vectors;

use privity_primitives::kdf;
use vectors::{cases, wycheproof};

/// The most that RFC 5869 gives; shorter outputs are its beginnings.
const MOST: usize = 255 * 32;

#[test]
fn rfc_5869_appendix_a() {
    for case in cases("rfc5869/sha256.json", "cases") {
        let prk = kdf::extract(&case.hex("salt"), &case.hex("ikm"));
        assert_eq!(prk.expose().as_slice(), case.hex("prk"));
        let okm = prk.expand::<MOST>(&[&case.hex("info")]);
        assert_eq!(okm.expose()[..case.number("l")], case.hex("okm"));
    }
}

#[test]
fn wycheproof_sha256() {
    for (_, tests) in wycheproof("hkdf_sha256") {
        for test in tests {
            if test.number("size") > MOST {
                assert_eq!(test.result(), "invalid", "the length is refused when compiling");
                continue;
            }
            let prk = kdf::extract(&test.hex("salt"), &test.hex("ikm"));
            let okm = prk.expand::<MOST>(&[&test.hex("info")]);
            let right = okm.expose()[..test.number("size")] == test.hex("okm");
            assert_eq!(right, test.result() == "valid", "{}", test.number("tcId"));
        }
    }
}

#[test]
fn info_is_the_concatenation_of_its_parts() {
    let prk = kdf::extract(b"salt", b"secret");
    assert_eq!(prk.expand::<42>(&[b"ab", b"", b"c"]), prk.expand::<42>(&[b"abc"]));
}
