//! The key schedule (RFC 6189, 4.4.1.4, 4.5): from the result of the key agreement to s0, and
//! from s0 to everything else.

use core::fmt;

use privity_primitives::aes_cfb;
use privity_primitives::secret::{Secret, SecretVec, equal};

use crate::agreement::DhResult;
use crate::chain::HashChainVerified;
use crate::suite::{AuthTag, Cipher, Hash, Suite};
use crate::{Error, Misuse, PeerMisbehaved, Role, Zid};

/// The ZIDs and the hash over the messages: what every derived key is bound to.
#[derive(Clone, Debug)]
pub(crate) struct KdfContext {
    pub(crate) zid_i: Zid,
    pub(crate) zid_r: Zid,
    pub(crate) total_hash: Vec<u8>,
}

impl KdfContext {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        [&self.zid_i.0[..], &self.zid_r.0, &self.total_hash].concat()
    }

    fn zids(&self) -> Vec<u8> {
        [self.zid_i.0, self.zid_r.0].concat()
    }
}

/// The retained, auxiliary and trusted-middle secret that both sides have; none is null.
#[derive(Debug, Default)]
pub(crate) struct SharedSecrets {
    pub(crate) s1: Option<Secret<32>>,
    pub(crate) s2: Option<SecretVec>,
    pub(crate) s3: Option<Secret<32>>,
}

/// s0 of one stream and what it is bound to.
pub(crate) struct S0 {
    suite: Suite,
    secret: SecretVec,
    context: KdfContext,
}

impl S0 {
    /// From a fresh agreement (4.4.1.4).
    pub(crate) fn keyed(
        suite: Suite,
        context: KdfContext,
        result: &DhResult,
        shared: &SharedSecrets,
    ) -> Self {
        let s1 = shared.s1.as_ref().map_or(&[][..], |secret| secret.expose());
        let s2 = shared.s2.as_ref().map_or(&[][..], |secret| secret.expose());
        let s3 = shared.s3.as_ref().map_or(&[][..], |secret| secret.expose());
        let secret = suite.hash.secret_digest(&[
            &COUNTER,
            result.0.expose(),
            b"ZRTP-HMAC-KDF",
            &context.bytes(),
            &length(s1),
            s1,
            &length(s2),
            s2,
            &length(s3),
            s3,
        ]);
        Self { suite, secret, context }
    }

    /// From the session key of a call (4.4.3.2).
    pub(crate) fn multistream(suite: Suite, context: KdfContext, key: &SessionKey) -> Self {
        let length = suite.hash.length();
        let secret = kdf(suite.hash, key.secret.expose(), b"ZRTP MSK", &context.bytes(), length);
        Self { suite, secret, context }
    }

    /// From a key that both sides hold (4.4.2).
    pub(crate) fn preshared(suite: Suite, context: KdfContext, key: &SecretVec) -> Self {
        let length = suite.hash.length();
        let secret = kdf(suite.hash, key.expose(), b"ZRTP PSK", &context.bytes(), length);
        Self { suite, secret, context }
    }

    /// Encrypts for the peer and makes the MAC: Confirm and SASrelay (4.6, 7.3).
    pub(crate) fn seal(
        &self,
        sender: Role,
        iv: &[u8; 16],
        mut plain: Vec<u8>,
    ) -> Result<([u8; 8], Vec<u8>), Error> {
        aes_cfb::encrypt(self.zrtp_key(sender).expose(), iv, &mut plain)?;
        Ok((self.mac(sender, &plain), plain))
    }

    /// Checks the MAC, then decrypts.
    ///
    /// # Errors
    /// [`PeerMisbehaved::ConfirmMac`].
    pub(crate) fn open(
        &self,
        sender: Role,
        iv: &[u8; 16],
        mac: &[u8; 8],
        ciphertext: &[u8],
    ) -> Result<SecretVec, Error> {
        if !equal(&self.mac(sender, ciphertext), mac) {
            return Err(PeerMisbehaved::ConfirmMac.into());
        }
        let mut plain = ciphertext.to_vec();
        aes_cfb::decrypt(self.zrtp_key(sender).expose(), iv, &mut plain)?;
        Ok(SecretVec::new(plain))
    }

    /// The first 8 bytes of the HMAC under the sender's mackey.
    pub(crate) fn mac(&self, sender: Role, data: &[u8]) -> [u8; 8] {
        self.suite.hash.hmac_8(self.mac_key(sender).expose(), &[data])
    }

    /// The key of a side's MACs (4.5.3).
    pub(crate) fn mac_key(&self, sender: Role) -> SecretVec {
        let label: &[u8] = match sender {
            Role::Initiator => b"Initiator HMAC key",
            Role::Responder => b"Responder HMAC key",
        };
        self.derive(label, self.suite.hash.length())
    }

    /// s0 itself.
    pub(crate) fn expose(&self) -> &[u8] {
        self.secret.expose()
    }

    /// The 256 bits behind the SAS (4.5.2).
    pub(crate) fn sashash(&self) -> [u8; 32] {
        self.derive(b"SAS", 32).expose().first_chunk().copied().unwrap_or_default()
    }

    /// The retained secret of the next call (4.6.1).
    pub(crate) fn new_rs1(&self, _: &HashChainVerified) -> Secret<32> {
        self.fixed(b"retained secret")
    }

    /// The session key that further streams derive from (4.5.2).
    pub(crate) fn session_key(&self, _: &HashChainVerified) -> SessionKey {
        let secret = self.derive(b"ZRTP Session Key", self.suite.hash.length());
        SessionKey { hash: self.suite.hash, secret, context: self.context.clone() }
    }

    /// Key material for other uses than SRTP (4.5.2).
    pub(crate) fn exported(&self, _: &HashChainVerified) -> ExportedKey {
        let secret = self.derive(b"Exported key", self.suite.hash.length());
        ExportedKey { hash: self.suite.hash, secret, context: self.context.bytes() }
    }

    /// The SRTP keys, seen from `own` side (4.5.3).
    pub(crate) fn srtp_keys(&self, own: Role, _: &HashChainVerified) -> SrtpKeys {
        SrtpKeys {
            cipher: self.suite.cipher,
            auth_tag: self.suite.auth_tag,
            send: self.direction(own),
            receive: self.direction(own.other()),
        }
    }

    fn direction(&self, sender: Role) -> DirectionKeys {
        let (key, salt): (&[u8], &[u8]) = match sender {
            Role::Initiator => (b"Initiator SRTP master key", b"Initiator SRTP master salt"),
            Role::Responder => (b"Responder SRTP master key", b"Responder SRTP master salt"),
        };
        DirectionKeys {
            key: self.derive(key, self.suite.cipher.key_length()),
            salt: self.derive(salt, self.suite.auth_tag.salt_length()),
        }
    }

    /// The key that a side encrypts with (4.5.3).
    pub(crate) fn zrtp_key(&self, sender: Role) -> SecretVec {
        let label: &[u8] = match sender {
            Role::Initiator => b"Initiator ZRTP key",
            Role::Responder => b"Responder ZRTP key",
        };
        self.derive(label, self.suite.cipher.key_length())
    }

    fn derive(&self, label: &[u8], bytes: usize) -> SecretVec {
        kdf(self.suite.hash, self.secret.expose(), label, &self.context.bytes(), bytes)
    }

    fn fixed(&self, label: &[u8]) -> Secret<32> {
        let derived = self.derive(label, 32);
        Secret::fill(|bytes| copy(derived.expose(), bytes))
    }
}

impl fmt::Debug for S0 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S0").field("suite", &self.suite).finish_non_exhaustive()
    }
}

/// ZRTPSess: what further streams of a call derive from.
#[derive(Debug)]
pub struct SessionKey {
    hash: Hash,
    secret: SecretVec,
    context: KdfContext,
}

impl SessionKey {
    pub(crate) const fn new(hash: Hash, secret: SecretVec, context: KdfContext) -> Self {
        Self { hash, secret, context }
    }

    /// The key itself.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.secret.expose()
    }

    /// The hash that further streams must commit to.
    pub(crate) const fn hash(&self) -> Hash {
        self.hash
    }

    /// The secret shared with a trusted middle (7.3.1).
    #[must_use]
    pub fn pbx_secret(&self) -> Secret<32> {
        let derived =
            kdf(self.hash, self.secret.expose(), b"Trusted MiTM key", &self.context.zids(), 32);
        Secret::fill(|bytes| copy(derived.expose(), bytes))
    }

    /// The session key after GoClear (4.7.2.1): the old one is wiped.
    #[must_use]
    pub fn renewed(&self) -> Self {
        let secret = kdf(
            self.hash,
            self.secret.expose(),
            b"New ZRTP Session",
            &self.context.zids(),
            self.hash.length(),
        );
        Self { hash: self.hash, secret, context: self.context.clone() }
    }
}

/// The exported key of a call (RFC 6189, 4.5.2).
#[derive(Debug)]
pub struct ExportedKey {
    hash: Hash,
    secret: SecretVec,
    context: Vec<u8>,
}

impl ExportedKey {
    /// A key for one purpose, named by its label; another length is another key.
    ///
    /// # Errors
    /// [`Misuse::ExportLength`] for no bytes, or more than the hash has.
    pub fn derive(&self, label: &[u8], bytes: usize) -> Result<SecretVec, Error> {
        if !(1..=self.hash.length()).contains(&bytes) {
            return Err(Misuse::ExportLength.into());
        }
        Ok(kdf(self.hash, self.secret.expose(), label, &self.context, bytes))
    }

    /// The exported key itself.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.secret.expose()
    }
}

/// What SRTP needs.
#[derive(Debug)]
pub struct SrtpKeys {
    /// Names the profile together with the tag.
    pub cipher: Cipher,
    /// Names the profile together with the cipher.
    pub auth_tag: AuthTag,
    /// For what we send.
    pub send: DirectionKeys,
    /// For what we receive.
    pub receive: DirectionKeys,
}

/// The keys of one direction.
#[derive(Debug)]
pub struct DirectionKeys {
    /// The SRTP master key.
    pub key: SecretVec,
    /// The SRTP master salt: 14 bytes, 12 with GCM.
    pub salt: SecretVec,
}

/// KDF (4.5.1): the first bytes of one HMAC.
fn kdf(hash: Hash, key: &[u8], label: &[u8], context: &[u8], bytes: usize) -> SecretVec {
    let bits = u32::try_from(bytes.saturating_mul(8)).unwrap_or(u32::MAX).to_be_bytes();
    let whole = hash.hmac(key, &[&COUNTER, label, &[0], context, &bits]);
    SecretVec::new(whole.expose().iter().take(bytes).copied().collect())
}

/// The key of a Preshared stream, made of what both sides hold (4.4.2.1).
pub(crate) fn preshared_key(hash: Hash, rs1: &[u8], aux: &[u8], pbx: &[u8]) -> SecretVec {
    let parts: [&[u8]; 6] = [&length(rs1), rs1, &length(aux), aux, &length(pbx), pbx];
    hash.secret_digest(&parts)
}

/// Tells which key is meant (4.4.2.1).
pub(crate) fn key_id(hash: Hash, key: &SecretVec) -> [u8; 8] {
    hash.hmac_8(key.expose(), &[b"Prsh"])
}

fn length(secret: &[u8]) -> [u8; 4] {
    u32::try_from(secret.len()).unwrap_or(u32::MAX).to_be_bytes()
}

fn copy(from: &[u8], to: &mut [u8; 32]) {
    if let Some(first) = from.first_chunk() {
        *to = *first;
    }
}

const COUNTER: [u8; 4] = [0, 0, 0, 1];
