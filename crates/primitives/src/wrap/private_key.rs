//! A recipient's private key.

use core::fmt;

use pkcs8::der::pem;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::Error;
use crate::secret::{Secret, SecretVec};
use crate::wrap::row::{KeyPair, PrivateRow};
use crate::wrap::suite::{ROWS, Suite};
use crate::wrap::{WrapCiphertext, WrapPublicKey, rsa_private};

/// A private key with its public side; wiped on drop.
pub struct WrapPrivateKey {
    public: WrapPublicKey,
    key: Box<dyn PrivateRow>,
}

impl WrapPrivateKey {
    /// The key pair of a seed: `DeriveKeyPair` of the suite's KEM (RFC 9180, section 7.1.3;
    /// for X-Wing draft-ietf-hpke-pq).
    ///
    /// # Errors
    /// [`Error::BadKey`] for a suite whose keys have no seed, see [`Suite::is_seeded`].
    pub fn from_seed(suite: Suite, seed: &Secret<32>) -> Result<Self, Error> {
        let derive =
            suite.row().derive.ok_or(Error::BadKey("keys of this suite do not have a seed"))?;
        Self::from_pair(suite, derive(seed))
    }

    /// The key whose own 32 bytes these are (RFC 9180, `DeserializePrivateKey`; for X-Wing
    /// its decapsulation key). [`WrapPrivateKey::from_seed`] does not give the same key.
    ///
    /// # Errors
    /// [`Error::BadKey`] for a suite whose keys are not 32 bytes.
    pub fn from_bytes(suite: Suite, bytes: &Secret<32>) -> Result<Self, Error> {
        let import = suite.row().import.ok_or(Error::BadKey("RSA keys come in PKCS#8"))?;
        Self::from_pair(suite, import(bytes)?)
    }

    /// Makes a fresh key; an RSA key has 3072 bits.
    ///
    /// # Errors
    /// [`Error::Random`] if no RSA key comes out of `rng`.
    pub fn generate(suite: Suite, rng: &mut dyn CryptoRng) -> Result<Self, Error> {
        Self::from_pair(suite, (suite.row().generate)(rng)?)
    }

    /// Makes a fresh RSA key with a modulus of `bits` bits, 3072 to 8192.
    ///
    /// # Errors
    /// [`Error::BadKey`] for another size, [`Error::Random`] if no key comes out of `rng`.
    pub fn generate_rsa(bits: usize, rng: &mut dyn CryptoRng) -> Result<Self, Error> {
        Self::from_pair(Suite::RsaOaep, rsa_private::generate(bits, rng)?)
    }

    /// Takes a PKCS#8 (RFC 5958) private key in DER: RSA or X25519 (RFC 8410).
    ///
    /// # Errors
    /// [`Error::BadKey`] for what is malformed, inconsistent, of another algorithm, or has a
    /// public side that [`WrapPublicKey::from_bytes`] refuses.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, Error> {
        if der.len() > MAX_PKCS8_LENGTH {
            return Err(Error::BadKey("a PKCS#8 key larger than any that is taken"));
        }
        for row in ROWS {
            if let Some(pair) = (row.from_pkcs8)(der) {
                return Self::from_pair(row.suite, pair?);
            }
        }
        Err(Error::BadKey("not an RSA or X25519 private key in PKCS#8"))
    }

    /// As [`WrapPrivateKey::from_pkcs8_der`], from PEM (`-----BEGIN PRIVATE KEY-----`).
    ///
    /// # Errors
    /// [`Error::BadKey`] as there, and for text that is not such a block.
    pub fn from_pkcs8_pem(text: &str) -> Result<Self, Error> {
        if text.len() > 2 * MAX_PKCS8_LENGTH {
            return Err(Error::BadKey("a PKCS#8 key larger than any that is taken"));
        }
        let (label, der) = pem::decode_vec(text.as_bytes())
            .map(|(label, der)| (label, Zeroizing::new(der)))
            .map_err(|_| Error::BadKey("text that is not one PEM block"))?;
        if label != PKCS8_LABEL {
            return Err(Error::BadKey("a PEM block that is not a PRIVATE KEY (PKCS#8)"));
        }
        Self::from_pkcs8_der(&der)
    }

    /// Its suite.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.public.suite()
    }

    /// Its public side.
    #[must_use]
    pub const fn public_key(&self) -> &WrapPublicKey {
        &self.public
    }

    /// The key as PKCS#8 in DER; none for X-Wing, which has no identifier yet.
    #[must_use]
    pub fn to_pkcs8_der(&self) -> Option<SecretVec> {
        self.key.to_pkcs8_der()
    }

    /// As [`WrapPrivateKey::to_pkcs8_der`], as PEM text.
    #[must_use]
    pub fn to_pkcs8_pem(&self) -> Option<SecretVec> {
        let der = self.to_pkcs8_der()?;
        pem::encode_string(PKCS8_LABEL, pem::LineEnding::LF, der.expose())
            .ok()
            .map(|text| SecretVec::new(text.into_bytes()))
    }

    /// Unwraps what [`WrapPublicKey::wrap`] made; `rng` blinds the RSA operation, the other
    /// suites do not use it.
    ///
    /// # Security
    /// Check who made the wrap before; check what comes out, and that wrapping it again
    /// gives these bytes, after. A wrap as such proves nothing about its maker.
    ///
    /// # Errors
    /// [`Error::Decrypt`], the same one and after the same work, whatever is wrong with
    /// `wrap` or `info`.
    pub fn unwrap(
        &self,
        info: &[u8],
        wrap: &WrapCiphertext,
        rng: &mut dyn CryptoRng,
    ) -> Result<Secret<32>, Error> {
        self.key.unwrap(info, wrap, rng)
    }

    fn from_pair(suite: Suite, pair: KeyPair) -> Result<Self, Error> {
        Ok(Self { public: WrapPublicKey::from_bytes(suite, &pair.public)?, key: pair.private })
    }
}

impl fmt::Debug for WrapPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrapPrivateKey").field("suite", &self.suite()).finish_non_exhaustive()
    }
}

const PKCS8_LABEL: &str = "PRIVATE KEY";

/// An RSA key of 8192 bits has 4.7 KB in DER.
const MAX_PKCS8_LENGTH: usize = 8192;
