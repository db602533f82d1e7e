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

/// Post-quantum first; everything that an implementation in the field prefers; DH2k only
/// where somebody asks for it.
impl Default for Offer {
    fn default() -> Self {
        Self {
            hashes: vec![Hash::S256, Hash::S384],
            ciphers: vec![Cipher::Aes3, Cipher::Aes1],
            auth_tags: vec![AuthTag::Gcm, AuthTag::Hs80, AuthTag::Hs32],
            agreements: vec![
                KeyAgreement::XM76,
                KeyAgreement::X255,
                KeyAgreement::E255,
                KeyAgreement::X448,
                KeyAgreement::Ec25,
                KeyAgreement::Dh3k,
                KeyAgreement::Multistream,
            ],
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
    /// As [`Offer::hashes`]; also if DH2k, the weakest, stands before another one.
    pub fn agreements(mut self, list: &[KeyAgreement]) -> Result<Self, Error> {
        let mut after_dh2k = list.iter().skip_while(|one| **one != KeyAgreement::Dh2k).skip(1);
        if after_dh2k.any(|one| one.speed().is_some()) {
            return Err(Misuse::Algorithms.into());
        }
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
    /// (RFC 6189, 4.1.2). The strength of hash and cipher follows it (5.1.5).
    ///
    /// # Errors
    /// [`Unsupported`] where nothing is common.
    pub fn choose(&self, peer: &AlgorithmLists) -> Result<Suite, Error> {
        let hashes = common(&self.hashes, &peer.hashes, &[Hash::S256]);
        let agreement = self.choose_agreement(peer, &hashes).ok_or(Unsupported::KeyAgreement)?;
        let cipher =
            choose_cipher(agreement, &common(&self.ciphers, &peer.ciphers, &[Cipher::Aes1]));
        let cipher = cipher.ok_or(Unsupported::Cipher)?;
        let tags = common(&self.auth_tags, &peer.auth_tags, &[AuthTag::Hs32, AuthTag::Hs80]);
        let auth_tag = tags.into_iter().find(|tag| goes_with(*tag, cipher));
        let sas = common(&self.sas_types, &peer.sas_types, &[Sas::B32]);
        Ok(Suite {
            hash: choose_hash(agreement, &hashes).ok_or(Unsupported::Hash)?,
            cipher,
            auth_tag: auth_tag.ok_or(Unsupported::AuthTag)?,
            agreement,
            sas: sas.first().copied().ok_or(Unsupported::Sas)?,
        })
    }

    /// The suite of a Commit, if we offered each part of it and the parts go together.
    ///
    /// # Errors
    /// [`Unsupported`] for the first part that we did not offer, or that is too weak for the
    /// key agreement.
    pub fn accept(&self, commit: &Commit) -> Result<Suite, Error> {
        let suite = Suite {
            hash: offered(&self.hashes, commit.hash).ok_or(Unsupported::Hash)?,
            cipher: offered(&self.ciphers, commit.cipher).ok_or(Unsupported::Cipher)?,
            auth_tag: offered(&self.auth_tags, commit.auth_tag).ok_or(Unsupported::AuthTag)?,
            agreement: offered(&self.agreements, commit.key_agreement)
                .ok_or(Unsupported::KeyAgreement)?,
            sas: offered(&self.sas_types, commit.sas).ok_or(Unsupported::Sas)?,
        };
        if suite.agreement == KeyAgreement::Ec38 && suite.hash != Hash::S384 {
            return Err(Unsupported::Hash.into());
        }
        if !goes_with(suite.auth_tag, suite.cipher) {
            return Err(Unsupported::AuthTag.into());
        }
        Ok(suite)
    }

    /// True if both list this mode.
    pub(crate) fn both_list(&self, peer: &AlgorithmLists, mode: KeyAgreement) -> bool {
        self.agreements.contains(&mode) && peer.key_agreements.as_slice().contains(&mode.name())
    }

    /// The same first common entry in both lists, or the faster one of the two.
    fn choose_agreement(&self, peer: &AlgorithmLists, hashes: &[Hash]) -> Option<KeyAgreement> {
        let usable = |one: &KeyAgreement| {
            one.speed().is_some() && (*one != KeyAgreement::Ec38 || hashes.contains(&Hash::S384))
        };
        let named = peer.key_agreements.as_slice().iter();
        let theirs: Vec<_> = named
            .filter_map(|name| KeyAgreement::from_name(*name))
            .chain([KeyAgreement::Dh3k])
            .filter(usable)
            .collect();
        let ours_first =
            self.agreements.iter().copied().filter(usable).find(|one| theirs.contains(one))?;
        let theirs_first = theirs.into_iter().find(|one| self.agreements.contains(one))?;
        [ours_first, theirs_first].into_iter().min_by_key(|one| one.speed())
    }
}

impl KeyAgreement {
    /// Place in the order from fast to slow; none for a mode without a fresh agreement.
    const fn speed(self) -> Option<u8> {
        match self {
            Self::Dh2k => Some(1),
            Self::X255 => Some(2),
            Self::E255 => Some(3),
            Self::Ec25 => Some(4),
            Self::X448 => Some(5),
            Self::Dh3k => Some(6),
            Self::Ec38 => Some(7),
            Self::XM76 => Some(8),
            Self::Multistream | Self::Preshared => None,
        }
    }

    /// True if the longest hash and key should go with it.
    const fn is_strong(self) -> bool {
        matches!(self, Self::Ec38 | Self::X448 | Self::XM76)
    }
}

/// S384 where the agreement is strong and both have it; else our first common one.
fn choose_hash(agreement: KeyAgreement, common: &[Hash]) -> Option<Hash> {
    let strong = agreement.is_strong() && common.contains(&Hash::S384);
    if strong { Some(Hash::S384) } else { common.first().copied() }
}

/// AES3 with a strong agreement, AES1 with DH2k, if both have it; else our first common one.
fn choose_cipher(agreement: KeyAgreement, common: &[Cipher]) -> Option<Cipher> {
    let wanted = match agreement {
        KeyAgreement::Dh2k => Some(Cipher::Aes1),
        strong if strong.is_strong() => Some(Cipher::Aes3),
        _ => None,
    };
    wanted.filter(|cipher| common.contains(cipher)).or_else(|| common.first().copied())
}

/// There is no SRTP profile of AES-192 with GCM (RFC 7714).
fn goes_with(tag: AuthTag, cipher: Cipher) -> bool {
    tag != AuthTag::Gcm || cipher != Cipher::Aes2
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

/// What both have, in our order; then what the peer has because it is mandatory. A peer that
/// leaves that out of its list may be one that refuses it.
fn common<T: Named>(ours: &[T], theirs: &NameList, mandatory: &[T]) -> Vec<T> {
    let theirs = theirs.as_slice();
    let is_listed = |value: &T| theirs.contains(&value.name());
    let listed = ours.iter().copied().filter(is_listed);
    let implied = ours.iter().copied().filter(|one| mandatory.contains(one) && !is_listed(one));
    listed.chain(implied).collect()
}

fn offered<T: Named>(ours: &[T], name: [u8; 4]) -> Option<T> {
    T::from_name(name).filter(|value| ours.contains(value))
}
