//! ZRTP (RFC 6189): two ends of a media stream agree on SRTP keys, without a server that
//! could read along.

mod crc;
mod error;
pub mod message;
mod packet;
mod role;
mod zid;

pub use error::{Error, Misuse, PeerMisbehaved, Unsupported};
pub use packet::Packet;
pub use role::Role;
pub use zid::Zid;
