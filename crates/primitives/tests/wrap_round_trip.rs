//! What is wrapped to a key is unwrapped by it, and wrapping is deterministic.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use privity_primitives::secret::Secret;
use privity_primitives::wrap::{PendingUnwrap, Suite, WrapPrivateKey, WrapPublicKey};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

const SUITES: [Suite; 3] = [Suite::XWing, Suite::X25519, Suite::RsaOaep];

#[test]
fn every_suite_wraps_and_unwraps() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for suite in SUITES {
        let private = WrapPrivateKey::generate(suite, &mut rng).unwrap();
        let public = WrapPublicKey::from_bytes(suite, private.public_key().as_bytes()).unwrap();
        let secret = Secret::generate(&mut rng);
        let coins = Secret::generate(&mut rng);
        let wrap = public.wrap(b"info", &secret, &coins).unwrap();
        assert!(suite.public_key_lengths().contains(&public.as_bytes().len()));
        assert!(suite.encapsulation_lengths().contains(&wrap.enc.len()));
        assert_eq!(wrap, public.wrap(b"info", &secret, &coins).unwrap());
        assert!(public.is_wrap_of(b"info", &secret, &coins, &wrap));
        assert_eq!(private.unwrap(b"info", &wrap, &mut rng).unwrap(), secret);
        assert!(private.unwrap(b"other", &wrap, &mut rng).is_err());
    }
}

#[test]
fn only_the_first_coins_of_a_suite_count() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let private = WrapPrivateKey::generate(Suite::X25519, &mut rng).unwrap();
    let (mut coins, secret) = ([3; 64], Secret::copy_from(&[4; 32]));
    let wrap = private.public_key().wrap(b"", &secret, &Secret::copy_from(&coins)).unwrap();
    coins[32] ^= 1;
    assert!(private.public_key().is_wrap_of(b"", &secret, &Secret::copy_from(&coins), &wrap));
    coins[31] ^= 1;
    assert!(!private.public_key().is_wrap_of(b"", &secret, &Secret::copy_from(&coins), &wrap));
}

#[test]
fn a_seed_gives_one_key() {
    for suite in [Suite::XWing, Suite::X25519] {
        let seed = Secret::copy_from(&[5; 32]);
        let one = WrapPrivateKey::from_seed(suite, &seed).unwrap();
        assert_eq!(one.public_key(), WrapPrivateKey::from_seed(suite, &seed).unwrap().public_key());
    }
    assert!(WrapPrivateKey::from_seed(Suite::RsaOaep, &Secret::copy_from(&[5; 32])).is_err());
}

#[test]
fn keys_go_through_their_files() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for suite in [Suite::X25519, Suite::RsaOaep] {
        let private = WrapPrivateKey::generate(suite, &mut rng).unwrap();
        let pem = private.to_pkcs8_pem().unwrap();
        let pem = core::str::from_utf8(pem.expose()).unwrap();
        let again = WrapPrivateKey::from_pkcs8_pem(pem).unwrap();
        assert_eq!(again.public_key(), private.public_key());
        assert_eq!(again.to_pkcs8_der(), private.to_pkcs8_der());
        let pem = private.public_key().to_spki_pem().unwrap();
        assert_eq!(&WrapPublicKey::from_spki_pem(&pem).unwrap(), private.public_key());
    }
}

#[test]
fn the_private_operation_can_be_answered_from_outside() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let private = WrapPrivateKey::generate(Suite::RsaOaep, &mut rng).unwrap();
    let (secret, coins) = (Secret::generate(&mut rng), Secret::generate(&mut rng));
    let wrap = private.public_key().wrap(b"info", &secret, &coins).unwrap();
    let pending = || PendingUnwrap::new(private.public_key(), b"info", &wrap).unwrap();
    assert_eq!(pending().request().ciphertext, wrap.enc);
    let answer = &coins.expose()[..32];
    assert_eq!(pending().resume(Some(answer)).unwrap(), secret);
    assert!(pending().resume(Some(&[0; 32])).is_err());
    assert!(pending().resume(Some(&answer[..31])).is_err());
    assert!(pending().resume(None).is_err());
}
