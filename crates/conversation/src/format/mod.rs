//! The public formats: what crosses the relay, byte for byte (PROTOCOL.md, "Formats").
//!
//! Everything here can be read and written without a secret: the relay and a test's
//! adversary use the same types. A value that was read is well-formed, not yet true:
//! who signed it and whether that party may is checked by `account`, `log`, `epoch` and
//! `message`.

mod account_record;
mod action;
mod card;
mod complaint;
mod entry;
mod entry_part;
mod heads;
mod holder;
mod id;
mod id_text;
pub mod label;
pub mod limit;
mod login;
mod message_inside;
mod message_outside;
mod policy;
mod qr;
mod relay_api;
mod relay_error;
mod statement;
mod text;
mod wrapped_entry;

pub use account_record::{GenerationRecord, HolderWrap, OlderSeed, RegisteredSeed};
pub use action::{Action, Grant, Member, Predecessor};
pub use card::ContactCard;
pub use complaint::{Complaint, Ground};
pub use entry::{Entry, EntryBody};
pub use entry_part::{Cut, Delivery, EpochStart, Link, Pin, SealedInfo};
pub use heads::{KnownHeads, LogHead};
pub use holder::{Holder, WrapKey};
pub use id::{AccountId, ChainId, ConversationId, DeviceId, EntryHash, MessageId, StatementHash};
pub use login::LoginChallenge;
pub(crate) use message_inside::padme;
pub use message_inside::{Content, MessageInside};
pub use message_outside::MessageOutside;
pub use policy::{HistoryPolicy, OverduePolicy, Permission, Policy, PostQuantumPolicy, Role};
pub use qr::QrPayload;
pub use relay_api::{
    AppendRequest, Blob, Inbox, InboxItem, LiveFrame, LoginRequest, Page, PageEnd, PublishRequest,
    StoredItem, WrapsRequest,
};
pub use relay_error::{RelayError, RelayErrorCode};
pub use statement::{AccountKey, Seeding, Signer, Statement, StatementBody, StatementKind};
pub use wrapped_entry::{Recipient, WrapContext, WrappedEntry};

/// The version byte at the front of every format of this release.
pub const VERSION: u8 = 1;

pub(crate) fn read_version(
    reader: &mut privity_wire::Reader<'_>,
) -> Result<(), privity_wire::DecodeError> {
    match reader.u8("version")? {
        VERSION => Ok(()),
        _ => Err(privity_wire::DecodeError::Unsupported("version")),
    }
}
