//! The reference relay: appends to logs, keeps wrapped keys and messages, reads nothing.
//!
//! ```text
//!            HTTP /v1, WebSocket
//!   client ───────────────────────> http ──> service ──> storage (one trait)
//!                                    │         │            └─ SQLite file
//!                                    │         └─ the public fold: refuses what no
//!                                    │            client would accept
//!                                    └─ login, limits, live updates
//! ```
//!
//! Nobody trusts the relay: each client checks everything again. What it refuses, it
//! refuses so that its storage holds no rubbish. RELAY.md is the contract.
//!
//! | RELAY.md | module |
//! |---|---|
//! | Requests, Errors | `http` |
//! | What is refused | `service` |
//! | What is stored | [`storage`] |
//! | Limits | [`Limits`] |

mod audience;
mod config;
mod failure;
mod http;
mod listener;
mod login;
mod patient;
mod rate;
mod room;
mod seats;
mod server;
mod service;
pub mod storage;

pub use config::{Config, Limits, Peer};
pub use failure::Failure;
pub use server::{Running, start};
