//! Diffie-Hellman on the curves P-256 and P-384 (SEC 1, section 3.3.1).

use core::fmt;

use p256::NistP256;
use p256::elliptic_curve::sec1::{FromSec1Point, ModulusSize, Sec1Point, ToSec1Point};
use p256::elliptic_curve::{
    AffinePoint, CurveArithmetic, FieldBytesSize, Generate, PublicKey, SecretKey,
};
use p384::NistP384;

use crate::Error;
use crate::random::CryptoRng;
use crate::secret::SecretVec;

/// A curve of SP 800-186.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// P-256.
    P256,
    /// P-384.
    P384,
}

impl Curve {
    /// Bytes of a coordinate, and so of the shared value.
    #[must_use]
    pub const fn coordinate_length(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
        }
    }
}

/// A private key for one agreement; wiped when used or dropped.
pub struct Ephemeral {
    key: Box<dyn Agree>,
    public: Vec<u8>,
}

impl Ephemeral {
    /// Draws a fresh key.
    pub fn generate(curve: Curve, rng: &mut dyn CryptoRng) -> Self {
        match curve {
            Curve::P256 => Self::of(SecretKey::<NistP256>::generate_from_rng(rng)),
            Curve::P384 => Self::of(SecretKey::<NistP384>::generate_from_rng(rng)),
        }
    }

    /// Takes a scalar, big endian, of the length of a coordinate.
    ///
    /// # Errors
    /// [`Error::BadKey`] for another length, for zero, or for the group's order and more.
    pub fn from_scalar(curve: Curve, scalar: &[u8]) -> Result<Self, Error> {
        const OUTSIDE: Error = Error::BadKey("a scalar that is not in 1..n");
        if scalar.len() != curve.coordinate_length() {
            return Err(OUTSIDE);
        }
        Ok(match curve {
            Curve::P256 => {
                Self::of(SecretKey::<NistP256>::from_slice(scalar).map_err(|_| OUTSIDE)?)
            }
            Curve::P384 => {
                Self::of(SecretKey::<NistP384>::from_slice(scalar).map_err(|_| OUTSIDE)?)
            }
        })
    }

    /// The public point: x and then y, without a prefix.
    #[must_use]
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// The x coordinate of the shared point.
    ///
    /// # Errors
    /// [`Error::BadKey`] if the peer's point is of another length, has a coordinate that is
    /// not below the prime, or is not on the curve. Both curves have a prime order: there
    /// are no points of low order.
    pub fn agree(&self, peer: &[u8]) -> Result<SecretVec, Error> {
        self.key.agree(peer)
    }

    fn of<C>(key: SecretKey<C>) -> Self
    where
        C: CurveArithmetic,
        AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
        FieldBytesSize<C>: ModulusSize,
    {
        let point = key.public_key().to_sec1_point(false);
        let public = point.as_bytes().get(1..).unwrap_or_default().to_vec();
        Self { key: Box::new(key), public }
    }
}

impl fmt::Debug for Ephemeral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ephemeral").finish_non_exhaustive()
    }
}

trait Agree: Send + Sync {
    fn agree(&self, peer: &[u8]) -> Result<SecretVec, Error>;
}

impl<C> Agree for SecretKey<C>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    fn agree(&self, peer: &[u8]) -> Result<SecretVec, Error> {
        const OFF: Error = Error::BadKey("a point that is not on the curve");
        let uncompressed = [&[UNCOMPRESSED], peer].concat();
        let point = Sec1Point::<C>::from_bytes(uncompressed).map_err(|_| OFF)?;
        let peer = Option::from(PublicKey::<C>::from_sec1_point(&point)).ok_or(OFF)?;
        let shared = self.diffie_hellman(&peer);
        Ok(SecretVec::new(shared.raw_secret_bytes().to_vec()))
    }
}

const UNCOMPRESSED: u8 = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::System;

    const CURVES: [Curve; 2] = [Curve::P256, Curve::P384];

    #[test]
    fn both_sides_have_the_same_value() {
        let mut rng = System::new().unwrap();
        for curve in CURVES {
            let one = Ephemeral::generate(curve, &mut rng);
            let other = Ephemeral::generate(curve, &mut rng);
            let (a, b) = (one.public().to_vec(), other.public().to_vec());
            assert_eq!(a.len(), 2 * curve.coordinate_length());
            let shared = one.agree(&b).unwrap();
            assert_eq!(shared.expose().len(), curve.coordinate_length());
            assert_eq!(shared, other.agree(&a).unwrap());
        }
    }

    #[test]
    fn a_point_off_the_curve_out_of_range_or_at_infinity_is_refused() {
        let mut rng = System::new().unwrap();
        for curve in CURVES {
            let length = curve.coordinate_length();
            let good = Ephemeral::generate(curve, &mut rng).public().to_vec();
            let mut off = good.clone();
            off[2 * length - 1] ^= 1;
            let mut beyond = good.clone();
            beyond[..length].fill(0xff);
            let zero = vec![0; 2 * length];
            let compressed_length = good[..length].to_vec();
            let longer = [good.as_slice(), &[0]].concat();
            for bad in [off, beyond, zero, compressed_length, longer, Vec::new()] {
                let own = Ephemeral::generate(curve, &mut rng);
                assert!(matches!(own.agree(&bad), Err(Error::BadKey(_))));
            }
            assert!(Ephemeral::generate(curve, &mut rng).agree(&good).is_ok());
        }
    }

    #[test]
    fn a_scalar_out_of_range_is_refused() {
        for curve in CURVES {
            let length = curve.coordinate_length();
            for bad in [vec![0; length], vec![0xff; length], vec![1; length - 1]] {
                assert!(Ephemeral::from_scalar(curve, &bad).is_err());
            }
            assert!(Ephemeral::from_scalar(curve, &vec![1; length]).is_ok());
        }
    }
}
