//! What can be wrong with what others made: plain values, named by who is to blame.
//!
//! They stand below the rooms that find them, so that the crate's error can carry them
//! without knowing how they are found; each room exports its own.

mod chain;
mod log;
mod message;
mod state;

pub use chain::ChainFault;
pub use log::{AppendError, Blame, Refused};
pub use message::AuthorFault;
pub use state::{Blocked, Unwrappable};
