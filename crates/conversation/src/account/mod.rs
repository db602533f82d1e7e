//! Who somebody is: a chain of signed statements (PROTOCOL.md, "Accounts").
//!
//! ```text
//!   genesis ──> update ──> update ──> close      each names the hash before it
//!      │           │
//!      │           └─ devices in and out, the next wrap key, the recovery holder
//!      └─ its hash is the account's id, and so its fingerprint
//! ```

mod authority;
mod binding;
mod chain;
mod chain_codec;
mod chain_rule;
mod change;
mod contacts;
mod contacts_codec;
mod create;
mod device_keys;
mod directory;
mod heads;
mod joining;
mod lazy_key;
mod login;
mod making;
mod own;
mod pending;
mod phrase;
mod qr;
mod safety_number;
mod sealed;
mod seed;
mod seeds;
mod unwrapping;
mod verification;
mod wrap_key;

pub use crate::fault::ChainFault;
pub use authority::{PendingAuthority, RecoveryAuthority};
pub use chain::{Chain, Device};
pub use contacts::Contacts;
pub use create::{NewAccount, NewDevice};
pub use directory::{Directory, Equivocation, Learned};
pub use heads::HeadComparison;
pub use joining::{DeviceConsent, DeviceDraft, DeviceRequest, JoiningDevice};
pub use making::{NewKey, NewRecovery};
pub use own::{OwnAccount, RENEWAL_INTERVAL, Settled};
pub use pending::PendingStatement;
pub use phrase::{PhraseFault, RecoveryPhrase};
pub use qr::QrFault;
pub use safety_number::{SafetyNumber, safety_number};
pub use seed::GenerationSeed;
pub use seeds::{OlderCheck, PendingSeed, RecordCheck, Seeds};
pub use verification::{Change, Verification};
