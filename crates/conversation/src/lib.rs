//! Accounts, membership logs, epochs, wrapped keys and messages: the conversation protocol.
//!
//! ```text
//!   format <── account <── log <── epoch <── message <── state
//!   bytes      who         what    keys      what        what an app
//!              somebody    they    of it     they say    holds on to
//!              is          agreed
//! ```
//!
//! The crate does no input or output: bytes, time and randomness come in as arguments.
//!
//! ```
//! use privity_conversation::format::{AccountId, ContactCard, Pin, StatementHash};
//! use privity_wire::Codec;
//!
//! let head = Pin { account: AccountId([7; 32]), seq: 0, hash: StatementHash([7; 32]) };
//! let card = ContactCard { head, relay_hint: "https://relay.example".into() };
//! assert_eq!(ContactCard::from_bytes(&card.to_bytes()?)?, card);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | PROTOCOL.md | module |
//! |---|---|
//! | Formats, Limits, Labels | [`mod@format`] |
//! | Accounts | [`account`] |
//! | Log | [`log`] |
//! | Epochs and wraps | [`epoch`] |
//! | Messages | [`message`] |
//! | State | [`state`] |
//! | Errors and findings | [`code`] |

pub mod account;
pub mod code;
mod draw;
pub mod epoch;
mod error;
mod fault;
pub mod format;
pub mod log;
pub mod message;
pub mod state;

pub use draw::LocalSecret;
pub use error::{Error, Missing};

/// The signature types that stand in the formats.
pub mod sign {
    pub use privity_primitives::sign::{Signature, SigningKey, VerifyingKey};
}
