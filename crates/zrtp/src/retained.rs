use core::fmt::Debug;
use std::collections::BTreeMap;

use privity_primitives::random::CryptoRng;
use privity_primitives::secret::{Secret, SecretVec, equal};

use crate::event::{AuxFinding, CacheFinding};
use crate::message::DhPart;
use crate::schedule::SharedSecrets;
use crate::suite::Hash;
use crate::{Role, Zid};

/// What is kept about one peer from call to call (RFC 6189, 4.9).
#[derive(Debug, Default)]
pub struct Retained {
    /// The secret of the last call.
    pub rs1: Option<Secret<32>>,
    /// The secret of the call before.
    pub rs2: Option<Secret<32>>,
    /// The secret shared with this trusted middle.
    pub pbx: Option<Secret<32>>,
    /// True once the users compared the SAS.
    pub verified: bool,
    /// Unix milliseconds from which on the secrets are not used; none is never.
    pub expires: Option<u64>,
}

/// Where secrets of earlier calls are kept.
pub trait Cache: Debug {
    /// What is kept about a peer and not expired at `now`.
    fn lookup(&self, peer: Zid, now: u64) -> Option<Retained>;

    /// Replaces what is kept about a peer.
    fn store(&mut self, peer: Zid, retained: Retained);
}

/// A cache that lives as long as the program.
#[derive(Debug, Default)]
pub struct MemoryCache {
    rows: BTreeMap<Zid, Retained>,
}

impl MemoryCache {
    /// Empty.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Cache for MemoryCache {
    fn lookup(&self, peer: Zid, now: u64) -> Option<Retained> {
        let row = self.rows.get(&peer)?;
        row.expires.is_none_or(|expires| now < expires).then(|| row.duplicate())
    }

    fn store(&mut self, peer: Zid, retained: Retained) {
        self.rows.insert(peer, retained);
    }
}

impl Retained {
    /// A second copy, in boxes of its own.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            rs1: self.rs1.as_ref().map(Secret::duplicate),
            rs2: self.rs2.as_ref().map(Secret::duplicate),
            pbx: self.pbx.as_ref().map(Secret::duplicate),
            verified: self.verified,
            expires: self.expires,
        }
    }
}

/// The names of four secrets in a DHPart (4.3.1).
#[derive(Debug)]
pub(crate) struct SecretIds {
    pub(crate) rs1: [u8; 8],
    pub(crate) rs2: [u8; 8],
    pub(crate) aux: [u8; 8],
    pub(crate) pbx: [u8; 8],
}

impl SecretIds {
    pub(crate) const fn of(part: &DhPart) -> Self {
        Self { rs1: part.rs1_id, rs2: part.rs2_id, aux: part.aux_id, pbx: part.pbx_id }
    }
}

/// What we hold for one peer at the start of a handshake.
#[derive(Debug)]
pub(crate) struct HeldSecrets {
    pub(crate) row: Retained,
    pub(crate) aux: Option<SecretVec>,
}

/// The secrets that both sides turned out to have.
#[derive(Debug)]
pub(crate) struct Matched {
    pub(crate) shared: SharedSecrets,
    pub(crate) cache: CacheFinding,
    pub(crate) aux: AuxFinding,
}

impl HeldSecrets {
    /// Nothing: a further stream of a call does not look.
    pub(crate) fn none() -> Self {
        Self { row: Retained::default(), aux: None }
    }

    pub(crate) fn load(cache: &dyn Cache, peer: Zid, aux: Option<&SecretVec>, now: u64) -> Self {
        Self {
            row: cache.lookup(peer, now).unwrap_or_default(),
            aux: aux.map(|aux| SecretVec::new(aux.expose().to_vec())),
        }
    }

    /// Our names for them; a missing one gets random bytes.
    pub(crate) fn ids(
        &self,
        role: Role,
        hash: Hash,
        own_h3: &[u8; 32],
        rng: &mut dyn CryptoRng,
    ) -> SecretIds {
        let mut random = || {
            let mut id = [0; 8];
            rng.fill_bytes(&mut id);
            id
        };
        let label = label(role);
        let aux = self.aux.as_ref().map(SecretVec::expose);
        SecretIds {
            rs1: id_of(hash, self.row.rs1.as_ref(), label).unwrap_or_else(&mut random),
            rs2: id_of(hash, self.row.rs2.as_ref(), label).unwrap_or_else(&mut random),
            aux: aux.map(|aux| hash.hmac_8(aux, &[own_h3])).unwrap_or_else(&mut random),
            pbx: id_of(hash, self.row.pbx.as_ref(), label).unwrap_or_else(&mut random),
        }
    }

    /// Finds what both sides have; the initiator's order decides, so that both find the same.
    pub(crate) fn matching(
        &self,
        own: Role,
        hash: Hash,
        peer: &SecretIds,
        peer_h3: &[u8; 32],
    ) -> Matched {
        let label = label(own.other());
        let is = |secret: Option<&Secret<32>>, id: &[u8; 8]| {
            id_of(hash, secret, label).is_some_and(|own| equal(&own, id))
        };
        let (rs1, rs2) = (self.row.rs1.as_ref(), self.row.rs2.as_ref());
        let order = match own {
            Role::Initiator => {
                [(rs1, &peer.rs1), (rs1, &peer.rs2), (rs2, &peer.rs1), (rs2, &peer.rs2)]
            }
            Role::Responder => {
                [(rs1, &peer.rs1), (rs2, &peer.rs1), (rs1, &peer.rs2), (rs2, &peer.rs2)]
            }
        };
        let s1 = order.into_iter().find(|(secret, id)| is(*secret, id)).and_then(|(s, _)| s);
        let cache = match (s1, rs1.or(rs2)) {
            (Some(_), _) => CacheFinding::Matched,
            (None, Some(_)) => CacheFinding::Mismatched,
            (None, None) => CacheFinding::FirstCall,
        };
        let s2 = self
            .aux
            .as_ref()
            .filter(|aux| equal(&hash.hmac_8(aux.expose(), &[peer_h3]), &peer.aux));
        let aux = match (&self.aux, s2) {
            (None, _) => AuxFinding::NotUsed,
            (Some(_), Some(_)) => AuxFinding::Matched,
            (Some(_), None) => AuxFinding::Mismatched,
        };
        let s3 = self.row.pbx.as_ref().filter(|pbx| is(Some(pbx), &peer.pbx));
        let shared = SharedSecrets {
            s1: s1.map(Secret::duplicate),
            s2: s2.map(|aux| SecretVec::new(aux.expose().to_vec())),
            s3: s3.map(Secret::duplicate),
        };
        Matched { shared, cache, aux }
    }
}

const fn label(role: Role) -> &'static [u8] {
    match role {
        Role::Initiator => b"Initiator",
        Role::Responder => b"Responder",
    }
}

fn id_of(hash: Hash, secret: Option<&Secret<32>>, label: &[u8]) -> Option<[u8; 8]> {
    secret.map(|secret| hash.hmac_8(secret.expose(), &[label]))
}
