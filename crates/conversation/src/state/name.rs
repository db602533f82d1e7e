//! Names of a store's records: the kind, then what tells one of the kind from another.

use crate::format::{AccountId, ConversationId, DeviceId, MessageId};

/// The device's secrets, its contacts and what else exists once.
pub(super) const CLIENT: &[u8] = b"client";
/// Who the people are.
pub(super) const CONTACTS: &[u8] = b"contacts";

/// Heads that another device of the account handed over.
pub(super) const HEADS: &[u8] = b"heads";

/// Kind of the records of the accounts known, one for each.
const ACCOUNT: u8 = b'a';

/// Kinds of the records of a conversation.
pub(super) const CREATING: u8 = b'n';
pub(super) const LOG: u8 = b'l';
pub(super) const EPOCHS: u8 = b'e';
pub(super) const PENDING: u8 = b'p';
pub(super) const HELD: u8 = b'h';
pub(super) const WINDOW: u8 = b'w';
pub(super) const OUTBOX: u8 = b'o';
pub(super) const USAGE: u8 = b'u';
pub(super) const REACH: u8 = b'r';
pub(super) const EVIDENCE: u8 = b'f';
pub(super) const LINKS: u8 = b'b';

pub(super) fn account(account: &AccountId) -> Vec<u8> {
    [&[ACCOUNT][..], account.as_bytes()].concat()
}

/// Whether a record holds what is known of one account.
pub(super) fn is_account(name: &[u8]) -> bool {
    matches!(name, [ACCOUNT, account @ ..] if account.len() == 32)
}

pub(super) fn of(kind: u8, conversation: &ConversationId, rest: &[u8]) -> Vec<u8> {
    [&[kind][..], conversation.as_bytes(), rest].concat()
}

pub(super) fn creating(conversation: &ConversationId) -> Vec<u8> {
    of(CREATING, conversation, &[])
}

pub(super) fn pending(conversation: &ConversationId) -> Vec<u8> {
    of(PENDING, conversation, &[])
}

pub(super) fn held(conversation: &ConversationId, number: u64) -> Vec<u8> {
    of(HELD, conversation, &number.to_be_bytes())
}

pub(super) fn outbox(conversation: &ConversationId, id: &MessageId) -> Vec<u8> {
    of(OUTBOX, conversation, id.as_bytes())
}

/// A message that was weighed against the cut of `device` at `position`.
pub(super) fn reach(
    conversation: &ConversationId,
    (device, position): &(DeviceId, u64),
    message: &MessageId,
) -> Vec<u8> {
    let rest = [&device.0[..], &position.to_be_bytes(), message.as_bytes()].concat();
    of(REACH, conversation, &rest)
}

/// Takes the rest of such a name apart.
pub(super) fn parse_reach(rest: &[u8]) -> Option<((DeviceId, u64), MessageId)> {
    let (device, rest) = rest.split_first_chunk::<32>()?;
    let (position, message) = rest.split_first_chunk::<8>()?;
    let message = MessageId(message.try_into().ok()?);
    Some(((DeviceId(*device), u64::from_be_bytes(*position)), message))
}

/// Takes a conversation's record name apart.
pub(super) fn parse(name: &[u8]) -> Option<(u8, ConversationId, &[u8])> {
    let (kind, rest) = name.split_first()?;
    let (id, rest) = rest.split_first_chunk::<32>()?;
    Some((*kind, ConversationId(*id), rest))
}
