//! The membership log: entries of members, folded into who is in and what holds.
//!
//! ```text
//!   entry ──> canonical ──> pins ──> author ──> signature ──> rules ──┬──> Fold (head + 1)
//!                             │                                      ├──> fork evidence
//!                             └── asks Accounts, never a clock       └──> refused, by name
//! ```
//!
//! A [`Fold`] is a pure function of its entries: clients and the relay run the same one. A
//! [`View`] answers as of any position, because messages are opened where they were sealed.

mod accounts;
mod apply;
mod codec;
mod codec_record;
mod conduct;
mod directory;
mod epoch;
mod evidence;
mod fold;
mod grant;
mod non_empty;
mod record;
mod rule;
mod step;
mod view;

pub use crate::fault::{AppendError, Blame, Refused};
pub use accounts::{Accounts, Generation, Lookup, PinChange};
pub use conduct::{
    EpochUse, JITTER_RANGE, STARVED, backoff_ms, jitter_ms, rotation_due, rotation_overdue,
};
pub use epoch::Epoch;
pub use evidence::ForkEvidence;
pub use fold::Fold;
pub use grant::End;
pub use step::{Applied, Fork, Started, Step};
pub use view::View;
