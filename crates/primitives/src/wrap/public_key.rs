//! A recipient's public key.

use core::fmt;
use std::sync::Arc;

use pkcs8::der::pem;
use subtle::ConstantTimeEq;

use crate::Error;
use crate::hash;
use crate::secret::Secret;
use crate::wrap::WrapCiphertext;
use crate::wrap::row::PublicRow;
use crate::wrap::suite::{ROWS, Suite};

/// A public key that was checked; parsed once, cheap to clone.
#[derive(Clone)]
pub struct WrapPublicKey(Arc<Parsed>);

struct Parsed {
    suite: Suite,
    bytes: Vec<u8>,
    fingerprint: [u8; 32],
    key: Box<dyn PublicRow>,
}

impl WrapPublicKey {
    /// Checks and takes a public key: 1216 bytes for X-Wing, 32 for X25519, the canonical
    /// SubjectPublicKeyInfo in DER for RSA.
    ///
    /// # Errors
    /// [`Error::BadKey`] for any other length or form; for a point of low order or not
    /// canonical; for ML-KEM coefficients out of range; for an RSA modulus under 3072 bits,
    /// over 8192 bits or even, and for a public exponent other than 65537.
    pub fn from_bytes(suite: Suite, bytes: &[u8]) -> Result<Self, Error> {
        let row = suite.row();
        if bytes.len() > *row.public_key_lengths.end() {
            return Err(Error::BadKey("a wrap key longer than any of its suite"));
        }
        let key = (row.parse)(bytes)?;
        Ok(Self(Arc::new(Parsed {
            suite,
            bytes: bytes.to_vec(),
            fingerprint: hash::sha256(&[bytes]),
            key,
        })))
    }

    /// Takes a SubjectPublicKeyInfo (RFC 5280) in DER: RSA (RFC 8017) or X25519 (RFC 8410).
    ///
    /// # Errors
    /// [`Error::BadKey`] as for [`WrapPublicKey::from_bytes`], and for another algorithm.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, Error> {
        ROWS.iter()
            .find_map(|row| (row.from_spki)(der).map(|bytes| Self::from_bytes(row.suite, bytes)))
            .unwrap_or(Err(Error::BadKey("not an RSA or X25519 public key")))
    }

    /// As [`WrapPublicKey::from_spki_der`], from PEM (`-----BEGIN PUBLIC KEY-----`).
    ///
    /// # Errors
    /// [`Error::BadKey`] as there, and for text that is not such a block.
    pub fn from_spki_pem(text: &str) -> Result<Self, Error> {
        let (label, der) = pem::decode_vec(text.as_bytes())
            .map_err(|_| Error::BadKey("text that is not one PEM block"))?;
        if label != SPKI_LABEL {
            return Err(Error::BadKey("a PEM block that is not a PUBLIC KEY"));
        }
        Self::from_spki_der(&der)
    }

    /// Its suite.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.0.suite
    }

    /// The bytes it was made from.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// SHA-256 of [`WrapPublicKey::as_bytes`].
    #[must_use]
    pub fn fingerprint(&self) -> &[u8; 32] {
        &self.0.fingerprint
    }

    /// The key as SubjectPublicKeyInfo in DER; none for X-Wing, which has no identifier yet.
    #[must_use]
    pub fn to_spki_der(&self) -> Option<Vec<u8>> {
        self.0.key.to_spki_der()
    }

    /// As [`WrapPublicKey::to_spki_der`], in PEM.
    #[must_use]
    pub fn to_spki_pem(&self) -> Option<String> {
        pem::encode_string(SPKI_LABEL, pem::LineEnding::LF, &self.to_spki_der()?).ok()
    }

    /// Wraps `secret` for the holder of the private key, bound to `info`.
    ///
    /// The same arguments give the same bytes. The first [`Suite::coins_length`] bytes of
    /// `coins` are all the randomness there is.
    ///
    /// # Security
    /// `coins` are as secret as `secret`, and no two of (`info`, key, `secret`) may share
    /// them: derive them from all three.
    ///
    /// # Errors
    /// [`Error::BadKey`] if the exchange with this key gives nothing secret (no key that
    /// was checked does).
    pub fn wrap(
        &self,
        info: &[u8],
        secret: &Secret<32>,
        coins: &Secret<64>,
    ) -> Result<WrapCiphertext, Error> {
        self.0.key.wrap(info, secret, coins)
    }

    /// Whether `wrap` is what wrapping `secret` with these `coins` gives, byte for byte.
    ///
    /// # Security
    /// Takes the same time wherever the bytes differ.
    #[must_use]
    pub fn is_wrap_of(
        &self,
        info: &[u8],
        secret: &Secret<32>,
        coins: &Secret<64>,
        wrap: &WrapCiphertext,
    ) -> bool {
        self.wrap(info, secret, coins).is_ok_and(|honest| honest.ct_eq(wrap).into())
    }
}

impl PartialEq for WrapPublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.suite() == other.suite() && self.as_bytes() == other.as_bytes()
    }
}

impl Eq for WrapPublicKey {}

impl fmt::Debug for WrapPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrapPublicKey").field("suite", &self.suite()).finish_non_exhaustive()
    }
}

const SPKI_LABEL: &str = "PUBLIC KEY";
