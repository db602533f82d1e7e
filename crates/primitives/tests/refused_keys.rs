//! Keys that no secret may be wrapped to: each rule by its name.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod vectors;

use privity_primitives::Error;
use privity_primitives::secret::Secret;
use privity_primitives::wrap::{Suite, WrapPrivateKey, WrapPublicKey};
use vectors::{text, wycheproof};

#[test]
fn points_of_low_order() {
    for point in LOW_ORDER {
        let mut point = hex(point);
        let refused = Err(Error::BadKey("an X25519 key of low order"));
        assert_eq!(parse(Suite::X25519, &point), refused);
        assert_eq!(parse(Suite::XWing, &x_wing_with(&point)), refused);
        point[31] |= 0x80;
        let refused = Err(Error::BadKey("an X25519 key that is not canonical"));
        assert_eq!(parse(Suite::X25519, &point), refused);
        assert_eq!(parse(Suite::XWing, &x_wing_with(&point)), refused);
    }
}

#[test]
fn points_with_a_second_encoding() {
    for lowest in 0xed..=0xff {
        let mut point = [0xff; 32];
        (point[0], point[31]) = (lowest, 0x7f);
        let refused = Err(Error::BadKey("an X25519 key that is not canonical"));
        assert_eq!(parse(Suite::X25519, &point), refused);
        assert_eq!(parse(Suite::XWing, &x_wing_with(&point)), refused);
    }
}

#[test]
fn ml_kem_coefficients_out_of_range() {
    let mut seen = 0;
    for (_, tests) in wycheproof("mlkem_768_encaps") {
        for test in tests.iter().filter(|test| test.result() == "invalid") {
            let key = [test.hex("ek"), vec![9; 32]].concat();
            assert!(parse(Suite::XWing, &key).is_err(), "{}", test.number("tcId"));
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen} cases");
}

#[test]
fn keys_of_another_length() {
    for suite in [Suite::XWing, Suite::X25519, Suite::RsaOaep] {
        let key = good(suite);
        assert!(parse(suite, &[key.as_slice(), &[0]].concat()).is_err());
        for length in 0..key.len() {
            assert!(parse(suite, &key[..length]).is_err(), "{suite:?} cut to {length}");
        }
        let longer = vec![1; 1 << 20];
        let refused = Err(Error::BadKey("a wrap key longer than any of its suite"));
        assert_eq!(parse(suite, &longer), refused);
    }
}

/// A changed key is another key or none, never the same one.
#[test]
fn keys_with_one_bit_flipped() {
    for suite in [Suite::XWing, Suite::X25519, Suite::RsaOaep] {
        let mut key = good(suite);
        for bit in 0..8 * key.len() {
            key[bit / 8] ^= 1 << (bit % 8);
            if let Ok(other) = WrapPublicKey::from_bytes(suite, &key) {
                assert_eq!(other.as_bytes(), key);
            }
            key[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn rsa_keys_by_their_numbers() {
    let modulus = modulus();
    let even = [&modulus[..383], &[modulus[383] & 0xfe]].concat();
    let short = modulus[1..].to_vec();
    let oversized = [vec![0xc1; 641], modulus.clone()].concat();
    let three_bits_less = [&[modulus[0] >> 3], &modulus[1..]].concat();
    for (modulus, exponent, rule) in [
        (&even, E, "an RSA key with an even modulus"),
        (&short, E, "an RSA key of less than 3072 bits"),
        (&three_bits_less, E, "an RSA key of less than 3072 bits"),
        (&oversized, E, "a wrap key longer than any of its suite"),
        (&modulus, &[1], "an RSA key whose public exponent is not 65537"),
        (&modulus, &[2], "an RSA key whose public exponent is not 65537"),
        (&modulus, &[3], "an RSA key whose public exponent is not 65537"),
        (&modulus, &[1, 0, 3], "an RSA key whose public exponent is not 65537"),
        (&modulus, &[1, 0, 0, 0, 1], "an RSA key whose public exponent is not 65537"),
    ] {
        let key = spki(&RSA, &integer(modulus), &integer(exponent));
        assert_eq!(parse(Suite::RsaOaep, &key), Err(Error::BadKey(rule)));
    }
    assert_eq!(parse(Suite::RsaOaep, &spki(&RSA, &integer(&modulus), &integer(E))), Ok(()));
}

#[test]
fn rsa_keys_whose_der_is_not_the_one_form() {
    let (n, e) = (integer(&modulus()), integer(E));
    let padded = tagged(2, &[&[0, 0], modulus().as_slice()].concat());
    let negative = tagged(2, &modulus());
    let no_null = tagged(0x30, &RSA[2..13]);
    let pss = [&[0x30, 11], &RSA[2..12], &[10]].concat();
    let mut unused_bits = spki(&RSA, &n, &e);
    let bits = unused_bits.len() - (n.len() + e.len() + 4) - 1;
    assert_eq!(unused_bits[bits], 0);
    unused_bits[bits] = 1;
    for key in [
        spki(&RSA, &padded, &e),
        spki(&RSA, &negative, &e),
        spki(&RSA, &n, &tagged(2, &[0, 1, 0, 1])),
        spki(&no_null, &n, &e),
        spki(&pss, &n, &e),
        spki(&RSA, &n, &[e.as_slice(), &[5, 0]].concat()),
        [spki(&RSA, &n, &e), vec![5, 0]].concat(),
        unused_bits,
    ] {
        assert!(parse(Suite::RsaOaep, &key).is_err());
    }
}

#[test]
fn key_files() {
    for (file, rule) in [
        ("rsa_2048", "an RSA key of less than 3072 bits"),
        ("rsa_3071", "an RSA key of less than 3072 bits"),
        ("rsa_e3", "an RSA key whose public exponent is not 65537"),
    ] {
        let private = text(&format!("refused/{file}.pem"));
        assert_eq!(WrapPrivateKey::from_pkcs8_pem(&private).err(), Some(Error::BadKey(rule)));
        let public = text(&format!("refused/{file}.pub.pem"));
        assert_eq!(WrapPublicKey::from_spki_pem(&public).err(), Some(Error::BadKey(rule)));
    }
    for file in ["rsa_8208", "rsa_pss", "ed25519"] {
        let private = text(&format!("refused/{file}.pem"));
        assert!(WrapPrivateKey::from_pkcs8_pem(&private).is_err(), "{file}");
        let public = text(&format!("refused/{file}.pub.pem"));
        assert!(WrapPublicKey::from_spki_pem(&public).is_err(), "{file}");
    }
    let oversized = WrapPrivateKey::from_pkcs8_pem(&text("refused/rsa_8208.pem"));
    assert_eq!(oversized.err(), Some(Error::BadKey("an RSA key of more than 8192 bits")));
    let three_primes = text("refused/rsa_three_primes.pem");
    assert!(WrapPrivateKey::from_pkcs8_pem(&three_primes).is_err());
}

#[test]
fn text_that_is_not_the_one_block() {
    let (private, public) = (text("openssl/rsa_3072.pem"), text("openssl/rsa_3072.pub.pem"));
    assert!(WrapPrivateKey::from_pkcs8_pem(&public).is_err());
    assert!(WrapPublicKey::from_spki_pem(&private).is_err());
    assert!(WrapPublicKey::from_spki_pem(&public.repeat(2)).is_err());
    assert!(WrapPublicKey::from_spki_pem("").is_err());
    let old = private.replace("PRIVATE KEY", "RSA PRIVATE KEY");
    assert!(WrapPrivateKey::from_pkcs8_pem(&old).is_err());
    assert!(WrapPrivateKey::from_pkcs8_pem(&private.repeat(100)).is_err());
}

#[test]
fn private_keys_cut_or_changed() {
    for file in ["openssl/rsa_3072.pem", "openssl/x25519.pem"] {
        let key = WrapPrivateKey::from_pkcs8_pem(&text(file)).unwrap();
        let der = key.to_pkcs8_der().unwrap();
        let der = der.expose();
        assert!(WrapPrivateKey::from_pkcs8_der(&[der, &[0]].concat()).is_err());
        for length in 0..der.len() {
            assert!(WrapPrivateKey::from_pkcs8_der(&der[..length]).is_err());
        }
    }
    let key = WrapPrivateKey::from_pkcs8_pem(&text("openssl/rsa_3072.pem")).unwrap();
    let mut der = key.to_pkcs8_der().unwrap().expose().to_vec();
    for index in (40..1200).step_by(97) {
        der[index] ^= 1;
        assert!(WrapPrivateKey::from_pkcs8_der(&der).is_err(), "{index}");
        der[index] ^= 1;
    }
}

#[test]
fn what_a_suite_does_not_have() {
    let bytes = Secret::copy_from(&[1; 32]);
    assert!(WrapPrivateKey::from_seed(Suite::RsaOaep, &bytes).is_err());
    assert!(WrapPrivateKey::from_bytes(Suite::RsaOaep, &bytes).is_err());
    let x_wing = WrapPrivateKey::from_seed(Suite::XWing, &bytes).unwrap();
    assert!(x_wing.to_pkcs8_der().is_none() && x_wing.to_pkcs8_pem().is_none());
    assert!(x_wing.public_key().to_spki_der().is_none());
    let mut rng = privity_primitives::random::System::new().unwrap();
    for bits in [0, 2048, 3071, 8193, usize::MAX] {
        assert!(WrapPrivateKey::generate_rsa(bits, &mut rng).is_err());
    }
}

fn parse(suite: Suite, bytes: &[u8]) -> Result<(), Error> {
    WrapPublicKey::from_bytes(suite, bytes).map(drop)
}

/// A key that is taken.
fn good(suite: Suite) -> Vec<u8> {
    WrapPrivateKey::from_seed(suite, &Secret::copy_from(&[7; 32])).map_or_else(
        |_| {
            let key = WrapPublicKey::from_spki_pem(&text("openssl/rsa_3072.pub.pem")).unwrap();
            key.as_bytes().to_vec()
        },
        |key| key.public_key().as_bytes().to_vec(),
    )
}

fn x_wing_with(point: &[u8]) -> Vec<u8> {
    let key = good(Suite::XWing);
    let (ml_kem, _) = key.split_at(1184);
    [ml_kem, point].concat()
}

fn modulus() -> Vec<u8> {
    let key = good(Suite::RsaOaep);
    let (_, behind) = key.split_at(33);
    behind.iter().copied().take(384).collect()
}

fn spki(algorithm: &[u8], modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let key = tagged(0x30, &[modulus, exponent].concat());
    tagged(0x30, &[algorithm, &tagged(3, &[&[0], key.as_slice()].concat())].concat())
}

/// A positive INTEGER.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let high = bytes.first().is_some_and(|first| first & 0x80 != 0);
    tagged(2, &[if high { &[0][..] } else { &[] }, bytes].concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let length = match length {
        [0, low] if low < 0x80 => vec![low],
        [0, low] => vec![0x81, low],
        [high, low] => vec![0x82, high, low],
    };
    [&[tag], length.as_slice(), content].concat()
}

fn hex(text: &str) -> [u8; 32] {
    core::array::from_fn(|index| {
        text.get(2 * index..2 * index + 2)
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            .unwrap()
    })
}

/// AlgorithmIdentifier { rsaEncryption, NULL }.
const RSA: [u8; 15] = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];

const E: &[u8] = &[1, 0, 1];

/// RFC 7748 gives the orders 1, 2, 4 and 8 on the curve and its twist these coordinates.
const LOW_ORDER: [&str; 5] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];
