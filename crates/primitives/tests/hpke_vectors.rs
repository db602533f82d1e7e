//! Both HPKE suites against RFC 9180 and draft-ietf-hpke-pq.
//!
//! The published encapsulation must come out of the published randomness, and the sealed
//! secret must be what AES-256-GCM makes of it with the published key and nonce.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod vectors;

use privity_primitives::aead;
use privity_primitives::kdf;
use privity_primitives::secret::Secret;
use privity_primitives::wrap::{Suite, WrapPrivateKey};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use vectors::cases;

#[test]
fn rfc_9180_base_mode_with_x25519() {
    for case in cases("rfc9180/base_x25519_sha256_aes256gcm.json", "cases") {
        let private = from_seed(Suite::X25519, &case.hex("ikmR"));
        assert_eq!(private.public_key().as_bytes(), case.hex("pkRm"));
        let secret = Secret::copy_from(&[0x5a; 32]);
        let wrap = private
            .public_key()
            .wrap(&case.hex("info"), &secret, &coins(&case.hex("ikmE")))
            .unwrap();
        assert_eq!(wrap.enc, case.hex("enc"));
        let key = Secret::copy_from(&case.array("key"));
        let sealed = aead::seal(&key, &case.array("base_nonce"), b"", secret.expose()).unwrap();
        assert_eq!(wrap.ct.as_slice(), sealed);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(private.unwrap(&case.hex("info"), &wrap, &mut rng), Ok(secret));
        let scalar = Secret::copy_from(&case.array("skRm"));
        let imported = WrapPrivateKey::from_bytes(Suite::X25519, &scalar).unwrap();
        assert_eq!(imported.public_key(), private.public_key());
    }
}

#[test]
fn hpke_pq_with_x_wing() {
    for case in cases("hpke-pq/x_wing.json", "cases") {
        let private = from_seed(Suite::XWing, &case.hex("ikmR"));
        assert_eq!(private.public_key().as_bytes(), case.hex("pkRm"));
        let imported = Secret::copy_from(&case.array("skRm"));
        let imported = WrapPrivateKey::from_bytes(Suite::XWing, &imported).unwrap();
        assert_eq!(imported.public_key(), private.public_key());
        check_x_wing(&private, &case.hex("ikmE"), &case.hex("enc"), &case.hex("shared_secret"));
    }
}

#[test]
fn x_wing_draft() {
    for case in cases("x-wing/test-vectors.json", "") {
        let private = Secret::copy_from(&case.array("sk"));
        let private = WrapPrivateKey::from_bytes(Suite::XWing, &private).unwrap();
        assert_eq!(private.public_key().as_bytes(), case.hex("pk"));
        check_x_wing(&private, &case.hex("eseed"), &case.hex("ct"), &case.hex("ss"));
    }
}

/// The KEM gives `enc` and `shared_secret`; from there on RFC 9180, section 5.1, computed
/// here once more with nothing but HKDF.
fn check_x_wing(private: &WrapPrivateKey, randomness: &[u8], enc: &[u8], shared_secret: &[u8]) {
    let secret = Secret::copy_from(&[0xa5; 32]);
    let wrap = private.public_key().wrap(b"info", &secret, &coins(randomness)).unwrap();
    assert_eq!(wrap.enc, enc);
    let suite = [b"HPKE".as_slice(), &[0x64, 0x7a, 0, 1, 0, 2]].concat();
    let extract = |salt: &[u8], label: &[u8], ikm: &[u8]| {
        kdf::extract(salt, &[b"HPKE-v1", suite.as_slice(), label, ikm].concat())
    };
    let mut context = vec![0];
    context.extend(extract(b"", b"psk_id_hash", b"").expose());
    context.extend(extract(b"", b"info_hash", b"info").expose());
    let prk = extract(shared_secret, b"secret", b"");
    let labelled = |length: u8, label: &[u8]| {
        [&[0, length], b"HPKE-v1".as_slice(), &suite, label, &context].concat()
    };
    let key = prk.expand::<32>(&[&labelled(32, b"key")]);
    let nonce = prk.expand::<12>(&[&labelled(12, b"base_nonce")]);
    let sealed = aead::seal(&key, nonce.expose(), b"", secret.expose()).unwrap();
    assert_eq!(wrap.ct.as_slice(), sealed);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    assert_eq!(private.unwrap(b"info", &wrap, &mut rng), Ok(secret));
}

fn from_seed(suite: Suite, seed: &[u8]) -> WrapPrivateKey {
    WrapPrivateKey::from_seed(suite, &Secret::from_slice(seed).unwrap()).unwrap()
}

/// The published randomness, and behind it what the suite must not use.
fn coins(randomness: &[u8]) -> Secret<64> {
    Secret::fill(|coins| {
        coins.fill(0xee);
        coins.iter_mut().zip(randomness).for_each(|(coin, byte)| *coin = *byte);
    })
}
