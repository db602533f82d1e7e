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

    /// All rows, by ZID.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (Zid, &Retained)> {
        self.rows.iter().map(|(peer, row)| (*peer, row))
    }

    /// How many peers have a row.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Forgets what is expired at `now`.
    pub(crate) fn purge(&mut self, now: u64) {
        let rows = core::mem::take(&mut self.rows);
        let live = rows.into_iter().filter_map(|(peer, row)| Some((peer, row.unexpired(now)?)));
        self.rows = live.collect();
    }
}

impl Cache for MemoryCache {
    fn lookup(&self, peer: Zid, now: u64) -> Option<Retained> {
        self.rows.get(&peer)?.duplicate().unexpired(now)
    }

    fn store(&mut self, peer: Zid, retained: Retained) {
        self.rows.insert(peer, retained);
    }
}

impl Retained {
    /// What is left at `now`: after its time only the secret of a trusted middle, which was
    /// given for good (7.3.1).
    #[must_use]
    pub fn unexpired(self, now: u64) -> Option<Self> {
        if self.expires.is_none_or(|expires| now < expires) {
            return Some(self);
        }
        self.pbx.map(|pbx| Self { pbx: Some(pbx), ..Self::default() })
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    const H3_I: [u8; 32] = [1; 32];
    const H3_R: [u8; 32] = [2; 32];

    fn secret(fill: u8) -> Option<Secret<32>> {
        (fill != 0).then(|| Secret::fill(|bytes| bytes.fill(fill)))
    }

    /// 0 is none.
    fn held([rs1, rs2, aux, pbx]: [u8; 4]) -> HeldSecrets {
        HeldSecrets {
            row: Retained {
                rs1: secret(rs1),
                rs2: secret(rs2),
                pbx: secret(pbx),
                ..Retained::default()
            },
            aux: (aux != 0).then(|| SecretVec::new(vec![aux; usize::from(aux)])),
        }
    }

    /// What the initiator and the responder find.
    fn both(initiator: [u8; 4], responder: [u8; 4]) -> [Matched; 2] {
        let mut rng = privity_primitives::random::System::new().unwrap();
        let (i, r) = (held(initiator), held(responder));
        let ids_i = i.ids(Role::Initiator, Hash::S256, &H3_I, &mut rng);
        let ids_r = r.ids(Role::Responder, Hash::S256, &H3_R, &mut rng);
        [
            i.matching(Role::Initiator, Hash::S256, &ids_r, &H3_R),
            r.matching(Role::Responder, Hash::S256, &ids_i, &H3_I),
        ]
    }

    /// RFC 6189, 4.3: the initiator's order decides.
    fn expected([i1, i2, ..]: [u8; 4], [r1, r2, ..]: [u8; 4]) -> u8 {
        let pairs = [(i1, r1), (i1, r2), (i2, r1), (i2, r2)];
        pairs.into_iter().find(|(i, r)| i == r && *i != 0).map_or(0, |(i, _)| i)
    }

    #[test]
    fn both_sides_find_the_same_retained_secret_in_every_order() {
        let orders: Vec<[u8; 4]> = (0..16).map(|index| [index / 4, index % 4, 0, 0]).collect();
        for i in &orders {
            for r in &orders {
                let [of_i, of_r] = both(*i, *r);
                let found = secret(expected(*i, *r));
                assert_eq!(of_i.shared.s1, found, "{i:?} {r:?}");
                assert_eq!(of_r.shared.s1, found, "{i:?} {r:?}");
                for (own, matched) in [(i, of_i), (r, of_r)] {
                    let cache = match (&found, own[0] != 0 || own[1] != 0) {
                        (Some(_), _) => CacheFinding::Matched,
                        (None, true) => CacheFinding::Mismatched,
                        (None, false) => CacheFinding::FirstCall,
                    };
                    assert_eq!(matched.cache, cache, "{i:?} {r:?}");
                }
            }
        }
    }

    #[test]
    fn auxiliary_and_middle_secrets_match_only_their_own_kind() {
        let orders: Vec<[u8; 4]> =
            (0..81).map(|index: u8| [index / 27, 0, index / 9 % 3 * 20, index / 3 % 3]).collect();
        for i in &orders {
            for r in &orders {
                let same = |index: usize| i[index] == r[index] && i[index] != 0;
                for (own, matched) in [i, r].into_iter().zip(both(*i, *r)) {
                    let s2 = matched.shared.s2.map(|aux| aux.expose().to_vec());
                    assert_eq!(s2, same(2).then(|| vec![i[2]; usize::from(i[2])]));
                    assert_eq!(matched.shared.s3, secret(i[3]).filter(|_| same(3)));
                    let aux = match (own[2], same(2)) {
                        (0, _) => AuxFinding::NotUsed,
                        (_, true) => AuxFinding::Matched,
                        (_, false) => AuxFinding::Mismatched,
                    };
                    assert_eq!(matched.aux, aux);
                }
            }
        }
    }

    /// A secret of our own sent back to us must not match: IDs differ by role and by H3.
    #[test]
    fn our_own_ids_reflected_match_nothing() {
        let mut rng = privity_primitives::random::System::new().unwrap();
        let held = held([1, 2, 3, 4]);
        for role in [Role::Initiator, Role::Responder] {
            let ids = held.ids(role, Hash::S256, &H3_I, &mut rng);
            let matched = held.matching(role, Hash::S256, &ids, &H3_R);
            assert!(matched.shared.s1.is_none() && matched.shared.s2.is_none());
            assert!(matched.shared.s3.is_none());
        }
    }

    #[test]
    fn a_missing_secret_gets_another_random_id_each_time() {
        let mut rng = privity_primitives::random::System::new().unwrap();
        let none = HeldSecrets::none();
        let one = none.ids(Role::Initiator, Hash::S256, &H3_I, &mut rng);
        let other = none.ids(Role::Initiator, Hash::S256, &H3_I, &mut rng);
        assert_ne!(one.rs1, other.rs1);
        assert_ne!(one.rs2, other.rs2);
        assert_ne!(one.aux, other.aux);
        assert_ne!(one.pbx, other.pbx);
    }
}
