use privity_primitives::sign::VerifyingKey;

use crate::format::{AccountId, DeviceId, WrappedEntry};

use super::fault::WrapFault;
use super::opened::Epoch;
use super::received::verify;
use super::wrap::WrapTarget;

/// What comes of a complaint about a wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The device signed a wrap that is not what wrapping the epoch's secret gives.
    Proven {
        /// Whose device.
        wrapper: AccountId,
        /// Which.
        device: DeviceId,
    },
    /// The wrap is what it should be: who complains is wrong, or lies.
    False,
    /// The record convicts nobody: it is not a wrap of this epoch for this recipient, or not
    /// signed by who could be blamed.
    NoEvidence(WrapFault),
}

/// Judges a complaint alone, by the whole signed record and a secret that the judge holds.
///
/// `recipient` is what the log says of whoever complains; `wrapper` is as in
/// [`super::ReceivedWrap::verify`]. The context is compared with the log before any byte is
/// recomputed: an honest wrap shown under another context must not convict its maker.
#[must_use]
pub fn judge_complaint(
    record: &WrappedEntry,
    recipient: &WrapTarget,
    wrapper: Option<&VerifyingKey>,
    epoch: &Epoch,
) -> Verdict {
    match verify(record, epoch.facts(), recipient, wrapper) {
        Err(fault) => Verdict::NoEvidence(fault),
        Ok(()) if epoch.is_wrap(record, recipient) => Verdict::False,
        Ok(()) => Verdict::Proven { wrapper: record.wrapper, device: record.device },
    }
}
