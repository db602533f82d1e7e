//! Who somebody is: a chain of signed statements (PROTOCOL.md, "Accounts").
//!
//! ```text
//!   genesis ──> update ──> update ──> close      each names the hash before it
//!      │           │
//!      │           └─ devices in and out, the next wrap key, the recovery holder
//!      └─ its hash is the account's id, and so its fingerprint
//! ```

mod chain;
mod chain_rule;
mod directory;
mod fault;

pub use chain::{Chain, Device};
pub use directory::{Directory, Equivocation, Learned};
pub use fault::ChainFault;
