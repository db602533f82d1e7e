//! Epochs: the secret that members share from one log entry on, and what derives from it.
//!
//! ```text
//!   draw ──> FreshEpoch ──> ProposedEpoch ──> AnchoredEpoch ──> Epoch ──> PositionKey
//!            seal_info      (entry signed)    wrap, save        wrap       messages
//!                                             (relay has it)    walk back  exports
//!
//!   wrap ──> ReceivedWrap ──> VerifiedWrap ──> Epoch     own wrap, opened
//!   facts of the log + a secret, C_e recomputed ──> Epoch     store, link
//! ```
//!
//! An [`Epoch`] is a proof: it cannot be made but from a secret that the log's commitment
//! names, and by its author only after the relay has confirmed entry and wraps.

mod anchored;
mod complaint;
mod facts;
mod fault;
mod fresh;
mod info;
mod keys;
mod link;
mod opened;
mod position;
mod position_cache;
mod received;
mod store;
mod wrap;

pub use anchored::AnchoredEpoch;
pub use complaint::{Verdict, judge_complaint};
pub use facts::{Anchor, EpochFacts, Place};
pub use fault::{EpochFault, WrapFault};
pub use fresh::{FreshEpoch, LinkTo, ProposedEpoch};
pub use info::{ConversationInfo, InfoPlace};
pub use opened::Epoch;
pub use position::{MAX_EXPORT_LABEL, MAX_EXPORT_LENGTH, PositionKey};
pub use position_cache::PositionKeys;
pub use received::{PendingEpoch, ReceivedWrap, VerifiedWrap};
pub use store::EpochStore;
pub use wrap::{WrapTarget, Wrapper};
