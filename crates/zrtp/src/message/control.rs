//! The messages that are a header and nothing else (RFC 6189, 5.3, 5.8, 5.10, 5.12, 5.14).

use privity_wire::DecodeError;

use super::{Message, frame};

pub(super) const HELLO_ACK: &[u8; 8] = b"HelloACK";
pub(super) const CONF2_ACK: &[u8; 8] = b"Conf2ACK";
pub(super) const ERROR_ACK: &[u8; 8] = b"ErrorACK";
pub(super) const CLEAR_ACK: &[u8; 8] = b"ClearACK";
pub(super) const RELAY_ACK: &[u8; 8] = b"RelayACK";

/// The message of this type, if it is one of those; nothing may follow the header.
pub(super) fn read(kind: &[u8; 8], bytes: &[u8]) -> Result<Option<Message>, DecodeError> {
    let message = match kind {
        HELLO_ACK => Message::HelloAck,
        CONF2_ACK => Message::Conf2Ack,
        ERROR_ACK => Message::ErrorAck,
        CLEAR_ACK => Message::ClearAck,
        RELAY_ACK => Message::RelayAck,
        _ => return Ok(None),
    };
    frame::open(kind, bytes)?.finish()?;
    Ok(Some(message))
}
