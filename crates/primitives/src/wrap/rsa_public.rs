//! Suite 3, public side: RSA-OAEP-SHA256 (RFC 8017, section 7.1) carries a key for
//! AES-256-GCM, which seals the secret bound to its context.
//!
//! ```text
//!   coins ── first 32 ──► k ──► OAEP-SHA256(k; seed = next 32, empty label) = enc
//!   key = Expand(Extract("privity/v1/rsa", k), info, 32)
//!   ct  = GCM(key, nonce 0, secret, aad = info)
//! ```

use pkcs8::spki::{EncodePublicKey, SubjectPublicKeyInfoRef};
use rsa::{BoxedUint, Oaep};
use sha2::Sha256;
use subtle::Choice;

use crate::Error;
use crate::aead;
use crate::kdf;
use crate::secret::Secret;
use crate::wrap::replay::Replay;
use crate::wrap::row::{PublicRow, Row};
use crate::wrap::suite::Suite;
use crate::wrap::{SEALED_SECRET_LENGTH, WrapCiphertext, rsa_private};

pub(super) static ROW: Row = Row {
    suite: Suite::RsaOaep,
    id: 3,
    name: "RSA-OAEP",
    post_quantum: false,
    coins_length: 64,
    public_key_lengths: MIN_BITS / 8 + SPKI_OVERHEAD..=MAX_BITS / 8 + SPKI_OVERHEAD,
    encapsulation_lengths: MIN_BITS / 8..=MAX_BITS / 8,
    parse,
    from_spki: |der| Some(der),
    derive: None,
    import: None,
    from_pkcs8: rsa_private::from_pkcs8,
    generate: |rng| rsa_private::generate(MIN_BITS, rng),
};

struct Public {
    key: rsa::PublicKey,
    spki: Vec<u8>,
}

impl PublicRow for Public {
    fn wrap(
        &self,
        info: &[u8],
        secret: &Secret<32>,
        coins: &Secret<64>,
    ) -> Result<WrapCiphertext, Error> {
        const REFUSED: Error = Error::BadKey("an RSA key that does not encrypt");
        let (k, seed) = coins.expose().split_at(32);
        let mut replay = Replay::new(seed);
        let enc = self.key.encrypt(&mut replay, Oaep::<Sha256>::new(), k).map_err(|_| REFUSED)?;
        if !replay.was_exact() {
            return Err(REFUSED);
        }
        let sealed = aead::seal(&content_key(k, info), &NONCE, info, secret.expose())?;
        WrapCiphertext::new(&enc, &sealed).ok_or(REFUSED)
    }

    fn to_spki_der(&self) -> Option<Vec<u8>> {
        Some(self.spki.clone())
    }
}

/// Opens the sealed secret with what came out of OAEP, if anything did. The same work is
/// done either way; nothing tells which of the two checks failed.
pub(super) fn open(
    k: Option<&[u8]>,
    info: &[u8],
    ct: &[u8; SEALED_SECRET_LENGTH],
) -> Result<Secret<32>, Error> {
    let k = k.and_then(|k| <&[u8; 32]>::try_from(k).ok());
    let decrypted = Choice::from(u8::from(k.is_some()));
    let opened = aead::open_secret(&content_key(k.unwrap_or(&[0; 32]), info), &NONCE, info, ct);
    let secret = opened.as_ref().ok().and_then(|secret| Secret::from_slice(secret.expose()));
    if bool::from(decrypted & Choice::from(u8::from(secret.is_some()))) {
        secret.ok_or(Error::Decrypt)
    } else {
        Err(Error::Decrypt)
    }
}

/// The canonical SubjectPublicKeyInfo of a key.
pub(super) fn spki(key: &rsa::PublicKey) -> Result<Vec<u8>, Error> {
    key.to_public_key_der()
        .map(pkcs8::Document::into_vec)
        .map_err(|_| Error::BadKey("an RSA key that has no DER form"))
}

/// Size, parity and exponent, which a key shows before anything is computed with it.
pub(super) fn check_numbers(modulus: &[u8], exponent: &[u8]) -> Result<(), Error> {
    let bits = modulus.first().map_or(0, |first| {
        modulus.len().saturating_mul(8).saturating_sub(first.leading_zeros() as usize)
    });
    if bits < MIN_BITS {
        return Err(Error::BadKey("an RSA key of less than 3072 bits"));
    }
    if bits > MAX_BITS {
        return Err(Error::BadKey("an RSA key of more than 8192 bits"));
    }
    if modulus.last().is_none_or(|last| last % 2 == 0) {
        return Err(Error::BadKey("an RSA key with an even modulus"));
    }
    if exponent != EXPONENT {
        return Err(Error::BadKey("an RSA key whose public exponent is not 65537"));
    }
    Ok(())
}

fn parse(bytes: &[u8]) -> Result<Box<dyn PublicRow>, Error> {
    const MALFORMED: Error = Error::BadKey("an RSA key that is not SubjectPublicKeyInfo in DER");
    let info = SubjectPublicKeyInfoRef::try_from(bytes).map_err(|_| MALFORMED)?;
    if info.algorithm != rsa::pkcs1::ALGORITHM_ID {
        return Err(Error::BadKey("a public key that is not for RSA encryption"));
    }
    let numbers = rsa::pkcs1::RsaPublicKeyRef::try_from(info.subject_public_key.raw_bytes())
        .map_err(|_| MALFORMED)?;
    let (modulus, exponent) = (numbers.modulus.as_bytes(), numbers.public_exponent.as_bytes());
    check_numbers(modulus, exponent)?;
    let key = rsa::PublicKey::new_with_size_limits(
        BoxedUint::from_be_slice_vartime(modulus),
        BoxedUint::from_be_slice_vartime(exponent),
        MIN_BITS..=MAX_BITS,
    )
    .map_err(|_| Error::BadKey("an RSA key that the implementation refuses"))?;
    let spki = spki(&key)?;
    if spki != bytes {
        return Err(Error::BadKey("an RSA key whose DER is not canonical"));
    }
    Ok(Box::new(Public { key, spki }))
}

fn content_key(k: &[u8], info: &[u8]) -> Secret<32> {
    kdf::extract(b"privity/v1/rsa", k).expand(&[info])
}

/// Keys are used for one secret each: the nonce never changes.
const NONCE: [u8; 12] = [0; 12];

pub(super) const MIN_BITS: usize = 3072;
pub(super) const MAX_BITS: usize = 8192;

/// 65537, big-endian.
const EXPONENT: &[u8] = &[1, 0, 1];

/// Bytes of DER around a modulus whose highest bit is set, from 3072 to 8192 bits.
const SPKI_OVERHEAD: usize = 38;
