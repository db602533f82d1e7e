//! ZRTP (RFC 6189): two ends of a media stream agree on SRTP keys, without a server that
//! could read along.
//!
//! ```text
//!   datagrams, time, randomness                    datagrams, deadline, events
//!        │  handle_packet, handle_timeout               ▲  poll_transmit, poll_timeout,
//!        ▼                                              │  poll_event
//!   Session ── message (bytes <-> values) ── state (one phase per file) ── schedule
//!        │                                                                    │
//!   Cache (secrets of earlier calls)  CallKeys (the streams of one call)   SrtpKeys
//! ```
//!
//! Sans-IO: a session never looks at a clock, a socket or a global. It hands [`SrtpKeys`] out
//! by value and knows no SRTP. A handshake is as good as what its [`Assurance`] says: without
//! a person who compares the SAS, a signature, or a secret from before, somebody may stand in
//! the middle.
//!
//! ```
//! use std::sync::Arc;
//! use privity_primitives::random::System;
//! use privity_zrtp::{CallKeys, Config, Env, Event, MemoryCache, Session, Zid};
//!
//! let mut rng = System::new()?;
//! let (mut cache_a, mut call_a) = (MemoryCache::new(), CallKeys::new());
//! let (mut cache_b, mut call_b) = (MemoryCache::new(), CallKeys::new());
//! let now = 1_700_000_000_000;
//! let mut env = Env { now, rng: &mut rng, cache: &mut cache_a, call: &mut call_a };
//! let mut a = Session::first(Arc::new(Config::new(Zid([1; 12]))), 0x1111, &mut env);
//! let mut env = Env { now, rng: &mut rng, cache: &mut cache_b, call: &mut call_b };
//! let mut b = Session::first(Arc::new(Config::new(Zid([2; 12]))), 0x2222, &mut env);
//!
//! let mut strings = Vec::new();
//! while strings.len() < 2 {
//!     while let Some(datagram) = a.poll_transmit() {
//!         let mut env = Env { now, rng: &mut rng, cache: &mut cache_b, call: &mut call_b };
//!         let _ = b.handle_packet(&datagram, &mut env); // a dropped packet is no reason to stop
//!     }
//!     while let Some(datagram) = b.poll_transmit() {
//!         let mut env = Env { now, rng: &mut rng, cache: &mut cache_a, call: &mut call_a };
//!         let _ = a.handle_packet(&datagram, &mut env);
//!     }
//!     for session in [&mut a, &mut b] {
//!         while let Some(event) = session.poll_event() {
//!             if let Event::Encrypted(encrypted) = event {
//!                 strings.push(encrypted.sas); // the two users read it to each other
//!             }
//!         }
//!     }
//! }
//! assert_eq!(strings[0], strings[1]);
//! # Ok::<(), privity_primitives::Error>(())
//! ```
//!
//! | RFC 6189 | where |
//! |---|---|
//! | 4.1 discovery, 4.2 Commit contention | `state/negotiation`, `state/contention` |
//! | 4.1.2, 5.1.2 to 5.1.6 algorithms and their choice | [`Suite`], [`Offer`] |
//! | 4.3 retained and auxiliary secrets, 4.9 cache | [`Retained`], [`Cache`], [`SealedCache`] |
//! | 4.4.1 Diffie-Hellman | `agreement`, `state/committed`, `state/exchanges`, `state/await_dh_part2` |
//! | 4.4.2 Preshared, 4.4.3 Multistream | `state/stream_committed`, [`CallKeys`] |
//! | 4.5 key derivation | `schedule`: [`SrtpKeys`], [`SessionKey`], [`ExportedKey`] |
//! | 4.5.2, 5.1.6 SAS | [`sas`] |
//! | 4.6 Confirm | `state/await_confirm1`, `state/await_confirm2`, `state/await_conf2_ack` |
//! | 4.7.1, 5.9 Error | `state/closed`, [`Failure`] |
//! | 4.7.2 GoClear, 7.3 SASrelay and enrolment | `state/established`, [`EndpointKind`] |
//! | 5 packets and messages | [`Packet`], [`message`] |
//! | 6 timers | `timer` |
//! | 7.2 signatures | [`SasSigner`], [`SasVerifier`], [`IdentitySigner`] |
//! | 8.1 `a=zrtp-hash` | [`ZrtpHash`] |
//! | 9 hash chain | `chain` |
//! | docs/ZRTP-PQ.md | `hybrid`, `fragment` |
//!
//! [`trace`] recomputes a recorded handshake; docs/ZRTP.md says what each part is held
//! against.

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
mod peer;
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
mod turn;
mod words;
mod zid;
mod zrtp_hash;

pub use call_keys::CallKeys;
pub use config::{ClearRule, CommitRule, Config, EndpointKind, EnrolmentRule, PresharedRule};
pub use env::Env;
pub use error::{Error, Misuse, PeerMisbehaved, Unsupported};
pub use event::{
    Assurance, AuxFinding, CacheFinding, ClearedBy, Encrypted, Event, Failure, SignatureFinding,
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
