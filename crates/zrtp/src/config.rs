use privity_primitives::secret::SecretVec;

use crate::message::HelloFlags;
use crate::signature::{SasSigner, SasVerifier};
use crate::{Error, Misuse, Offer, Zid};

/// What an endpoint is and wants; the same for all streams of a call.
#[derive(Debug)]
pub struct Config {
    pub(crate) zid: Zid,
    pub(crate) client: [u8; 16],
    pub(crate) offer: Offer,
    pub(crate) kind: EndpointKind,
    pub(crate) commits: CommitRule,
    pub(crate) preshared: PresharedRule,
    pub(crate) clear: ClearRule,
    pub(crate) cache_expiration: u32,
    pub(crate) aux: Option<SecretVec>,
    pub(crate) announced: Vec<[u8; 32]>,
    pub(crate) mtu: usize,
    pub(crate) signer: Option<Box<dyn SasSigner>>,
    pub(crate) verifier: Option<Box<dyn SasVerifier>>,
}

/// What stands at this end of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointKind {
    /// A telephone.
    Phone,
    /// A PBX that terminates both legs and may relay the SAS (flag M).
    TrustedMiddle {
        /// Whether it asks to be enrolled in this call (flag E).
        enrolment: EnrolmentRule,
    },
}

/// Whether a trusted middle asks to be enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnrolmentRule {
    /// It does not.
    Silent,
    /// It does.
    Ask,
}

/// Whether this side starts the key agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitRule {
    /// As soon as both Hellos went through.
    Active,
    /// Never (flag P): it waits for the peer's Commit.
    Passive,
}

/// Whether a call may run on retained secrets alone (RFC 6189, 4.4.2).
///
/// # Security
/// Such a call has no forward secrecy within itself: who later learns the retained secret
/// reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresharedRule {
    /// Never.
    Refuse,
    /// Answer a peer that wants it.
    Accept,
    /// Ask for it when a retained secret is there.
    Prefer,
}

/// Whether both sides may agree to leave encryption (RFC 6189, 4.7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClearRule {
    /// Never.
    Refuse,
    /// With the peer's consent.
    Allow,
}

impl Config {
    /// An active telephone with the default algorithms that keeps secrets for ever.
    #[must_use]
    pub fn new(zid: Zid) -> Self {
        Self {
            zid,
            client: *CLIENT,
            offer: Offer::default(),
            kind: EndpointKind::Phone,
            commits: CommitRule::Active,
            preshared: PresharedRule::Refuse,
            clear: ClearRule::Refuse,
            cache_expiration: u32::MAX,
            aux: None,
            announced: Vec::new(),
            mtu: DEFAULT_MTU,
            signer: None,
            verifier: None,
        }
    }

    /// Names the program to the peer: 16 bytes of ASCII.
    #[must_use]
    pub const fn client(mut self, client: [u8; 16]) -> Self {
        self.client = client;
        self
    }

    /// Which algorithms are offered, preferred first.
    #[must_use]
    pub fn offer(mut self, offer: Offer) -> Self {
        self.offer = offer;
        self
    }

    /// What this end is.
    #[must_use]
    pub const fn kind(mut self, kind: EndpointKind) -> Self {
        self.kind = kind;
        self
    }

    /// Whether this side starts.
    #[must_use]
    pub const fn commits(mut self, rule: CommitRule) -> Self {
        self.commits = rule;
        self
    }

    /// Whether retained secrets alone may do.
    #[must_use]
    pub const fn preshared(mut self, rule: PresharedRule) -> Self {
        self.preshared = rule;
        self
    }

    /// Whether encryption may be left.
    #[must_use]
    pub const fn clear(mut self, rule: ClearRule) -> Self {
        self.clear = rule;
        self
    }

    /// Seconds to keep the new retained secret; 0 not at all, `u32::MAX` for ever. The
    /// smaller wish of the two sides counts.
    #[must_use]
    pub const fn cache_expiration(mut self, seconds: u32) -> Self {
        self.cache_expiration = seconds;
        self
    }

    /// A secret that both sides have from elsewhere, 1 to 64 bytes (RFC 6189, 4.3).
    ///
    /// # Errors
    /// [`Misuse::AuxSecretLength`].
    pub fn aux_secret(mut self, secret: SecretVec) -> Result<Self, Error> {
        if !(1..=64).contains(&secret.expose().len()) {
            return Err(Misuse::AuxSecretLength.into());
        }
        self.aux = Some(secret);
        Ok(self)
    }

    /// A hash of the peer's Hello that the signalling announced; may be called for each.
    /// Hellos that match none are dropped.
    #[must_use]
    pub fn announced_hello(mut self, hash: [u8; 32]) -> Self {
        self.announced.push(hash);
        self
    }

    /// The largest datagram to send, 600 bytes at least; longer messages go in pieces.
    ///
    /// # Errors
    /// [`Misuse::Mtu`] outside 600 to 3,072.
    pub fn mtu(mut self, bytes: usize) -> Result<Self, Error> {
        if !(LEAST_MTU..=crate::Packet::MAX_BYTES).contains(&bytes) {
            return Err(Misuse::Mtu.into());
        }
        self.mtu = bytes;
        Ok(self)
    }

    /// Signs the SAS for peers that can check it (RFC 6189, 7.2).
    #[must_use]
    pub fn signer(mut self, signer: Box<dyn SasSigner>) -> Self {
        self.signer = Some(signer);
        self
    }

    /// Checks the peer's signature over the SAS.
    #[must_use]
    pub fn verifier(mut self, verifier: Box<dyn SasVerifier>) -> Self {
        self.verifier = Some(verifier);
        self
    }

    pub(crate) fn flags(&self) -> HelloFlags {
        HelloFlags {
            signature: self.verifier.is_some(),
            middle: self.is_middle(),
            passive: self.commits == CommitRule::Passive,
        }
    }

    pub(crate) const fn is_middle(&self) -> bool {
        matches!(self.kind, EndpointKind::TrustedMiddle { .. })
    }

    pub(crate) fn allows_clear(&self) -> bool {
        self.clear == ClearRule::Allow
    }

    pub(crate) const fn asks_enrolment(&self) -> bool {
        matches!(self.kind, EndpointKind::TrustedMiddle { enrolment: EnrolmentRule::Ask })
    }
}

const CLIENT: &[u8; 16] = b"Privity         ";
const DEFAULT_MTU: usize = 1_200;
const LEAST_MTU: usize = 600;
