use privity_primitives::aead;
use privity_primitives::secret::{Secret, equal};

use crate::Error;
use crate::format::{Link, label};

use super::facts::{EpochFacts, Place, PlaceBytes};
use super::fault::EpochFault;
use super::keys::{Keys, Root};
use super::opened::Epoch;

/// `link_e = GCM(Expand(root_e, L"link" || p, 32), nonce 0, S_(e-1), aad = p || C_e || C_(e-1))`.
pub(super) fn seal_link(
    root: &Root,
    place: &Place,
    commitment: &[u8; 32],
    previous: &Epoch,
) -> Result<[u8; 48], Error> {
    let place = place.to_bytes();
    let aad = aad(&place, commitment, &previous.facts().commitment);
    let sealed = aead::seal(&key(root, &place), &NONCE, &aad, previous.secret().expose())?;
    sealed.try_into().map_err(|_| Error::Misuse("a link of the wrong length"))
}

pub(super) fn open_link(keys: &Keys, older: &EpochFacts) -> Result<Secret<32>, EpochFault> {
    let Link::Sealed(sealed) = &keys.facts.link else { return Err(EpochFault::Fence) };
    let place = keys.facts.place.to_bytes();
    let aad = aad(&place, &keys.facts.commitment, &older.commitment);
    let opened = aead::open_secret(&key(&keys.root, &place), &NONCE, &aad, sealed)
        .map_err(|_| EpochFault::LinkRefused)?;
    Secret::from_slice(opened.expose()).ok_or(EpochFault::LinkRefused)
}

pub(super) fn check_link(keys: &Keys, older: &Epoch) -> Result<(), EpochFault> {
    let Link::Sealed(sealed) = &keys.facts.link else { return Err(EpochFault::Fence) };
    let Keys { root, facts } = keys;
    let honest = seal_link(root, &facts.place, &facts.commitment, older)
        .map_err(|_| EpochFault::LinkRefused)?;
    if equal(&honest, sealed) { Ok(()) } else { Err(EpochFault::LinkRefused) }
}

fn key(root: &Root, place: &PlaceBytes) -> Secret<32> {
    root.expand(&[label::LINK, place.as_slice()])
}

fn aad(place: &PlaceBytes, commitment: &[u8; 32], older: &[u8; 32]) -> Vec<u8> {
    [place.as_slice(), commitment, older].concat()
}

/// The key seals this one link: it derives from the epoch's own place.
const NONCE: [u8; 12] = [0; 12];
