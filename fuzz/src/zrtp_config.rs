//! What an end of a ZRTP dialogue is and wants, by the bits of one byte.

use std::sync::Arc;

use privity_primitives::secret::{Secret, SecretVec};
use privity_primitives::sign::SigningKey;
use privity_zrtp::{
    AuthTag, Cipher, ClearRule, CommitRule, Config, EndpointKind, EnrolmentRule, Hash,
    IdentitySigner, IdentityVerifier, KeyAgreement, Offer, Parties, PresharedRule, Zid,
};

const PRESHARED: u8 = 1;
const PASSIVE: u8 = 2;
const AUX: u8 = 4;
pub(crate) const HYBRID: u8 = 8;
pub(crate) const SMALL_MTU: u8 = 16;
const MIDDLE: u8 = 32;
const IDENTITY: u8 = 64;
/// With an identity: a false one. Without: the longer hash and key, and GCM.
const OTHER: u8 = 128;

/// Whose key an end signs the SAS with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signs {
    /// It does not.
    Nothing,
    /// Its own.
    Truly,
    /// A key that the other end does not know.
    AsSomebodyElse,
}

pub(crate) const fn signs(choice: u8) -> Signs {
    match (choice & IDENTITY, choice & OTHER) {
        (0, _) => Signs::Nothing,
        (_, 0) => Signs::Truly,
        _ => Signs::AsSomebodyElse,
    }
}

pub(crate) fn config(zid: Zid, choice: u8) -> Arc<Config> {
    let has = |bit| choice & bit != 0;
    let mut config = Config::new(zid).offer(offer(choice)).clear(ClearRule::Allow);
    if has(PRESHARED) {
        config = config.preshared(PresharedRule::Prefer);
    }
    if has(PASSIVE) {
        config = config.commits(CommitRule::Passive);
    }
    if has(AUX) {
        config = config.aux_secret(SecretVec::new(vec![7; 32])).expect("32 bytes");
    }
    if has(SMALL_MTU) {
        config = config.mtu(600).expect("the least");
    }
    if has(MIDDLE) {
        config = config.kind(EndpointKind::TrustedMiddle { enrolment: EnrolmentRule::Ask });
    }
    Arc::new(if has(IDENTITY) { with_identity(config, zid, signs(choice)) } else { config })
}

fn offer(choice: u8) -> Offer {
    let quick = [KeyAgreement::X255, KeyAgreement::Multistream, KeyAgreement::Preshared];
    let agreements = match choice & HYBRID {
        0 => quick.to_vec(),
        _ => [&[KeyAgreement::XM76][..], &quick].concat(),
    };
    let offer = Offer::default().agreements(&agreements).expect("few");
    if choice & (IDENTITY | OTHER) == OTHER {
        return offer;
    }
    let offer = offer.hashes(&[Hash::S256]).expect("one");
    let offer = offer.ciphers(&[Cipher::Aes1]).expect("one");
    offer.auth_tags(&[AuthTag::Hs80]).expect("one")
}

/// The account of an end has the bytes of its ZID, and so has the key of its device.
fn with_identity(config: Config, zid: Zid, signs: Signs) -> Config {
    let [first, ..] = zid.0;
    let (own, peer) = ([first; 32], [3 - first; 32]);
    let key = |fill| SigningKey::from_seed(&Secret::fill(|bytes| *bytes = fill));
    let signing = match signs {
        Signs::AsSomebodyElse => key([9; 32]),
        _ => key(own),
    };
    let parties = Parties { own, peer };
    let devices = [key(peer).verifying_key()];
    config
        .signer(Box::new(IdentitySigner::new(signing, parties)))
        .verifier(Box::new(IdentityVerifier::new(&devices, parties)))
}
