//! Devices, a relay and a bad network in one process, all from one seed: for tests.
//!
//! ```text
//!   Device ──> Request ──> Link ──> Relay
//!      ▲                  loses,      │ every field open to
//!      └────── Answer <── repeats <───┘ whoever plays Mallory
//! ```
//!
//! Nothing here is checked or trusted: what the devices believe is up to the crates under
//! test.

mod begin;
mod device;
mod link;
mod relay;

pub use begin::Plan;
pub use device::{Device, Shown};
pub use link::{Fate, Link};
pub use privity_conversation as conversation;
pub use rand_chacha::ChaCha20Rng;
pub use rand_chacha::rand_core::{Rng, SeedableRng};
pub use relay::{Answer, Log, Relay};
