use core::fmt;

use privity_primitives::random::CryptoRng;
use privity_primitives::secret::Secret;
use privity_primitives::sign::VerifyingKey;
use privity_primitives::wrap::{NeedsPrivateKey, PendingUnwrap, WrapCiphertext, WrapPrivateKey};
use privity_wire::{Codec, DecodeError};

use crate::format::{Recipient, WrapContext, WrappedEntry, limit};

use super::facts::{EpochFacts, wrap_info};
use super::fault::WrapFault;
use super::opened::Epoch;
use super::wrap::WrapTarget;

/// A wrapped entry from the relay: well-formed, and nothing more.
#[derive(Clone, Debug)]
pub struct ReceivedWrap(WrappedEntry);

impl ReceivedWrap {
    /// Reads a wrapped entry.
    ///
    /// # Errors
    /// [`DecodeError`] names the first field that is wrong.
    pub fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > limit::WRAPPED_ENTRY {
            return Err(DecodeError::TooLong("wrapped entry"));
        }
        WrappedEntry::from_bytes(bytes).map(Self)
    }

    /// Takes one that was read before.
    #[must_use]
    pub const fn new(record: WrappedEntry) -> Self {
        Self(record)
    }

    /// The record: its claims about who wrapped, and where that was entitled.
    #[must_use]
    pub const fn record(&self) -> &WrappedEntry {
        &self.0
    }

    /// Checks context, entitlement and signature, all before any private key is touched.
    ///
    /// `wrapper` is the signing key of the device that the record names, if at the record's
    /// `entitled` position its account is a member whom the log grants this epoch and the
    /// device is active; none if not.
    ///
    /// # Errors
    /// [`WrapFault`] names the first check that fails.
    pub fn verify(
        self,
        facts: &EpochFacts,
        me: &WrapTarget,
        wrapper: Option<&VerifyingKey>,
    ) -> Result<VerifiedWrap, WrapFault> {
        verify(&self.0, facts, me, wrapper)?;
        Ok(VerifiedWrap { record: self.0, facts: facts.clone(), me: me.clone() })
    }
}

pub(super) fn verify(
    record: &WrappedEntry,
    facts: &EpochFacts,
    to: &WrapTarget,
    wrapper: Option<&VerifyingKey>,
) -> Result<(), WrapFault> {
    compare(&record.context, &facts.wrap_context(to))?;
    let key = wrapper.ok_or(WrapFault::WrapperNotEntitled)?;
    record.verify(key).map_err(|_| WrapFault::BadSignature)
}

/// Compares field by field, so that the fault has a name.
fn compare(found: &WrapContext, due: &WrapContext) -> Result<(), WrapFault> {
    let same = |same: bool, fault: WrapFault| if same { Ok(()) } else { Err(fault) };
    same(found.conversation == due.conversation, WrapFault::OtherConversation)?;
    same(found.anchor == due.anchor, WrapFault::OtherAnchor)?;
    same(found.anchor_hash == due.anchor_hash, WrapFault::OtherEntry)?;
    match (found.recipient, due.recipient) {
        (
            Recipient::Account { account: found, generation: of },
            Recipient::Account { account, generation },
        ) if found == account => same(of == generation, WrapFault::OtherGeneration)?,
        _ => return Err(WrapFault::OtherRecipient),
    }
    same(found.suite == due.suite, WrapFault::OtherSuite)?;
    same(found.fingerprint == due.fingerprint, WrapFault::OtherKey)
}

/// A wrap that is for this recipient and signed by somebody entitled.
#[derive(Clone, Debug)]
pub struct VerifiedWrap {
    record: WrappedEntry,
    facts: EpochFacts,
    me: WrapTarget,
}

impl VerifiedWrap {
    /// Unwraps, checks the secret against the log's commitment, wraps it again and compares.
    ///
    /// # Errors
    /// [`WrapFault::OtherKey`] if `key` is not the recipient's; else a
    /// [ground for complaint](WrapFault::is_ground_for_complaint).
    pub fn open(self, key: &WrapPrivateKey, rng: &mut dyn CryptoRng) -> Result<Epoch, WrapFault> {
        if *key.public_key() != self.me.key {
            return Err(WrapFault::OtherKey);
        }
        let (info, wrap) = self.parts()?;
        let secret = key.unwrap(&info, &wrap, rng).map_err(|_| WrapFault::NotOpened)?;
        self.accept(secret)
    }

    /// Asks the holder of an RSA key that lives elsewhere.
    ///
    /// # Errors
    /// [`WrapFault::OtherSuite`] if the recipient's key is not an RSA key;
    /// [`WrapFault::NotOpened`] if the wrap's length is not its suite's.
    pub fn ask(self) -> Result<PendingEpoch, WrapFault> {
        let (info, wrap) = self.parts()?;
        let pending =
            PendingUnwrap::new(&self.me.key, &info, &wrap).map_err(|_| WrapFault::OtherSuite)?;
        Ok(PendingEpoch { pending, verified: self })
    }

    fn parts(&self) -> Result<(Vec<u8>, WrapCiphertext), WrapFault> {
        let info = wrap_info(&self.record.context).map_err(|_| WrapFault::NotOpened)?;
        let wrap =
            WrapCiphertext::new(&self.record.enc, &self.record.ct).ok_or(WrapFault::NotOpened)?;
        Ok((info, wrap))
    }

    fn accept(self, secret: Secret<32>) -> Result<Epoch, WrapFault> {
        let epoch = Epoch::open(secret, self.facts).map_err(|_| WrapFault::WrongSecret)?;
        if epoch.is_wrap(&self.record, &self.me) { Ok(epoch) } else { Err(WrapFault::NotDerived) }
    }
}

/// An unwrap whose private operation is asked of a card, a key store or a browser.
pub struct PendingEpoch {
    pending: PendingUnwrap,
    verified: VerifiedWrap,
}

impl PendingEpoch {
    /// What to ask.
    #[must_use]
    pub fn request(&self) -> NeedsPrivateKey<'_> {
        self.pending.request()
    }

    /// Goes on with the bytes that came out, or with none if the operation failed.
    ///
    /// # Errors
    /// As [`VerifiedWrap::open`].
    pub fn resume(self, decrypted: Option<&[u8]>) -> Result<Epoch, WrapFault> {
        let secret = self.pending.resume(decrypted).map_err(|_| WrapFault::NotOpened)?;
        self.verified.accept(secret)
    }
}

impl fmt::Debug for PendingEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingEpoch").field("verified", &self.verified).finish_non_exhaustive()
    }
}
