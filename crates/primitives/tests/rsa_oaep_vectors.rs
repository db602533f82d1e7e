//! RSA-OAEP-SHA256 against Wycheproof and OpenSSL.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod vectors;

use privity_primitives::Error;
use privity_primitives::aead;
use privity_primitives::kdf;
use privity_primitives::wrap::{PendingUnwrap, WrapCiphertext, WrapPrivateKey, WrapPublicKey};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use rsa::Oaep;
use rsa::pkcs8::DecodePrivateKey;
use sha2::Sha256;
use vectors::{Case, cases, text, wycheproof};

const FILES: [&str; 2] = ["rsa_oaep_3072_sha256_mgf1sha256", "rsa_oaep_4096_sha256_mgf1sha256"];

/// The row opens what OAEP carries only if that is one key of 32 bytes.
#[test]
fn wycheproof_through_the_suite() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut opened = 0;
    for (group, tests) in FILES.into_iter().flat_map(wycheproof) {
        let private = WrapPrivateKey::from_pkcs8_der(&group.hex("privateKeyPkcs8")).unwrap();
        for test in tests {
            let wrap = around(&test.hex("ct"), &test.hex("msg"));
            let fits = test.result() == "valid"
                && test.hex("label").is_empty()
                && test.hex("msg").len() == 32;
            let expected = if fits { Ok(SECRET) } else { Err(Error::Decrypt) };
            let result = private.unwrap(b"info", &wrap, &mut rng).map(|secret| *secret.expose());
            assert_eq!(result, expected, "{}", test.number("tcId"));
            opened += usize::from(fits);
        }
    }
    assert_eq!(opened, FILES.len());
}

/// What the row stands on: every length of message, blinded.
///
/// One case differs on purpose: the implementation does not look at the first octet of the
/// encoded message, so that no failure there can be told from another. A wrap made so is
/// refused when it is recomputed from its coins.
#[test]
fn wycheproof_through_blinded_decryption() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for (group, tests) in FILES.into_iter().flat_map(wycheproof) {
        let key = rsa::PrivateKey::from_pkcs8_der(&group.hex("privateKeyPkcs8")).unwrap();
        for test in tests {
            let padding = Oaep::<Sha256>::new_with_label(test.hex("label"));
            let result = key.decrypt_blinded(&mut rng, padding, &test.hex("ct")).ok();
            let taken = test.result() == "valid" || test.text("comment") == "First byte is 1";
            let expected = taken.then(|| test.hex("msg"));
            assert_eq!(result, expected, "{}", test.number("tcId"));
        }
    }
}

#[test]
fn openssl_encrypts_for_keys_of_its_own() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for case in cases("openssl/oaep.json", "cases") {
        let private = load(&case);
        let wrap = around(&case.hex("ciphertext"), &case.hex("k"));
        assert_eq!(private.unwrap(b"info", &wrap, &mut rng).unwrap().expose(), &SECRET);
        let pending = PendingUnwrap::new(private.public_key(), b"info", &wrap).unwrap();
        assert_eq!(pending.resume(Some(&case.hex("k"))).unwrap().expose(), &SECRET);
    }
}

fn load(case: &Case) -> WrapPrivateKey {
    let file = format!("openssl/{}", case.text("key"));
    let private = WrapPrivateKey::from_pkcs8_pem(&text(&format!("{file}.pem"))).unwrap();
    let public = WrapPublicKey::from_spki_pem(&text(&format!("{file}.pub.pem"))).unwrap();
    assert_eq!(private.public_key(), &public);
    private
}

/// `SECRET` sealed under the key that `k` gives, behind an OAEP block.
fn around(oaep: &[u8], k: &[u8]) -> WrapCiphertext {
    let key = kdf::extract(b"privity/v1/rsa", k).expand(&[b"info"]);
    let sealed = aead::seal(&key, &[0; 12], b"info", &SECRET).unwrap();
    WrapCiphertext::new(oaep, &sealed).unwrap()
}

const SECRET: [u8; 32] = [0x42; 32];
