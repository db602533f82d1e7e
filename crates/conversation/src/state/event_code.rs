use crate::epoch::{EpochFault, Verdict};
use crate::state::Event;

impl Event {
    /// The row of [`crate::code::CODES`] that says what to do next, where something is wrong.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        Some(match self {
            Self::Forked { .. } => "log/forked",
            Self::EntryRefused { rule, .. } => rule.code(),
            Self::WrapRefused { fault, .. } => fault.code(),
            Self::LinkRefused { .. } => EpochFault::LinkRefused.code(),
            Self::NotWrapped { why, .. } => why.code(),
            Self::Equivocated { .. } => "contact/equivocation",
            Self::Starved { .. } => "log/starved",
            Self::Complained { verdict: Verdict::Proven { .. }, .. } => "epoch/complaint-proven",
            _ => return None,
        })
    }
}
