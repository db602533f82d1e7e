//! Ed25519 against RFC 8032 and Wycheproof.

mod vectors;

use privity_primitives::secret::Secret;
use privity_primitives::sign::{Signature, SigningKey, VerifyingKey};
use vectors::{cases, wycheproof};

#[test]
fn rfc_8032_section_7_1() {
    for case in cases("rfc8032/ed25519.json", "cases") {
        let key = SigningKey::from_seed(&Secret::copy_from(&case.array("secret_key")));
        assert_eq!(key.verifying_key().as_bytes(), &case.array("public_key"));
        let signature = key.sign(&case.hex("message"));
        assert_eq!(signature.0, case.array("signature"), "{}", case.text("name"));
        assert!(key.verifying_key().verify(&case.hex("message"), &signature).is_ok());
    }
}

#[test]
fn wycheproof_verification() {
    for (group, tests) in wycheproof("ed25519") {
        let key = VerifyingKey::from_bytes(&group.inner("publicKey").array("pk"));
        for test in tests {
            let verified = <[u8; 64]>::try_from(test.hex("sig")).is_ok_and(|signature| {
                key.is_ok_and(|key| key.verify(&test.hex("msg"), &Signature(signature)).is_ok())
            });
            assert_eq!(verified, test.result() == "valid", "{}", test.number("tcId"));
        }
    }
}
