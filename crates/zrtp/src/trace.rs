//! One handshake checked and recomputed from its messages and its secrets: for test vectors,
//! and for looking into a recording.
//!
//! ```text
//!   messages ──> Trace ──secrets──> Derived: SAS, SRTP keys, all that follows
//!     hvi, hash chain,               both Confirms open and
//!     MACs                           their H0 ends both chains
//! ```

use privity_primitives::secret::{Secret, SecretVec};

use crate::agreement::DhResult;
use crate::chain::{self, HashChainVerified};
use crate::message::{Commit, CommitBody, Confirm, ConfirmPlain, DhPart, Hello};
use crate::schedule::{
    ExportedKey, KdfContext, S0, SessionKey, SharedSecrets, SrtpKeys, key_id, preshared_key,
};
use crate::suite::{Named, Suite};
use crate::{Error, KeyAgreement, Misuse, PeerMisbehaved, Role, Unsupported, sas};

/// The messages of a handshake that its keys depend on, without packet header and CRC.
#[derive(Clone, Copy, Debug)]
pub struct Messages<'a> {
    /// The initiator's Hello.
    pub hello_i: &'a [u8],
    /// The responder's Hello.
    pub hello_r: &'a [u8],
    /// The Commit that stood.
    pub commit: &'a [u8],
    /// DHPart1 and DHPart2; none in a Multistream or Preshared handshake.
    pub dh_parts: Option<(&'a [u8], &'a [u8])>,
    /// Confirm1 and Confirm2.
    pub confirms: (&'a [u8], &'a [u8]),
}

/// A handshake whose messages fit together.
#[derive(Debug)]
pub struct Trace {
    suite: Suite,
    context: KdfContext,
    key_id: Option<[u8; 8]>,
    confirms: (Confirm, Confirm),
    /// What the H0 in Confirm1 and in Confirm2 ends.
    ends: (Link, Link),
}

#[derive(Debug)]
struct Link {
    steps: u32,
    image: [u8; 32],
    message: Vec<u8>,
}

/// The secrets of earlier calls that entered s0; an empty one is null.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shared<'a> {
    /// rs1 or rs2, 32 bytes.
    pub s1: &'a [u8],
    /// The auxiliary secret.
    pub s2: &'a [u8],
    /// The secret of a trusted middle, 32 bytes.
    pub s3: &'a [u8],
}

impl Trace {
    /// Reads the messages; algorithms come from the Commit.
    ///
    /// # Errors
    /// [`Unsupported`] for an algorithm without a row here; [`Error::Malformed`];
    /// [`PeerMisbehaved`] for the first rule of the handshake that is broken.
    pub fn read(messages: &Messages<'_>) -> Result<Self, Error> {
        let commit = Commit::read(messages.commit)?;
        let suite = suite_of(&commit)?;
        let hello_i = Hello::read(messages.hello_i)?;
        let hello_r = Hello::read(messages.hello_r)?;
        if hello_i.zid != commit.zid {
            return Err(PeerMisbehaved::CommitOfAnotherHello.into());
        }
        let _ = chain::verify(&commit.h2, 0, &hello_i.h3, messages.hello_i)?;
        let ends = match messages.dh_parts {
            Some(parts) => keyed_ends(suite, &commit, &hello_r, messages, parts)?,
            None => (
                Link { steps: 2, image: hello_r.h3, message: messages.hello_r.to_vec() },
                Link { steps: 1, image: commit.h2, message: messages.commit.to_vec() },
            ),
        };
        let (part1, part2) = messages.dh_parts.unwrap_or_default();
        let total_hash = suite.hash.digest(&[messages.hello_r, messages.commit, part1, part2]);
        let key_id = match commit.body {
            CommitBody::Preshared { key_id, .. } => Some(key_id),
            _ => None,
        };
        let (confirm1, confirm2) = messages.confirms;
        Ok(Self {
            suite,
            context: KdfContext { zid_i: hello_i.zid, zid_r: hello_r.zid, total_hash },
            key_id,
            confirms: (Confirm::read(confirm1)?, Confirm::read(confirm2)?),
            ends,
        })
    }

    /// The algorithms of the Commit.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The hash over the messages.
    #[must_use]
    pub fn total_hash(&self) -> &[u8] {
        &self.context.total_hash
    }

    /// Both ZIDs and the hash over the messages: what each derived key is bound to.
    #[must_use]
    pub fn kdf_context(&self) -> Vec<u8> {
        self.context.bytes()
    }

    /// After a fresh agreement (RFC 6189, 4.4.1.4).
    ///
    /// # Errors
    /// [`Misuse::State`] for s1 or s3 of another length; [`PeerMisbehaved`] if a Confirm does
    /// not open or does not end its sender's chain.
    pub fn keyed(&self, dh_result: &[u8], shared: Shared<'_>) -> Result<Derived, Error> {
        let shared = SharedSecrets {
            s1: retained(shared.s1)?,
            s2: Some(SecretVec::new(shared.s2.to_vec())),
            s3: retained(shared.s3)?,
        };
        let result = DhResult(SecretVec::new(dh_result.to_vec()));
        self.confirmed(S0::keyed(self.suite, self.context.clone(), &result, &shared))
    }

    /// A further stream under the session key of the first (4.4.3.2).
    ///
    /// # Errors
    /// As [`Trace::keyed`] for the Confirms.
    pub fn multistream(&self, session_key: &[u8]) -> Result<Derived, Error> {
        let key = SecretVec::new(session_key.to_vec());
        let key = SessionKey::new(self.suite.hash, key, self.context.clone());
        self.confirmed(S0::multistream(self.suite, self.context.clone(), &key))
    }

    /// With a key of what both sides hold (4.4.2); s1 is the retained secret.
    ///
    /// # Errors
    /// [`PeerMisbehaved::NoSharedSecret`] if the Commit names another key; as
    /// [`Trace::keyed`] for the Confirms.
    pub fn preshared(&self, shared: Shared<'_>) -> Result<Derived, Error> {
        let key = preshared_key(self.suite.hash, shared.s1, shared.s2, shared.s3);
        if self.key_id != Some(key_id(self.suite.hash, &key)) {
            return Err(PeerMisbehaved::NoSharedSecret.into());
        }
        self.confirmed(S0::preshared(self.suite, self.context.clone(), &key))
    }

    fn confirmed(&self, s0: S0) -> Result<Derived, Error> {
        let (confirm1, proof) = self.ends.0.end(&s0, Role::Responder, &self.confirms.0)?;
        let (confirm2, _) = self.ends.1.end(&s0, Role::Initiator, &self.confirms.1)?;
        let suite = self.suite;
        Ok(Derived { suite, s0, proof, confirm1, confirm2 })
    }
}

impl Link {
    fn end(
        &self,
        s0: &S0,
        sender: Role,
        confirm: &Confirm,
    ) -> Result<(ConfirmPlain, HashChainVerified), Error> {
        let plain = s0.open(sender, &confirm.iv, &confirm.mac, &confirm.ciphertext)?;
        let plain = ConfirmPlain::read(plain.expose())?;
        let proof = chain::verify(plain.h0.expose(), self.steps, &self.image, &self.message)?;
        Ok((plain, proof))
    }
}

/// What follows from the messages and the secrets of a handshake.
#[derive(Debug)]
pub struct Derived {
    suite: Suite,
    s0: S0,
    proof: HashChainVerified,
    confirm1: ConfirmPlain,
    confirm2: ConfirmPlain,
}

impl Derived {
    /// s0 itself.
    #[must_use]
    pub fn s0(&self) -> &[u8] {
        self.s0.expose()
    }

    /// The inside of the Confirm of one side.
    #[must_use]
    pub const fn confirm(&self, sender: Role) -> &ConfirmPlain {
        match sender {
            Role::Initiator => &self.confirm2,
            Role::Responder => &self.confirm1,
        }
    }

    /// The hash behind the SAS.
    #[must_use]
    pub fn sashash(&self) -> [u8; 32] {
        self.s0.sashash()
    }

    /// The SAS; a further stream has none.
    #[must_use]
    pub fn sas(&self) -> Option<String> {
        let has_sas = self.suite.agreement != KeyAgreement::Multistream;
        has_sas.then(|| sas::render(self.suite.sas, &self.sashash()))
    }

    /// The SRTP keys as `own` side sees them.
    #[must_use]
    pub fn srtp_keys(&self, own: Role) -> SrtpKeys {
        self.s0.srtp_keys(own, &self.proof)
    }

    /// The key of one side's Confirm MAC.
    #[must_use]
    pub fn mac_key(&self, sender: Role) -> SecretVec {
        self.s0.mac_key(sender)
    }

    /// The key that one side encrypts Confirm and SASrelay with.
    #[must_use]
    pub fn zrtp_key(&self, sender: Role) -> SecretVec {
        self.s0.zrtp_key(sender)
    }

    /// The MAC of one side's GoClear.
    #[must_use]
    pub fn clear_mac(&self, sender: Role) -> [u8; 8] {
        self.s0.mac(sender, b"GoClear ")
    }

    /// The retained secret of the next call.
    #[must_use]
    pub fn retained_secret(&self) -> Secret<32> {
        self.s0.new_rs1(&self.proof)
    }

    /// What further streams derive from.
    #[must_use]
    pub fn session_key(&self) -> SessionKey {
        self.s0.session_key(&self.proof)
    }

    /// The exported key.
    #[must_use]
    pub fn exported(&self) -> ExportedKey {
        self.s0.exported(&self.proof)
    }

    /// Opens what one side encrypted besides its Confirm: the inside of a SASrelay.
    ///
    /// # Errors
    /// [`PeerMisbehaved::ConfirmMac`].
    pub fn open(
        &self,
        sender: Role,
        iv: &[u8; 16],
        mac: &[u8; 8],
        ciphertext: &[u8],
    ) -> Result<SecretVec, Error> {
        self.s0.open(sender, iv, mac, ciphertext)
    }
}

/// hvi and the chains of both sides up to their DHPart.
fn keyed_ends(
    suite: Suite,
    commit: &Commit,
    hello_r: &Hello,
    messages: &Messages<'_>,
    (bytes1, bytes2): (&[u8], &[u8]),
) -> Result<(Link, Link), Error> {
    let (CommitBody::Dh { hvi } | CommitBody::Kem { hvi, .. }) = commit.body else {
        return Err(PeerMisbehaved::Unexpected.into());
    };
    let (part1, part2) = (DhPart::read(bytes1)?, DhPart::read(bytes2)?);
    if suite.hash.first_32(&[bytes2, messages.hello_r]) != hvi {
        return Err(PeerMisbehaved::HashCommitment.into());
    }
    let _ = chain::verify(&part1.h1, 1, &hello_r.h3, messages.hello_r)?;
    let _ = chain::verify(&part2.h1, 0, &commit.h2, messages.commit)?;
    Ok((
        Link { steps: 0, image: part1.h1, message: bytes1.to_vec() },
        Link { steps: 0, image: part2.h1, message: bytes2.to_vec() },
    ))
}

fn suite_of(commit: &Commit) -> Result<Suite, Error> {
    Ok(Suite {
        hash: Named::from_name(commit.hash).ok_or(Unsupported::Hash)?,
        cipher: Named::from_name(commit.cipher).ok_or(Unsupported::Cipher)?,
        auth_tag: Named::from_name(commit.auth_tag).ok_or(Unsupported::AuthTag)?,
        agreement: Named::from_name(commit.key_agreement).ok_or(Unsupported::KeyAgreement)?,
        sas: Named::from_name(commit.sas).ok_or(Unsupported::Sas)?,
    })
}

fn retained(bytes: &[u8]) -> Result<Option<Secret<32>>, Error> {
    if bytes.is_empty() {
        return Ok(None);
    }
    Ok(Some(Secret::from_slice(bytes).ok_or(Misuse::State)?))
}
