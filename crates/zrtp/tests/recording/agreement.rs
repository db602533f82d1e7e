//! DHResult from a recorded private value and the peer's public value.

use privity_primitives::modp::{self, Group};
use privity_primitives::nist::{self, Curve};
use privity_primitives::secret::SecretVec;
use privity_primitives::{x448, x25519};
use privity_zrtp::KeyAgreement;

/// The result of the first candidate whose public value is `own`. A candidate that is no
/// private value of this agreement is passed over.
pub(crate) fn dh_result(
    agreement: KeyAgreement,
    candidates: &[Vec<u8>],
    own: &[u8],
    peer: &[u8],
) -> Option<SecretVec> {
    let reversed = candidates.iter().map(|bytes| bytes.iter().rev().copied().collect());
    let all: Vec<Vec<u8>> = candidates.iter().cloned().chain(reversed).collect();
    all.iter().find_map(|private| match agreement {
        KeyAgreement::Dh3k => prime(Group::Modp3072, private, own, peer),
        KeyAgreement::Dh2k => prime(Group::Modp2048, private, own, peer),
        KeyAgreement::Ec25 => curve(Curve::P256, private, own, peer),
        KeyAgreement::Ec38 => curve(Curve::P384, private, own, peer),
        KeyAgreement::X255 | KeyAgreement::E255 => {
            let keys = x25519::Ephemeral::from_bytes(&fixed(private)?);
            let matches = keys.public() == own;
            matches.then(|| vec(keys.agree(&fixed(peer).unwrap()).unwrap().expose()))
        }
        KeyAgreement::X448 => {
            let keys = x448::Ephemeral::from_bytes(&fixed(private)?);
            let matches = keys.public() == own;
            matches.then(|| vec(keys.agree(&fixed(peer).unwrap()).unwrap().expose()))
        }
        other => panic!("no private value in a recording of {other:?}"),
    })
}

fn prime(group: Group, private: &[u8], own: &[u8], peer: &[u8]) -> Option<SecretVec> {
    let length = [32, 48, 64].into_iter().find(|length| *length >= private.len())?;
    let exponent = SecretVec::new(padded(private, length)?);
    let keys = modp::Ephemeral::from_exponent(group, exponent).ok()?;
    (keys.public() == own).then(|| keys.agree(peer).unwrap())
}

fn curve(curve: Curve, private: &[u8], own: &[u8], peer: &[u8]) -> Option<SecretVec> {
    let scalar = padded(private, own.len() / 2)?;
    let keys = nist::Ephemeral::from_scalar(curve, &scalar).ok()?;
    (keys.public() == own).then(|| keys.agree(peer).unwrap())
}

/// With zeros in front; a short value is not one of an id or an IV.
fn padded(private: &[u8], length: usize) -> Option<Vec<u8>> {
    let missing = length.checked_sub(private.len())?;
    (private.len() > 16).then(|| [vec![0; missing], private.to_vec()].concat())
}

fn fixed<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

fn vec(bytes: &[u8]) -> SecretVec {
    SecretVec::new(bytes.to_vec())
}
