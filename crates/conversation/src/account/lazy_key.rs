use std::sync::OnceLock;

use privity_primitives::sign::VerifyingKey;

/// The point of a signing key that stands beside it: computed when the first signature is
/// checked, and not again for each.
///
/// It says nothing that the key's bytes do not say, so all are equal.
#[derive(Clone, Debug, Default)]
pub(super) struct LazyKey(OnceLock<VerifyingKey>);

impl LazyKey {
    /// The key of `bytes`; none if it is refused.
    pub(super) fn of(&self, bytes: &[u8; 32]) -> Option<VerifyingKey> {
        if let Some(key) = self.0.get() {
            return Some(*key);
        }
        let key = VerifyingKey::from_bytes(bytes).ok()?;
        Some(*self.0.get_or_init(|| key))
    }
}

impl PartialEq for LazyKey {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for LazyKey {}
