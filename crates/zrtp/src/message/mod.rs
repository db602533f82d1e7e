//! The messages of RFC 6189, section 5: one file each, bytes to values and back.

mod commit;
mod confirm;
mod control;
mod dh_part;
mod error_code;
mod frame;
mod go_clear;
mod hello;
mod names;
mod ping;
mod sas_relay;
mod signature_block;

pub use commit::{Commit, CommitBody};
pub use confirm::{Confirm, ConfirmFlags, ConfirmPlain};
pub use dh_part::DhPart;
pub use error_code::ErrorCode;
pub use go_clear::GoClear;
pub use hello::{Hello, HelloFlags};
pub use names::{AlgorithmLists, NameList};
pub use ping::{Ping, PingAck};
pub use sas_relay::{SasRelay, SasRelayPlain};
pub use signature_block::SignatureBlock;

pub(crate) use frame::MAX_MESSAGE_BYTES;

use privity_wire::DecodeError;

use crate::Error;

/// Any message of the protocol. The messages that carry nothing are variants without content.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Message {
    /// Who is there and what it can do (5.2).
    Hello(Hello),
    /// Answer to Hello (5.3).
    HelloAck,
    /// Start of a key agreement (5.4).
    Commit(Commit),
    /// The responder's public value (5.5).
    DhPart1(DhPart),
    /// The initiator's public value (5.6).
    DhPart2(DhPart),
    /// The responder's proof of the keys (5.7).
    Confirm1(Confirm),
    /// The initiator's proof of the keys (5.7).
    Confirm2(Confirm),
    /// Answer to Confirm2 (5.8).
    Conf2Ack,
    /// Something cannot go on (5.9).
    Error(ErrorCode),
    /// Answer to Error (5.10).
    ErrorAck,
    /// Request to leave encryption (5.11).
    GoClear(GoClear),
    /// Answer to GoClear (5.12).
    ClearAck,
    /// The SAS of the call's other leg, from a trusted middle (5.13).
    SasRelay(SasRelay),
    /// Answer to SASrelay (5.14).
    RelayAck,
    /// Is a ZRTP endpoint there (5.15).
    Ping(Ping),
    /// Answer to Ping (5.16).
    PingAck(PingAck),
}

impl Message {
    /// Reads a whole message: the inside of one packet, without packet header and CRC.
    ///
    /// # Errors
    /// [`Error::Malformed`] if a length, a count or a fixed value is wrong.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let kind = frame::kind_of(bytes)?;
        Ok(match &kind {
            hello::KIND => Self::Hello(Hello::read(bytes)?),
            commit::KIND => Self::Commit(Commit::read(bytes)?),
            dh_part::KIND_1 => Self::DhPart1(DhPart::read(bytes)?),
            dh_part::KIND_2 => Self::DhPart2(DhPart::read(bytes)?),
            confirm::KIND_1 => Self::Confirm1(Confirm::read(bytes)?),
            confirm::KIND_2 => Self::Confirm2(Confirm::read(bytes)?),
            error_code::KIND => Self::Error(ErrorCode::read(bytes)?),
            go_clear::KIND => Self::GoClear(GoClear::read(bytes)?),
            sas_relay::KIND => Self::SasRelay(SasRelay::read(bytes)?),
            ping::KIND => Self::Ping(Ping::read(bytes)?),
            ping::KIND_ACK => Self::PingAck(PingAck::read(bytes)?),
            _ => control::read(&kind, bytes)?.ok_or(DecodeError::Invalid("message type"))?,
        })
    }

    /// The bytes of the message.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        match self {
            Self::Hello(hello) => hello.write(),
            Self::Commit(commit) => commit.write(),
            Self::DhPart1(part) => part.write_part1(),
            Self::DhPart2(part) => part.write_part2(),
            Self::Confirm1(confirm) => confirm.write_confirm1(),
            Self::Confirm2(confirm) => confirm.write_confirm2(),
            Self::Error(code) => code.write(),
            Self::GoClear(clear) => clear.write(),
            Self::SasRelay(relay) => relay.write(),
            Self::Ping(ping) => ping.write(),
            Self::PingAck(ack) => ack.write(),
            Self::HelloAck => frame::write(control::HELLO_ACK, &[]),
            Self::Conf2Ack => frame::write(control::CONF2_ACK, &[]),
            Self::ErrorAck => frame::write(control::ERROR_ACK, &[]),
            Self::ClearAck => frame::write(control::CLEAR_ACK, &[]),
            Self::RelayAck => frame::write(control::RELAY_ACK, &[]),
        }
    }
}
