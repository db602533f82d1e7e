//! The most of everything that a peer may send (PROTOCOL.md, "Limits").

/// Members of one conversation, and accounts named by one entry.
pub const MEMBERS: usize = 20_000;
/// Bytes of one log entry with its signature.
pub const ENTRY: usize = 4 << 20;
/// Cuts of one entry: devices that end with it.
pub const CUTS: usize = 1_024;
/// Heads of one cut.
pub const CUT_HEADS: usize = 64;
/// Heads that all cuts of one account's devices name in the life of a log: a fold keeps them.
pub const ACCOUNT_HEADS: usize = 4_096;
/// Bytes of one sealed title and picture.
pub const INFO: usize = 16_384;
/// Devices added, or revoked, by one account statement.
pub const DEVICES: usize = 64;
/// Devices that one account ever had, revoked ones included; the recovery holder adds as many
/// again, so that a stolen device can't keep it from coming back.
pub const DEVICES_EVER: usize = 1_024;
/// Bytes of one account statement with its signatures.
pub const STATEMENT: usize = 256 << 10;
/// Statements of one account.
pub const STATEMENTS: u64 = 65_536;
/// Bytes of one wrap public key: an RSA-8192 key in its public-key-info form fits.
pub const WRAP_PUBLIC: usize = 1_536;
/// Bytes of one wrap's encapsulation, and of its ciphertext.
pub const WRAP_PART: usize = 1_536;
/// Bytes of one wrapped entry.
pub const WRAPPED_ENTRY: usize = 4_096;
/// Bytes of one complaint.
pub const COMPLAINT: usize = WRAPPED_ENTRY + 68;
/// Bytes of one message's body before sealing.
pub const BODY: usize = 98_304;
/// Bytes of one sealed message.
pub const MESSAGE: usize = 131_072;
/// Bytes of a relay hint (a URL).
pub const RELAY_HINT: usize = 255;
/// Wraps that one append carries.
pub const WRAPS: usize = 65_536;
/// Items of one page.
pub const PAGE: usize = 1_000;
/// Conversations of one account's inbox.
pub const INBOX: usize = 10_000;
/// Account heads that one device hands to another.
pub const HEADS: usize = 65_536;
/// Bytes of the name under which an app knows a contact.
pub const LABEL: usize = 255;
/// Contacts of one device.
pub const CONTACTS: usize = 16_384;
