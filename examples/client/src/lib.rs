//! A device of a Rust program: a client, its database, its relay.
//!
//! ```text
//!              ┌── Store: sealed records, messages, cursors (SQLite)
//!   Device ────┼── privity::Client: every decision and every check
//!              └── RelayClient (HTTP), Live (WebSocket) ──> relay
//! ```
//!
//! [`Device::perform`] saves what a call wants saved, sends what it wants sent and feeds
//! the answers back, in this order.
//!
//! | RELAY.md | module |
//! |---|---|
//! | Requests, Errors | [`RelayClient`], [`ClientError`] |
//! | Live updates | [`Live`] |

mod backoff;
mod device;
mod error;
mod live;
mod messages;
mod paging;
mod pairing;
mod recover;
mod relay_client;
mod shown;
mod store;

pub use backoff::Backoff;
pub use device::{Device, Refusal, Synced};
pub use error::ClientError;
pub use live::Live;
pub use messages::Delivery;
pub use pairing::Pairing;
pub use recover::Recovery;
pub use relay_client::{RelayClient, Window};
pub use shown::shown;
pub use store::{Records, Store, StoredMessage};
