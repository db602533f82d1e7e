use crate::message::{AlgorithmLists, Commit, NameList};
use crate::suite::{AuthTag, Cipher, Hash, KeyAgreement, Named, Sas, Suite};
use crate::{Error, Misuse, Unsupported};

/// What an endpoint offers, the preferred entry of each list first.
#[derive(Clone, Debug)]
pub struct Offer {
    hashes: Vec<Hash>,
    ciphers: Vec<Cipher>,
    auth_tags: Vec<AuthTag>,
    agreements: Vec<KeyAgreement>,
    sas_types: Vec<Sas>,
}

impl Default for Offer {
    fn default() -> Self {
        Self {
            hashes: vec![Hash::S256, Hash::S384],
            ciphers: vec![Cipher::Aes3, Cipher::Aes1],
            auth_tags: vec![AuthTag::Hs80, AuthTag::Hs32],
            agreements: vec![KeyAgreement::X255, KeyAgreement::E255, KeyAgreement::Multistream],
            sas_types: vec![Sas::B32, Sas::B256],
        }
    }
}

impl Offer {
    /// Replaces the hashes.
    ///
    /// # Errors
    /// [`Misuse::Algorithms`] for an empty list or one of more than seven.
    pub fn hashes(mut self, list: &[Hash]) -> Result<Self, Error> {
        self.hashes = checked(list)?;
        Ok(self)
    }

    /// Replaces the ciphers.
    ///
    /// # Errors
    /// As [`Offer::hashes`].
    pub fn ciphers(mut self, list: &[Cipher]) -> Result<Self, Error> {
        self.ciphers = checked(list)?;
        Ok(self)
    }

    /// Replaces the authentication tags.
    ///
    /// # Errors
    /// As [`Offer::hashes`].
    pub fn auth_tags(mut self, list: &[AuthTag]) -> Result<Self, Error> {
        self.auth_tags = checked(list)?;
        Ok(self)
    }

    /// Replaces the key agreements.
    ///
    /// # Errors
    /// As [`Offer::hashes`].
    pub fn agreements(mut self, list: &[KeyAgreement]) -> Result<Self, Error> {
        self.agreements = checked(list)?;
        Ok(self)
    }

    /// Replaces the renderings of the SAS.
    ///
    /// # Errors
    /// As [`Offer::hashes`].
    pub fn sas_types(mut self, list: &[Sas]) -> Result<Self, Error> {
        self.sas_types = checked(list)?;
        Ok(self)
    }

    /// The lists for a Hello.
    #[must_use]
    pub fn lists(&self) -> AlgorithmLists {
        AlgorithmLists {
            hashes: names(&self.hashes),
            ciphers: names(&self.ciphers),
            auth_tags: names(&self.auth_tags),
            key_agreements: names(&self.agreements),
            sas_types: names(&self.sas_types),
        }
    }

    /// The initiator's choice from what both have; both ends choose the same key agreement
    /// (RFC 6189, 4.1.2).
    ///
    /// # Errors
    /// [`Unsupported`] where nothing is common.
    pub fn choose(&self, peer: &AlgorithmLists) -> Result<Suite, Error> {
        Ok(Suite {
            hash: first(&self.hashes, &peer.hashes, Hash::S256).ok_or(Unsupported::Hash)?,
            cipher: first(&self.ciphers, &peer.ciphers, Cipher::Aes1).ok_or(Unsupported::Cipher)?,
            auth_tag: first(&self.auth_tags, &peer.auth_tags, AuthTag::Hs32)
                .ok_or(Unsupported::AuthTag)?,
            agreement: self.choose_agreement(peer).ok_or(Unsupported::KeyAgreement)?,
            sas: first(&self.sas_types, &peer.sas_types, Sas::B32).ok_or(Unsupported::Sas)?,
        })
    }

    /// The suite of a Commit, if we offered each part of it.
    ///
    /// # Errors
    /// [`Unsupported`] for the first part that we did not offer.
    pub fn accept(&self, commit: &Commit) -> Result<Suite, Error> {
        Ok(Suite {
            hash: offered(&self.hashes, commit.hash).ok_or(Unsupported::Hash)?,
            cipher: offered(&self.ciphers, commit.cipher).ok_or(Unsupported::Cipher)?,
            auth_tag: offered(&self.auth_tags, commit.auth_tag).ok_or(Unsupported::AuthTag)?,
            agreement: offered(&self.agreements, commit.key_agreement)
                .ok_or(Unsupported::KeyAgreement)?,
            sas: offered(&self.sas_types, commit.sas).ok_or(Unsupported::Sas)?,
        })
    }

    /// True if both list this mode.
    pub(crate) fn both_list(&self, peer: &AlgorithmLists, mode: KeyAgreement) -> bool {
        self.agreements.contains(&mode) && peer.key_agreements.as_slice().contains(&mode.name())
    }

    fn choose_agreement(&self, peer: &AlgorithmLists) -> Option<KeyAgreement> {
        let theirs = peer.key_agreements.as_slice();
        let fresh = |one: &KeyAgreement| one.speed().is_some();
        let ours_first = self
            .agreements
            .iter()
            .copied()
            .filter(fresh)
            .find(|one| theirs.contains(&one.name()))?;
        let theirs_first = theirs
            .iter()
            .filter_map(|name| KeyAgreement::from_name(*name))
            .filter(fresh)
            .find(|one| self.agreements.contains(one))?;
        [ours_first, theirs_first].into_iter().min_by_key(|one| one.speed())
    }
}

impl KeyAgreement {
    /// Place in the order from fast to slow; none for a mode without a fresh agreement.
    const fn speed(self) -> Option<u8> {
        match self {
            Self::X255 => Some(1),
            Self::E255 => Some(2),
            Self::Multistream | Self::Preshared => None,
        }
    }
}

fn checked<T: Copy>(list: &[T]) -> Result<Vec<T>, Error> {
    if list.is_empty() || list.len() > NameList::MAX {
        return Err(Misuse::Algorithms.into());
    }
    Ok(list.to_vec())
}

fn names<T: Named>(list: &[T]) -> NameList {
    let names: Vec<_> = list.iter().map(|value| value.name()).collect();
    NameList::new(&names).unwrap_or_default()
}

/// Our first entry that the peer has; the mandatory one is always meant.
fn first<T: Named>(ours: &[T], theirs: &NameList, mandatory: T) -> Option<T> {
    let theirs = theirs.as_slice();
    let has = |value: &T| theirs.contains(&value.name()) || *value == mandatory;
    ours.iter().copied().find(has)
}

fn offered<T: Named>(ours: &[T], name: [u8; 4]) -> Option<T> {
    T::from_name(name).filter(|value| ours.contains(value))
}
