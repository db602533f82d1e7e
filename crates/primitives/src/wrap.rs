//! Key wrapping: 32 secret bytes, sealed to a recipient's public key.
//!
//! ```text
//!   Suite ── one row ──►  parse, derive, sizes
//!   WrapPublicKey  ── wrap(info, secret, coins) ──►  WrapCiphertext { enc, ct }
//!   WrapPrivateKey ── unwrap(info, wrap)        ──►  secret
//!   PendingUnwrap  ── request ──► card or key store ── resume ──►  secret
//! ```
//!
//! Wrapping draws nothing: its randomness is the argument `coins`. Whoever knows the secret
//! and how the coins derive from it makes the same bytes again, and so can show that a wrap
//! is honest or that it is not ([`WrapPublicKey::is_wrap_of`]).
//!
//! ```
//! use privity_primitives::random::System;
//! use privity_primitives::secret::Secret;
//! use privity_primitives::wrap::{Suite, WrapPrivateKey};
//!
//! let mut rng = System::new()?;
//! let recipient = WrapPrivateKey::generate(Suite::XWing, &mut rng)?;
//! let (secret, coins) = (Secret::<32>::generate(&mut rng), Secret::<64>::generate(&mut rng));
//! let wrap = recipient.public_key().wrap(b"context", &secret, &coins)?;
//! assert_eq!(recipient.unwrap(b"context", &wrap, &mut rng)?, secret);
//! # Ok::<(), privity_primitives::Error>(())
//! ```

mod ciphertext;
mod hpke_row;
mod pending;
mod private_key;
mod public_key;
mod replay;
mod row;
mod rsa_private;
mod rsa_public;
mod suite;
mod x25519;
mod x_wing;
mod x_wing_kem;

pub use ciphertext::{SEALED_SECRET_LENGTH, WrapCiphertext};
pub use pending::{NeedsPrivateKey, OaepHash, PendingUnwrap};
pub use private_key::WrapPrivateKey;
pub use public_key::WrapPublicKey;
pub use suite::{COINS_LENGTH, Suite};
