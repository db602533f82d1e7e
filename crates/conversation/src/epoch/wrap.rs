use privity_primitives::sign::SigningKey;
use privity_primitives::wrap::WrapPublicKey;

use crate::format::{AccountId, DeviceId};

/// Whom an epoch is wrapped for: an account's wrap key of one generation, as the log's pin
/// of that account says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrapTarget {
    /// Who.
    pub account: AccountId,
    /// Which of its wrap keys.
    pub generation: u32,
    /// That key.
    pub key: WrapPublicKey,
}

/// Who wraps: a device of a member whom the log grants the epoch.
#[derive(Debug)]
pub struct Wrapper<'a> {
    /// Who.
    pub account: AccountId,
    /// On which device.
    pub device: DeviceId,
    /// Position at which the log grants it the epoch and its device is active.
    pub entitled: u64,
    /// The device's signing key.
    pub key: &'a SigningKey,
}
