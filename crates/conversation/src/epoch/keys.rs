use privity_primitives::kdf::{Prk, extract};
use privity_primitives::secret::Secret;
use privity_primitives::sign::Signature;

use crate::Error;
use crate::format::{EntryHash, WrapContext, WrappedEntry, label};

use super::facts::{EpochFacts, Place, wrap_info};
use super::position::PositionKey;
use super::wrap::{WrapTarget, Wrapper};

/// An epoch's secret with its root: `root_e = Extract(L"epoch", S_e)`.
pub(super) struct Root {
    secret: Secret<32>,
    root: Prk,
}

impl Root {
    pub(super) fn new(secret: Secret<32>) -> Self {
        let root = extract(label::EPOCH, secret.expose());
        Self { secret, root }
    }

    pub(super) const fn secret(&self) -> &Secret<32> {
        &self.secret
    }

    pub(super) fn expand<const N: usize>(&self, info: &[&[u8]]) -> Secret<N> {
        self.root.expand(info)
    }

    /// `C_e = Expand(root_e, L"commit" || p, 32)`.
    pub(super) fn commitment(&self, place: &Place) -> Secret<32> {
        self.expand(&[label::COMMIT, place.to_bytes().as_slice()])
    }
}

/// A root together with what the log says of its epoch, the two checked to agree.
pub(super) struct Keys {
    pub(super) root: Root,
    pub(super) facts: EpochFacts,
}

impl Keys {
    /// Recomputes `C_e`; none if the secret is not the one committed to.
    pub(super) fn check(root: Root, facts: EpochFacts) -> Option<Self> {
        let matches = *root.commitment(&facts.place).expose() == facts.commitment;
        matches.then_some(Self { root, facts })
    }

    /// `P_n = Expand(root_e, L"position" || conv || u64 n || h_n, 32)`.
    pub(super) fn position_key(&self, position: u64, hash: &EntryHash) -> PositionKey {
        let conversation = self.facts.anchor.conversation;
        let key =
            self.root.expand(&[label::POSITION, &conversation.0, &position.to_be_bytes(), &hash.0]);
        PositionKey::new(conversation, position, *hash, Prk::from_uniform(key))
    }

    /// `coins = Expand(root_e, L"coins" || ctx, 64)`; a suite takes as many as it needs.
    pub(super) fn coins(&self, context: &WrapContext) -> Result<Secret<64>, Error> {
        Ok(self.root.expand(&[label::COINS, &context.to_bytes()?]))
    }

    /// Wraps the secret for `to`; anyone who holds it makes the same `enc` and `ct`.
    pub(super) fn wrap(&self, to: &WrapTarget, by: &Wrapper<'_>) -> Result<WrappedEntry, Error> {
        let context = self.facts.wrap_context(to);
        let info = wrap_info(&context)?;
        let made = to.key.wrap(&info, self.root.secret(), &self.coins(&context)?)?;
        let unsigned = WrappedEntry {
            context,
            enc: made.enc,
            ct: made.ct.to_vec(),
            wrapper: by.account,
            device: by.device,
            entitled: by.entitled,
            signature: Signature([0; 64]),
        };
        Ok(unsigned.sign(by.key)?)
    }
}
