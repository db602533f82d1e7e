//! Wraps that must not open, and their one error.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod vectors;

use privity_primitives::secret::Secret;
use privity_primitives::wrap::{PendingUnwrap, Suite, WrapCiphertext, WrapPrivateKey};
use privity_primitives::{Error, aead, kdf};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use vectors::text;

const SUITES: [Suite; 3] = [Suite::XWing, Suite::X25519, Suite::RsaOaep];

#[test]
fn a_flipped_bit_in_any_byte() {
    for suite in SUITES {
        let (key, wrap) = wrapped(suite);
        for index in 0..wrap.enc.len() + wrap.ct.len() {
            let mut changed = wrap.clone();
            let byte = changed.enc.iter_mut().chain(&mut changed.ct).nth(index).unwrap();
            *byte ^= 1 << (index % 8);
            assert_eq!(open(&key, INFO, &changed), Err(Error::Decrypt), "{suite:?} {index}");
            assert!(!is_honest(&key, INFO, &changed));
        }
    }
}

#[test]
fn an_encapsulation_of_another_length() {
    for suite in SUITES {
        let (key, wrap) = wrapped(suite);
        let lengths = (0..wrap.enc.len()).step_by(if suite == Suite::X25519 { 1 } else { 37 });
        for length in lengths {
            let cut = WrapCiphertext { enc: wrap.enc[..length].to_vec(), ct: wrap.ct };
            assert_eq!(open(&key, INFO, &cut), Err(Error::Decrypt), "{suite:?} {length}");
            assert!(!is_honest(&key, INFO, &cut));
        }
        for more in [1, 32, 5000] {
            let enc = [wrap.enc.clone(), vec![0; more]].concat();
            let longer = WrapCiphertext { enc, ct: wrap.ct };
            assert_eq!(open(&key, INFO, &longer), Err(Error::Decrypt));
            let enc = [vec![0; more], wrap.enc.clone()].concat();
            let longer = WrapCiphertext { enc, ct: wrap.ct };
            assert_eq!(open(&key, INFO, &longer), Err(Error::Decrypt));
        }
    }
}

#[test]
fn a_sealed_secret_of_another_length_is_not_even_taken() {
    for length in (0..100).filter(|length| *length != 48) {
        assert_eq!(WrapCiphertext::new(&[0; 32], &vec![0; length]), None);
    }
}

#[test]
fn another_context_or_recipient() {
    for suite in SUITES {
        let (key, wrap) = wrapped(suite);
        assert_eq!(open(&key, b"", &wrap), Err(Error::Decrypt));
        assert_eq!(open(&key, b"another context", &wrap), Err(Error::Decrypt));
        assert!(!is_honest(&key, b"another context", &wrap));
        assert!(is_honest(&key, INFO, &wrap));
        for other in SUITES {
            let (other, _) =
                if other == suite { (other_key(suite), ()) } else { (key_of(other), ()) };
            assert_eq!(open(&other, INFO, &wrap), Err(Error::Decrypt));
        }
    }
}

#[test]
fn an_honest_wrap_of_another_secret_or_other_coins() {
    for suite in SUITES {
        let (key, wrap) = wrapped(suite);
        let (secret, coins) = (Secret::copy_from(&SECRET), Secret::copy_from(&COINS));
        let public = key.public_key();
        assert!(public.is_wrap_of(INFO, &secret, &coins, &wrap));
        assert!(!public.is_wrap_of(INFO, &Secret::copy_from(&[0; 32]), &coins, &wrap));
        assert!(!public.is_wrap_of(INFO, &secret, &Secret::copy_from(&[0; 64]), &wrap));
    }
}

/// With a point of low order anyone knows the X25519 secret.
#[test]
fn encapsulations_with_a_point_of_low_order() {
    for suite in [Suite::XWing, Suite::X25519] {
        let (key, wrap) = wrapped(suite);
        for lowest in [0, 1] {
            let (before, _) = wrap.enc.split_at(wrap.enc.len() - 32);
            let mut point = [0; 32];
            point[0] = lowest;
            let enc = [before, &point].concat();
            let forged = WrapCiphertext { enc, ct: wrap.ct };
            assert_eq!(open(&key, INFO, &forged), Err(Error::Decrypt));
        }
    }
}

/// Nothing tells a failure of OAEP from one of GCM, or a failing card from a lying one.
#[test]
fn rsa_has_one_error() {
    let (key, wrap) = wrapped(Suite::RsaOaep);
    let mut bad_oaep = wrap.clone();
    bad_oaep.enc[200] ^= 1;
    let mut bad_gcm = wrap.clone();
    bad_gcm.ct[20] ^= 1;
    let both = WrapCiphertext { enc: bad_oaep.enc.clone(), ct: bad_gcm.ct };
    let too_large = WrapCiphertext { enc: vec![0xff; wrap.enc.len()], ct: wrap.ct };
    for forged in [bad_oaep, bad_gcm, both, too_large] {
        assert_eq!(open(&key, INFO, &forged), Err(Error::Decrypt));
    }
    let pending = || PendingUnwrap::new(key.public_key(), INFO, &wrap).unwrap();
    let answer = &COINS[..32];
    assert_eq!(pending().resume(Some(answer)), Ok(Secret::copy_from(&SECRET)));
    for wrong in [None, Some(&[][..]), Some(&answer[1..]), Some(&COINS[..33]), Some(&[0; 32])] {
        assert_eq!(pending().resume(wrong), Err(Error::Decrypt));
    }
}

/// After a failed OAEP the work goes on with a key that everyone knows; what is sealed under
/// that key must not come out.
#[test]
fn the_stand_in_key_opens_nothing() {
    let (key, wrap) = wrapped(Suite::RsaOaep);
    let stand_in = kdf::extract(b"privity/v1/rsa", &[0; 32]).expand(&[INFO]);
    let sealed = aead::seal(&stand_in, &[0; 12], INFO, &SECRET).unwrap();
    let mut enc = wrap.enc;
    enc[7] ^= 1;
    let forged = WrapCiphertext::new(&enc, &sealed).unwrap();
    assert_eq!(open(&key, INFO, &forged), Err(Error::Decrypt));
    let pending = PendingUnwrap::new(key.public_key(), INFO, &forged).unwrap();
    assert_eq!(pending.resume(None), Err(Error::Decrypt));
}

#[test]
fn only_rsa_is_answered_from_outside() {
    for suite in [Suite::XWing, Suite::X25519] {
        let (key, wrap) = wrapped(suite);
        assert!(PendingUnwrap::new(key.public_key(), INFO, &wrap).is_err());
    }
}

fn wrapped(suite: Suite) -> (WrapPrivateKey, WrapCiphertext) {
    let key = key_of(suite);
    let (secret, coins) = (Secret::copy_from(&SECRET), Secret::copy_from(&COINS));
    let wrap = key.public_key().wrap(INFO, &secret, &coins).unwrap();
    assert_eq!(open(&key, INFO, &wrap), Ok(secret));
    (key, wrap)
}

fn open(key: &WrapPrivateKey, info: &[u8], wrap: &WrapCiphertext) -> Result<Secret<32>, Error> {
    key.unwrap(info, wrap, &mut ChaCha8Rng::seed_from_u64(1))
}

fn is_honest(key: &WrapPrivateKey, info: &[u8], wrap: &WrapCiphertext) -> bool {
    let (secret, coins) = (Secret::copy_from(&SECRET), Secret::copy_from(&COINS));
    key.public_key().is_wrap_of(info, &secret, &coins, wrap)
}

fn key_of(suite: Suite) -> WrapPrivateKey {
    seeded(suite, 1, "openssl/rsa_3072.pem")
}

fn other_key(suite: Suite) -> WrapPrivateKey {
    seeded(suite, 2, "openssl/rsa_4096.pem")
}

fn seeded(suite: Suite, seed: u8, file: &str) -> WrapPrivateKey {
    WrapPrivateKey::from_seed(suite, &Secret::copy_from(&[seed; 32]))
        .or_else(|_| WrapPrivateKey::from_pkcs8_pem(&text(file)))
        .unwrap()
}

const INFO: &[u8] = b"privity/v1/wrap and a context";
const SECRET: [u8; 32] = [0x51; 32];
const COINS: [u8; 64] = [0xc0; 64];
