use privity_primitives::random::CryptoRng;
use privity_primitives::secret::Secret;

use crate::agreement::DhResult;
use crate::chain::HashChainVerified;
use crate::core::Core;
use crate::event::{AuxFinding, CacheFinding};
use crate::message::{Confirm, ConfirmFlags, ConfirmPlain, Hello, SignatureBlock};
use crate::peer::Peer;
use crate::retained::{HeldSecrets, SecretIds};
use crate::schedule::{KdfContext, S0, SrtpKeys};
use crate::signature::SasContext;
use crate::suite::KeyAgreement;
use crate::{Error, Role, Suite, Zid};

/// Who we are in an exchange, and what we hold for this peer.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) role: Role,
    pub(crate) suite: Suite,
    pub(crate) held: HeldSecrets,
}

/// The messages that total_hash covers, without the responder's Hello.
#[derive(Debug)]
pub(crate) struct Transcript<'a> {
    pub(crate) commit: &'a [u8],
    /// DHPart1 and DHPart2.
    pub(crate) parts: Option<(&'a [u8], &'a [u8])>,
    pub(crate) peer: &'a Peer,
}

/// Both sides have s0, if the Confirms say so.
#[derive(Debug)]
pub(crate) struct Agreed {
    pub(crate) role: Role,
    pub(crate) suite: Suite,
    pub(crate) own: Zid,
    pub(crate) peer: Hello,
    pub(crate) peer_bytes: Vec<u8>,
    pub(crate) held: HeldSecrets,
    pub(crate) cache: CacheFinding,
    pub(crate) aux: AuxFinding,
    /// True if the secret shared with a trusted middle matched.
    pub(crate) enrolled: bool,
    pub(crate) s0: S0,
}

impl Agreed {
    /// After a fresh agreement (RFC 6189, 4.4.1.4).
    pub(crate) fn keyed(
        side: Side,
        result: &DhResult,
        peer_ids: &SecretIds,
        transcript: &Transcript<'_>,
        core: &Core,
    ) -> Self {
        let Side { role, suite, held } = side;
        let peer = &transcript.peer.hello;
        let matched = held.matching(role, suite.hash, peer_ids, &peer.h3);
        let context = transcript.context(role, suite, core);
        let s0 = S0::keyed(suite, context, result, &matched.shared);
        Self {
            role,
            suite,
            own: core.config.zid,
            peer: peer.clone(),
            peer_bytes: transcript.peer.bytes.clone(),
            held,
            cache: matched.cache,
            aux: matched.aux,
            enrolled: matched.shared.s3.is_some(),
            s0,
        }
    }

    /// Without a fresh agreement: `make` derives s0 from a key that is there.
    pub(crate) fn derived(
        side: Side,
        transcript: &Transcript<'_>,
        core: &Core,
        make: impl FnOnce(KdfContext) -> S0,
    ) -> Self {
        let Side { role, suite, held } = side;
        Self {
            role,
            suite,
            own: core.config.zid,
            peer: transcript.peer.hello.clone(),
            peer_bytes: transcript.peer.bytes.clone(),
            held,
            cache: CacheFinding::NotUsed,
            aux: AuxFinding::NotUsed,
            enrolled: false,
            s0: make(transcript.context(role, suite, core)),
        }
    }

    /// Our Confirm: fresh IV, H0, flags, and a signature if the peer can check one.
    pub(crate) fn seal_confirm(
        &self,
        core: &Core,
        rng: &mut dyn CryptoRng,
    ) -> Result<Confirm, Error> {
        let plain = ConfirmPlain {
            h0: Secret::copy_from(core.chain.h0()),
            flags: ConfirmFlags {
                enrolment: core.config.asks_enrolment() && self.has_fresh_agreement(),
                verified: self.cache == CacheFinding::Matched && self.held.row.verified,
                allow_clear: core.config.allows_clear(),
                disclosure: false,
            },
            cache_expiration: core.config.cache_expiration,
            signature: self.signature(core),
        };
        let mut iv = [0; 16];
        rng.fill_bytes(&mut iv);
        let (mac, ciphertext) = self.s0.seal(self.role, &iv, plain.write())?;
        Ok(Confirm { mac, iv, ciphertext })
    }

    /// The peer's Confirm: its MAC, then its inside.
    pub(crate) fn open_confirm(&self, confirm: &Confirm) -> Result<ConfirmPlain, Error> {
        let sender = self.role.other();
        let plain = self.s0.open(sender, &confirm.iv, &confirm.mac, &confirm.ciphertext)?;
        ConfirmPlain::read(plain.expose())
    }

    /// The keys for media; the peer has proven that it has them.
    pub(crate) fn srtp_keys(&self, proof: &HashChainVerified) -> SrtpKeys {
        self.s0.srtp_keys(self.role, proof)
    }

    /// True if a key agreement ran, and not just a derivation.
    pub(crate) fn has_fresh_agreement(&self) -> bool {
        !matches!(self.suite.agreement, KeyAgreement::Multistream | KeyAgreement::Preshared)
    }

    /// True unless this is a further stream of a call.
    pub(crate) fn has_own_agreement(&self) -> bool {
        self.cache != CacheFinding::NotUsed
    }

    /// What a signature of this side is about.
    pub(crate) fn sas_context(&self, signer: Role) -> SasContext {
        let (zid_i, zid_r) = self.zids();
        SasContext { signer, zid_i, zid_r, sashash: self.s0.sashash() }
    }

    fn signature(&self, core: &Core) -> Option<SignatureBlock> {
        if !self.peer.flags.signature || !self.has_own_agreement() {
            return None;
        }
        core.config.signer.as_ref()?.sign(&self.sas_context(self.role)).ok()
    }

    fn zids(&self) -> (Zid, Zid) {
        match self.role {
            Role::Initiator => (self.own, self.peer.zid),
            Role::Responder => (self.peer.zid, self.own),
        }
    }
}

impl Transcript<'_> {
    /// total_hash starts with the responder's Hello; the initiator's is in none of it.
    fn context(&self, role: Role, suite: Suite, core: &Core) -> KdfContext {
        let (zid_i, zid_r, hello_r) = match role {
            Role::Initiator => (core.config.zid, self.peer.hello.zid, &self.peer.bytes),
            Role::Responder => (self.peer.hello.zid, core.config.zid, &core.hello),
        };
        let (part1, part2) = self.parts.unwrap_or_default();
        let total_hash = suite.hash.digest(&[hello_r, self.commit, part1, part2]);
        KdfContext { zid_i, zid_r, total_hash }
    }
}
