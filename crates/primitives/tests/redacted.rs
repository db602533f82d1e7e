//! What secrets look like when somebody prints them: every type, word for word.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod vectors;

use privity_primitives::aes_ctr::AesCtr;
use privity_primitives::committing::CommittingKey;
use privity_primitives::gcm::Gcm;
use privity_primitives::kdf;
use privity_primitives::scratch::Scratch;
use privity_primitives::secret::{Secret, SecretVec};
use privity_primitives::sign::SigningKey;
use privity_primitives::wrap::{PendingUnwrap, Suite, WrapPrivateKey};
use vectors::text;

#[test]
fn secrets_of_bytes() {
    assert_eq!(format!("{:?}", Secret::copy_from(&[7; 32])), "Secret { length: 32, .. }");
    assert_eq!(format!("{:#?}", Secret::copy_from(&[7; 2])), "Secret {\n    length: 2,\n    ..\n}");
    assert_eq!(format!("{:?}", SecretVec::new(vec![7; 3])), "SecretVec { length: 3, .. }");
    assert_eq!(format!("{:?}", Scratch::<5>::new()), "Scratch { length: 5, .. }");
    assert_eq!(format!("{:?}", kdf::extract(b"a", b"b")), "Prk(Secret { length: 32, .. })");
}

#[test]
fn keys() {
    let seed = Secret::copy_from(&[7; 32]);
    assert_eq!(format!("{:?}", SigningKey::from_seed(&seed)), "SigningKey { .. }");
    assert_eq!(format!("{:?}", Gcm::new(&[7; 32]).unwrap()), "Gcm { .. }");
    assert_eq!(format!("{:?}", AesCtr::new(&[7; 32]).unwrap()), "AesCtr { .. }");
    let committing = CommittingKey::derive(&kdf::extract(b"a", b"b"), &[]);
    assert_eq!(format!("{committing:?}"), "CommittingKey { .. }");
    for (suite, printed) in [
        (Suite::XWing, "WrapPrivateKey { suite: X-Wing, .. }"),
        (Suite::X25519, "WrapPrivateKey { suite: X25519, .. }"),
    ] {
        let key = WrapPrivateKey::from_seed(suite, &seed).unwrap();
        assert_eq!(format!("{key:?}"), printed);
    }
}

#[test]
fn rsa_keys_and_what_waits_for_them() {
    let key = WrapPrivateKey::from_pkcs8_pem(&text("openssl/rsa_3072.pem")).unwrap();
    assert_eq!(format!("{key:?}"), "WrapPrivateKey { suite: RSA-OAEP, .. }");
    let (secret, coins) = (Secret::copy_from(&[7; 32]), Secret::copy_from(&[8; 64]));
    let wrap = key.public_key().wrap(b"", &secret, &coins).unwrap();
    let pending = PendingUnwrap::new(key.public_key(), b"", &wrap).unwrap();
    assert_eq!(
        format!("{pending:?}"),
        "PendingUnwrap { key: WrapPublicKey { suite: RSA-OAEP, .. }, .. }"
    );
}
