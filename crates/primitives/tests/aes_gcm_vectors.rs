//! AES-GCM against Wycheproof and NIST CAVP.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod vectors;

use privity_primitives::aead;
use privity_primitives::gcm::Gcm;
use privity_primitives::secret::Secret;
use vectors::{Case, cases, wycheproof};

#[test]
fn wycheproof_with_the_one_key_and_nonce_length_in_use() {
    let mut seen = 0;
    for (group, tests) in wycheproof("aes_gcm") {
        let sizes = (group.number("ivSize"), group.number("keySize"), group.number("tagSize"));
        if sizes != (96, 256, 128) {
            continue;
        }
        for test in tests {
            let expected = (test.result() == "valid").then(|| test.hex("msg"));
            check(&test, &expected, "msg");
            seen += 1;
        }
    }
    assert!(seen >= 60, "{seen} cases");
}

#[test]
fn wycheproof_with_both_key_lengths_of_media() {
    let mut seen = 0;
    for (group, tests) in wycheproof("aes_gcm") {
        let in_use = group.number("ivSize") == 96 && group.number("keySize") != 192;
        for test in tests.iter().filter(|_| in_use) {
            for gcm in [Gcm::new(&test.hex("key")), Gcm::portable(&test.hex("key"))] {
                let mut text = test.hex("ct");
                let (iv, tag) = (test.array("iv"), test.array("tag"));
                let opened = gcm.unwrap().open(&iv, &test.hex("aad"), &mut text, &tag);
                assert_eq!(opened.is_ok(), test.result() == "valid", "{}", test.number("tcId"));
                assert!(opened.is_err() || text == test.hex("msg"));
            }
            seen += 1;
        }
    }
    assert!(seen >= 120, "{seen} cases");
}

#[test]
fn nist_encryption_and_decryption() {
    for test in cases("nist/aes_256_gcm.json", "encrypt") {
        check(&test, &Some(test.hex("pt")), "pt");
    }
    for test in cases("nist/aes_256_gcm.json", "decrypt") {
        let expected = (!test.has("fail")).then(|| test.hex("pt"));
        check(&test, &expected, "pt");
    }
}

fn check(test: &Case, expected: &Option<Vec<u8>>, plaintext: &str) {
    let (key, iv) = (Secret::copy_from(&test.array("key")), test.array("iv"));
    let sealed = [test.hex("ct"), test.hex("tag")].concat();
    assert_eq!(&aead::open(&key, &iv, &test.hex("aad"), &sealed).ok(), expected);
    if expected.is_some() {
        let made = aead::seal(&key, &iv, &test.hex("aad"), &test.hex(plaintext)).ok();
        assert_eq!(made, Some(sealed));
    }
}
