use privity_primitives::sign::VerifyingKey;

use crate::format::{DeviceId, Pin};

/// An answer about an account's chain up to one pin.
///
/// What is known depends on the statements alone, so that every client comes to the same
/// end once it has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<T> {
    /// The statements are here and say this.
    Known(T),
    /// Statements are not here, or are here without a signature that verifies: fetch them.
    Missing,
}

/// What an account's chain changed between two pins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinChange {
    /// Devices that ended, ascending, those added in between included; all of them when the
    /// account was closed.
    pub revoked: Vec<DeviceId>,
    /// What became of the account's wrap key.
    pub generation: Generation,
}

/// Whether wraps to an account go to another key than before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Generation {
    /// The same key as before.
    #[default]
    Same,
    /// A newer key, or none because the account was closed.
    Changed,
}

impl PinChange {
    /// Whether the log may move over this change only with a new epoch (rule 6).
    #[must_use]
    pub fn requires_epoch(&self) -> bool {
        !self.revoked.is_empty() || self.generation == Generation::Changed
    }
}

/// What the fold asks about accounts; the accounts that a client or a relay knows answer.
pub trait Accounts {
    /// The signing key of `device` if it is active at `pin`, from verified statements.
    fn device_key(&self, pin: &Pin, device: &DeviceId) -> Lookup<Option<VerifyingKey>>;

    /// The devices active at `pin`, ascending.
    fn devices(&self, pin: &Pin) -> Lookup<Vec<DeviceId>>;

    /// What changed between two pins of one account; `None` if `to` does not come after
    /// `from` in one chain.
    fn change(&self, from: &Pin, to: &Pin) -> Lookup<Option<PinChange>>;

    /// What changed between `pin` and the newest head known here, as far as known.
    ///
    /// Conduct only: no entry's validity may depend on it.
    fn beyond(&self, pin: &Pin) -> Option<PinChange>;
}
