use privity_primitives::kdf::Prk;
use privity_primitives::secret::Secret;
use privity_primitives::wrap::{Suite, WrapPublicKey};

use crate::Error;
use crate::format::{AccountId, Holder, HolderWrap, VERSION, label};

/// What a holder's wrap is bound to, beside the holder.
///
/// ```text
/// version 1 | suite 1 | account 32 | [generation 4] | holder 32 | SHA-256(holder key) 32
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    /// The seed of one generation.
    Generation(AccountId, u32),
    /// The recovery signing seed of an account with a registered key.
    Registered(AccountId),
}

impl Binding {
    /// The wrap's `info`: a label, then the context.
    pub(super) fn info(&self, holder: &Holder) -> Vec<u8> {
        [self.label(), &self.context(holder)].concat()
    }

    /// Wraps `secret` for `holder` with coins from `root`: the same bytes each time.
    pub(super) fn wrap(
        &self,
        holder: &Holder,
        secret: &Secret<32>,
        root: &Prk,
    ) -> Result<HolderWrap, Error> {
        let suite = Suite::from_id(holder.wrap.suite).ok_or(Error::UpdateNeeded("wrap suite"))?;
        let key = WrapPublicKey::from_bytes(suite, &holder.wrap.public)?;
        let coins = root.expand(&[label::COINS, &self.context(holder)]);
        let wrap = key.wrap(&self.info(holder), secret, &coins)?;
        Ok(HolderWrap {
            holder: holder.id(),
            suite: holder.wrap.suite,
            fingerprint: *key.fingerprint(),
            enc: wrap.enc,
            ct: wrap.ct.to_vec(),
        })
    }

    fn context(&self, holder: &Holder) -> Vec<u8> {
        let mut context = vec![VERSION, holder.wrap.suite];
        match self {
            Self::Generation(account, generation) => {
                context.extend_from_slice(&account.0);
                context.extend_from_slice(&generation.to_be_bytes());
            }
            Self::Registered(account) => context.extend_from_slice(&account.0),
        }
        context.extend_from_slice(&holder.id().0);
        context.extend_from_slice(&holder.wrap.fingerprint());
        context
    }

    const fn label(&self) -> &'static [u8] {
        match self {
            Self::Generation(..) => label::HOLDER,
            Self::Registered(_) => label::REGISTERED,
        }
    }
}
