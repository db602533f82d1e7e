//! The one crate of the project that names cryptography crates.
//!
//! ```text
//!   conversation   srtp   zrtp          know only the names below
//!        └──────────┼──────┘
//!   secret random hash mac kdf aead sign    (this crate)
//!        ┌──────────┼──────┐
//!   RustCrypto   dalek   the system's generator
//! ```
//!
//! Nothing here is an algorithm of our own: each module gives one well-kept
//! implementation a narrow shape that is hard to use wrongly. Secrets live in boxes that
//! are wiped, randomness is an argument, and lengths are part of the types.
//!
//! Without the default feature `full` there is only what protects media: [`aes_ctr`], [`gcm`],
//! [`hmac_sha1`], [`secret`] and [`scratch`].
//!
//! ```
//! use privity_primitives::{aead, kdf, random, secret::Secret};
//!
//! let mut rng = random::System::new()?;
//! let epoch_secret = Secret::<32>::generate(&mut rng);
//! let key = kdf::extract(b"salt", epoch_secret.expose()).expand::<32>(&[b"message"]);
//! let nonce = [0; 12];
//! let sealed = aead::seal(&key, &nonce, b"header", b"text")?;
//! assert_eq!(aead::open(&key, &nonce, b"header", &sealed)?, b"text");
//! # Ok::<(), privity_primitives::Error>(())
//! ```
//!
//! | source | module |
//! |---|---|
//! | FIPS 180-4 (SHA-2) | [`hash`] |
//! | RFC 2104 (HMAC) | [`mac`] |
//! | RFC 5869 (HKDF) | [`kdf`] |
//! | SP 800-38D (GCM) | [`aead`], [`gcm`], [`committing`] |
//! | SP 800-38A (AES-CTR) | [`aes_ctr`] |
//! | RFC 2104 with SHA-1 (SRTP) | [`hmac_sha1`] |
//! | RFC 8032 (Ed25519) | [`sign`] |
//! | RFC 3526 (Diffie-Hellman modulo a prime) | [`modp`] |
//! | SEC 1 (P-256, P-384) | [`nist`] |
//! | RFC 7748 (X448) | [`x448`] |
//! | FIPS 203 (ML-KEM-768) | [`ml_kem`] |
//! | RFC 9180 (HPKE), X-Wing, RFC 8017 (RSA-OAEP) | [`wrap`] |

#[cfg(feature = "full")]
pub mod aead;
#[cfg(feature = "full")]
pub mod aes_cfb;
pub mod aes_ctr;
#[cfg(feature = "full")]
pub mod committing;
mod error;
pub mod gcm;
#[cfg(feature = "full")]
pub mod hash;
pub mod hmac_sha1;
#[cfg(feature = "full")]
pub mod kdf;
#[cfg(feature = "full")]
pub mod mac;
#[cfg(feature = "full")]
pub mod ml_kem;
#[cfg(feature = "full")]
pub mod modp;
#[cfg(feature = "full")]
pub mod nist;
#[cfg(feature = "full")]
pub mod random;
pub mod scratch;
pub mod secret;
#[cfg(feature = "full")]
pub mod sign;
#[cfg(feature = "full")]
pub mod wrap;
#[cfg(feature = "full")]
pub mod x25519;
#[cfg(feature = "full")]
pub mod x448;

pub use error::Error;
