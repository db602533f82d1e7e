//! Messages: sealed at a position of the log, signed inside, counted per chain.
//!
//! ```text
//!   Draft ──> OutgoingChain::content ──> seal ──> bytes for the relay
//!
//!   bytes ──> Received ──> Placed ──> Decrypted ──> Opened ──> Reach ──> Windows ──> findings
//!             size,        known      commitment,   author,    cuts      duplicate,
//!             version      position   seal, form    signature            gap, late
//! ```
//!
//! Each step is a value that only the step before makes; between two of them the caller may
//! hold the message and fetch what is missing. Nothing is decided twice and nothing is saved
//! before the last.

mod chain;
mod content_type;
mod decrypted;
mod fault;
mod file_body;
mod finding;
mod opened;
mod reach;
mod received;
mod report;
mod seal;
mod window;
mod window_record;
mod windows;

pub use crate::fault::AuthorFault;
pub use chain::{Author, OutgoingChain};
pub use content_type::{Body, ContentType, Draft};
pub use decrypted::{AuthorAt, Decrypted, Held, Unverified};
pub use fault::{OpenBlame, OpenFault};
pub use file_body::FileBody;
pub use finding::Finding;
pub use opened::Opened;
pub use reach::{Reach, ReachLink, Reachability};
pub use received::{LogPoint, Placed, Received, Speech, Unplaced};
pub use report::{Membership, Report, ReportFault, Reported};
pub use seal::{SealedMessage, seal};
pub use window_record::{WindowBlock, WindowFloor, WindowKey, WindowRecord};
pub use windows::{Novelty, Observed, WindowChange, Windows};
