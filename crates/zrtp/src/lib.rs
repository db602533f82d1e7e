//! ZRTP (RFC 6189): two ends of a media stream agree on SRTP keys, without a server that
//! could read along.

mod agreed;
mod agreement;
mod budget;
mod call_keys;
mod chain;
mod config;
mod core;
mod crc;
mod env;
mod error;
mod event;
mod fragment;
mod hellos;
mod hybrid;
mod identity;
pub mod message;
mod offer;
mod packet;
mod peers;
mod retained;
mod role;
pub mod sas;
mod schedule;
mod sealed_cache;
mod session;
mod signature;
mod state;
mod suite;
mod timer;
pub mod trace;
mod words;
mod zid;
mod zrtp_hash;

pub use call_keys::CallKeys;
pub use config::{ClearRule, CommitRule, Config, EndpointKind, EnrolmentRule, PresharedRule};
pub use env::Env;
pub use error::{Error, Misuse, PeerMisbehaved, Unsupported};
pub use event::{
    Assurance, AuxFinding, CacheFinding, ClearedBy, Event, Failure, Secured, SignatureFinding,
};
pub use identity::{AccountId, IdentitySigner, IdentityVerifier, Parties};
pub use offer::Offer;
pub use packet::Packet;
pub use retained::{Cache, MemoryCache, Retained};
pub use role::Role;
pub use schedule::{DirectionKeys, ExportedKey, SessionKey, SrtpKeys};
pub use sealed_cache::SealedCache;
pub use session::Session;
pub use signature::{SasContext, SasSigner, SasVerifier};
pub use suite::{AuthTag, Cipher, Hash, KeyAgreement, Named, Sas, Suite};
pub use zid::Zid;
pub use zrtp_hash::ZrtpHash;
