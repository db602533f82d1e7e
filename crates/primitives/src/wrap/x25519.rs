//! Suite 2: DHKEM(X25519, HKDF-SHA256), RFC 9180 section 4.1; keys as in RFC 8410.

use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, Serializable};
use pkcs8::PrivateKeyInfoRef;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::Error;
use crate::secret::{Secret, SecretVec};
use crate::wrap::row::{KeyPair, PrivateRow, PublicRow, Row};
use crate::wrap::suite::Suite;
use crate::wrap::{WrapCiphertext, hpke_row};

pub(super) static ROW: Row = Row {
    suite: Suite::X25519,
    id: 2,
    name: "X25519",
    post_quantum: false,
    coins_length: 32,
    public_key_lengths: POINT_LENGTH..=POINT_LENGTH,
    encapsulation_lengths: POINT_LENGTH..=POINT_LENGTH,
    parse,
    from_spki,
    derive: Some(derive),
    import: Some(import),
    from_pkcs8,
    generate: |rng| Ok(derive(&Secret::generate(rng))),
};

pub(super) const POINT_LENGTH: usize = 32;

/// Refuses a u-coordinate that is not below 2^255 - 19, and the points with which every
/// private key gives the all-zero secret (RFC 7748, section 6.1).
pub(super) fn check_point(bytes: &[u8]) -> Result<(), Error> {
    let point: &[u8; POINT_LENGTH] =
        bytes.try_into().map_err(|_| Error::BadKey("an X25519 key that is not 32 bytes"))?;
    if point.iter().rev().ge(PRIME.iter().rev()) {
        return Err(Error::BadKey("an X25519 key that is not canonical"));
    }
    if LOW_ORDER.contains(point) {
        return Err(Error::BadKey("an X25519 key of low order"));
    }
    Ok(())
}

struct Public(<X25519HkdfSha256 as Kem>::PublicKey);

impl PublicRow for Public {
    fn wrap(
        &self,
        info: &[u8],
        secret: &Secret<32>,
        coins: &Secret<64>,
    ) -> Result<WrapCiphertext, Error> {
        let (coins, _) = coins.expose().split_at(ROW.coins_length);
        hpke_row::seal::<X25519HkdfSha256>(&self.0, info, secret, coins)
    }

    fn to_spki_der(&self) -> Option<Vec<u8>> {
        Some([SPKI_PREFIX.as_slice(), &self.0.to_bytes()].concat())
    }
}

struct Private(<X25519HkdfSha256 as Kem>::PrivateKey);

impl PrivateRow for Private {
    fn unwrap(
        &self,
        info: &[u8],
        wrap: &WrapCiphertext,
        _: &mut dyn CryptoRng,
    ) -> Result<Secret<32>, Error> {
        check_point(&wrap.enc).map_err(|_| Error::Decrypt)?;
        hpke_row::open::<X25519HkdfSha256>(&self.0, info, wrap)
    }

    fn to_pkcs8_der(&self) -> Option<SecretVec> {
        let scalar = Zeroizing::new(<[u8; POINT_LENGTH]>::from(self.0.to_bytes()));
        Some(SecretVec::new([PKCS8_PREFIX.as_slice(), scalar.as_slice()].concat()))
    }
}

fn parse(bytes: &[u8]) -> Result<Box<dyn PublicRow>, Error> {
    check_point(bytes)?;
    let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(bytes)
        .map_err(|_| Error::BadKey("an X25519 key that is not 32 bytes"))?;
    Ok(Box::new(Public(key)))
}

fn from_spki(der: &[u8]) -> Option<&[u8]> {
    der.strip_prefix(&SPKI_PREFIX)
}

fn derive(seed: &Secret<32>) -> KeyPair {
    let (private, public) = X25519HkdfSha256::derive_keypair(seed.expose());
    KeyPair { public: public.to_bytes().to_vec(), private: Box::new(Private(private)) }
}

fn import(bytes: &Secret<32>) -> Result<KeyPair, Error> {
    from_scalar(bytes.expose())
}

fn from_scalar(scalar: &[u8]) -> Result<KeyPair, Error> {
    let private = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(scalar)
        .map_err(|_| Error::BadKey("an X25519 private key that is not 32 bytes"))?;
    let public = X25519HkdfSha256::sk_to_pk(&private).to_bytes().to_vec();
    Ok(KeyPair { public, private: Box::new(Private(private)) })
}

fn from_pkcs8(der: &[u8]) -> Option<Result<KeyPair, Error>> {
    let info = PrivateKeyInfoRef::try_from(der).ok()?;
    let is_x25519 = info.algorithm.oid == pkcs8::ObjectIdentifier::new_unwrap("1.3.101.110");
    is_x25519.then(|| from_info(&info))
}

fn from_info(info: &PrivateKeyInfoRef<'_>) -> Result<KeyPair, Error> {
    const MALFORMED: Error = Error::BadKey("an X25519 private key that is malformed");
    let scalar = info.private_key.as_bytes().strip_prefix(&[4, 32]).ok_or(MALFORMED)?;
    if info.algorithm.parameters.is_some() {
        return Err(MALFORMED);
    }
    let pair = from_scalar(scalar)?;
    if info.public_key.is_some_and(|named| named.raw_bytes() != pair.public) {
        return Err(Error::BadKey("an X25519 private key beside a foreign public key"));
    }
    Ok(pair)
}

/// RFC 8410, section 4: SEQUENCE { SEQUENCE { 1.3.101.110 }, BIT STRING of 32 bytes }.
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 3, 0x21, 0];

/// RFC 8410, section 7: version 0, the algorithm, OCTET STRING in an OCTET STRING.
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20];

/// 2^255 - 19, little-endian.
const PRIME: [u8; 32] = near_prime(0xed);

/// The canonical u-coordinates of low order on the curve and its twist.
const LOW_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef,
        0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f,
        0x11, 0x57,
    ],
    near_prime(0xec),
];

/// The number whose lowest byte is given and whose other bits, up to 2^255, are set.
const fn near_prime(lowest: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = lowest;
    bytes[31] = 0x7f;
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_points_listed_are_those_that_share_nothing() {
        let mut coins = 0_u8;
        for point in LOW_ORDER {
            assert_eq!(check_point(&point), Err(Error::BadKey("an X25519 key of low order")));
            let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&point).unwrap();
            coins += 1;
            let secret = Secret::copy_from(&[7; 32]);
            assert!(hpke_row::seal::<X25519HkdfSha256>(&key, b"", &secret, &[coins; 32]).is_err());
        }
    }

    #[test]
    fn a_point_has_one_encoding() {
        for lowest in 0xed..=0xff {
            assert!(check_point(&near_prime(lowest)).is_err());
        }
        assert!(check_point(&near_prime(0xeb)).is_ok());
        let mut high = [9; 32];
        assert!(check_point(&high).is_ok());
        high[31] |= 0x80;
        assert!(check_point(&high).is_err());
    }
}
