use core::fmt;

use privity_primitives::random::CryptoRng;
use privity_primitives::secret::Secret;
use privity_primitives::wrap::{
    NeedsPrivateKey, PendingUnwrap, Suite, WrapCiphertext, WrapPrivateKey, WrapPublicKey,
};

use crate::Error;
use crate::account::binding::Binding;
use crate::format::{Holder, HolderWrap};

/// A wrap that waits for its holder's private key, at hand or elsewhere.
pub(super) struct Unwrapping {
    key: WrapPublicKey,
    info: Vec<u8>,
    wrap: WrapCiphertext,
    elsewhere: Option<PendingUnwrap>,
}

impl Unwrapping {
    /// Checks that `wrap` is for `holder`'s key and takes it.
    pub(super) fn new(
        holder: &Holder,
        wrap: &HolderWrap,
        binding: &Binding,
    ) -> Result<Self, Error> {
        let theirs = wrap.holder == holder.id()
            && wrap.suite == holder.wrap.suite
            && wrap.fingerprint == holder.wrap.fingerprint();
        if !theirs {
            return Err(Error::Decrypt);
        }
        let suite = Suite::from_id(wrap.suite).ok_or(Error::UpdateNeeded("wrap suite"))?;
        let key = WrapPublicKey::from_bytes(suite, &holder.wrap.public)?;
        let info = binding.info(holder);
        let wrap = WrapCiphertext::new(&wrap.enc, &wrap.ct).ok_or(Error::Decrypt)?;
        let elsewhere = PendingUnwrap::new(&key, &info, &wrap).ok();
        Ok(Self { key, info, wrap, elsewhere })
    }

    /// What the holder of an RSA key is asked; none for keys of other suites.
    pub(super) fn request(&self) -> Option<NeedsPrivateKey<'_>> {
        self.elsewhere.as_ref().map(PendingUnwrap::request)
    }

    /// Goes on with the answer.
    pub(super) fn resume(self, decrypted: Option<&[u8]>) -> Result<Secret<32>, Error> {
        let pending = self.elsewhere.ok_or(Error::Misuse("only RSA keys are asked elsewhere"))?;
        Ok(pending.resume(decrypted)?)
    }

    /// Opens with a key at hand.
    pub(super) fn unwrap_with(
        self,
        key: &WrapPrivateKey,
        rng: &mut dyn CryptoRng,
    ) -> Result<Secret<32>, Error> {
        if *key.public_key() != self.key {
            return Err(Error::Misuse("the wrap is for another key"));
        }
        Ok(key.unwrap(&self.info, &self.wrap, rng)?)
    }
}

impl fmt::Debug for Unwrapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unwrapping").field("key", &self.key).finish_non_exhaustive()
    }
}
