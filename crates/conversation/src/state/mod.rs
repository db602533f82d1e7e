//! What an app holds on to: one device's view of everything, sans-IO.
//!
//! ```text
//!            relay                              app
//!     handle_*, receive                 create, add, send, …
//!              └────────────> Client <────────────┘
//!                               │
//!                               └──> Changes { put, delete, send, events }
//! ```
//!
//! A call changes memory and says what to save and to send. What is saved is sealed
//! record by record under the app's storage key; what is sent was saved before.

mod answer;
mod asked;
mod catch_up;
mod change;
mod changes;
mod client;
mod complain;
mod contact;
mod context;
mod conversation;
mod create;
mod cut;
mod event;
mod event_code;
mod evidence;
mod findings;
mod follow;
mod fork_record;
mod handed;
mod held;
mod links;
mod name;
mod people;
mod propose;
mod query;
mod receive;
mod record;
mod rekey;
mod renew;
mod repair;
mod request;
mod restore;
mod save;
mod send;
mod settle;
mod unlock;
mod wrapping;

pub use crate::fault::{Blocked, Unwrappable};
pub use answer::{AppendAnswer, PublishAnswer};
pub use change::History;
pub use changes::{Changes, RecordKey};
pub use client::Client;
pub use context::Context;
pub use conversation::Standing;
pub use create::NewConversation;
pub use event::Event;
pub use people::AccountTools;
pub use query::Overview;
pub use receive::{Incoming, Message};
pub use request::Request;
pub use send::Due;
