use privity_primitives::hash::sha256;

use crate::format::{AccountId, DeviceId, EntryHash, Policy, label};
use crate::log::{Accounts, PinChange, View};

/// Milliseconds over which the members' waiting times for a due rotation are spread.
pub const JITTER_RANGE: u64 = 600_000;
/// Lost races in a row after which a client reports that it is starved.
pub const STARVED: u32 = 10;

/// How much one client has seen of the epoch in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochUse {
    /// When this client first saw the anchor, by its own clock, in Unix milliseconds.
    pub first_seen: u64,
    /// Messages that this client has seen sealed in the epoch.
    pub messages: u32,
}

/// Whether the epoch's key is due for replacement by its age or by its messages (rule 18).
#[must_use]
pub const fn rotation_due(policy: &Policy, used: &EpochUse, now: u64) -> bool {
    now.saturating_sub(used.first_seen) >= policy.rotation_interval
        || used.messages >= policy.rotation_messages
}

/// Whether a rotation is overdue by a whole interval: a visible finding.
#[must_use]
pub const fn rotation_overdue(policy: &Policy, used: &EpochUse, now: u64) -> bool {
    now.saturating_sub(used.first_seen) >= policy.rotation_interval.saturating_mul(2)
}

/// Milliseconds that `device` waits at head `h_n` before it writes a due rotation, so that
/// not all members write at once; then it looks again.
///
/// The first 8 bytes of `SHA-256(L"jitter" || h_n || device)` as a big-endian integer,
/// modulo [`JITTER_RANGE`].
#[must_use]
pub fn jitter_ms(head: &EntryHash, device: &DeviceId) -> u64 {
    spread(&[label::JITTER, &head.0, &device.0], JITTER_RANGE)
}

/// Milliseconds that `device` waits after losing the race for a position `attempt` times:
/// `2^attempt` seconds, at most [`JITTER_RANGE`], and up to as much again.
#[must_use]
pub fn backoff_ms(head: &EntryHash, device: &DeviceId, attempt: u32) -> u64 {
    let seconds = 1_u64.checked_shl(attempt).unwrap_or(u64::MAX);
    let base = seconds.saturating_mul(1_000).min(JITTER_RANGE);
    base + spread(&[label::JITTER, &head.0, &device.0, &attempt.to_be_bytes()], base)
}

impl View<'_> {
    /// Members of whom a revocation or another wrap key is known beyond their pin: while
    /// there is one, this client seals and wraps only in an entry that moves that pin and
    /// starts an epoch (rule 2). Takes time linear in the members.
    #[must_use]
    pub fn suspended(&self, accounts: &dyn Accounts) -> Vec<AccountId> {
        let behind = |account: &AccountId| {
            self.pin(account)
                .and_then(|pin| accounts.beyond(&pin))
                .is_some_and(|change: PinChange| change.requires_epoch())
        };
        self.members().map(|(account, _)| account).filter(behind).collect()
    }
}

fn spread(parts: &[&[u8]], range: u64) -> u64 {
    let hash = sha256(parts);
    let first = hash.first_chunk::<8>().copied().unwrap_or_default();
    u64::from_be_bytes(first) % range.max(1)
}
