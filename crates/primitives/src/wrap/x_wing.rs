//! Suite 1: X-Wing (draft-connolly-cfrg-xwing-kem-10, KEM id 0x647a).

use hpke::kem::XWing;
use hpke::{Deserializable, Kem, Serializable};
use rand_core::CryptoRng;

use crate::Error;
use crate::secret::{Secret, SecretVec};
use crate::wrap::row::{KeyPair, PrivateRow, PublicRow, Row};
use crate::wrap::suite::Suite;
use crate::wrap::x_wing_kem::{FastXWing, Public};
use crate::wrap::{WrapCiphertext, hpke_row, x25519};

pub(super) static ROW: Row = Row {
    suite: Suite::XWing,
    id: 1,
    name: "X-Wing",
    post_quantum: true,
    coins_length: 64,
    public_key_lengths: PUBLIC_LENGTH..=PUBLIC_LENGTH,
    encapsulation_lengths: ENCAPSULATION_LENGTH..=ENCAPSULATION_LENGTH,
    parse,
    from_spki: |_| None,
    derive: Some(derive),
    import: Some(import),
    from_pkcs8: |_| None,
    generate: |rng| Ok(derive(&Secret::generate(rng))),
};

impl PublicRow for Public {
    fn wrap(
        &self,
        info: &[u8],
        secret: &Secret<32>,
        coins: &Secret<64>,
    ) -> Result<WrapCiphertext, Error> {
        hpke_row::seal::<FastXWing>(self, info, secret, coins.expose())
    }

    fn to_spki_der(&self) -> Option<Vec<u8>> {
        None
    }
}

struct Private(<XWing as Kem>::PrivateKey);

impl PrivateRow for Private {
    fn unwrap(
        &self,
        info: &[u8],
        wrap: &WrapCiphertext,
        _: &mut dyn CryptoRng,
    ) -> Result<Secret<32>, Error> {
        check_point_at(MLKEM_CIPHERTEXT_LENGTH, &wrap.enc).map_err(|_| Error::Decrypt)?;
        hpke_row::open::<XWing>(&self.0, info, wrap)
    }

    fn to_pkcs8_der(&self) -> Option<SecretVec> {
        None
    }
}

fn parse(bytes: &[u8]) -> Result<Box<dyn PublicRow>, Error> {
    check_point_at(MLKEM_PUBLIC_LENGTH, bytes)?;
    let key = Public::from_bytes(bytes)
        .map_err(|_| Error::BadKey("an ML-KEM key with a coefficient out of range"))?;
    Ok(Box::new(key))
}

fn derive(seed: &Secret<32>) -> KeyPair {
    let (private, public) = XWing::derive_keypair(seed.expose());
    KeyPair { public: public.to_bytes().to_vec(), private: Box::new(Private(private)) }
}

fn import(bytes: &Secret<32>) -> Result<KeyPair, Error> {
    let private = <XWing as Kem>::PrivateKey::from_bytes(bytes.expose())
        .map_err(|_| Error::BadKey("an X-Wing private key that is not 32 bytes"))?;
    let public = XWing::sk_to_pk(&private).to_bytes().to_vec();
    Ok(KeyPair { public, private: Box::new(Private(private)) })
}

/// Checks the X25519 half, which stands behind the ML-KEM half. The draft asks for no such
/// check; no honest key or encapsulation fails it.
fn check_point_at(offset: usize, bytes: &[u8]) -> Result<(), Error> {
    let (_, point) =
        bytes.split_at_checked(offset).ok_or(Error::BadKey("an X-Wing key of the wrong length"))?;
    x25519::check_point(point)
}

/// ML-KEM-768 (FIPS 203, table 3).
const MLKEM_PUBLIC_LENGTH: usize = 1184;
const MLKEM_CIPHERTEXT_LENGTH: usize = 1088;
const PUBLIC_LENGTH: usize = MLKEM_PUBLIC_LENGTH + x25519::POINT_LENGTH;
const ENCAPSULATION_LENGTH: usize = MLKEM_CIPHERTEXT_LENGTH + x25519::POINT_LENGTH;
