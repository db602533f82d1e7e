//! Talks to a relay: one method for each request of RELAY.md, and a live connection.
//!
//! ```text
//!   the app ── requests ──> RelayClient ── HTTP ──> relay
//!           <── updates ─── Live <── WebSocket ────
//! ```
//!
//! It keeps no state but a token, repeats nothing by itself and trusts nothing that it
//! hands on: what comes back is checked by the conversation crate.
//!
//! | RELAY.md | module |
//! |---|---|
//! | Requests, Errors | [`RelayClient`], [`ClientError`] |
//! | Live updates | [`Live`] |

mod error;
mod live;
mod relay_client;

pub use error::ClientError;
pub use live::Live;
pub use relay_client::{RelayClient, Window};
