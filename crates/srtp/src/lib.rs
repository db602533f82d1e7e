//! SRTP and SRTCP: media packets, encrypted and authenticated in place.
//!
//! ```text
//!   SRTP    V P X CC │ M PT │ sequence │ timestamp │ SSRC │ CSRCs │ extension │ payload │ tag │ MKI
//!           └──────────────── clear, authenticated ────────────────────────────┘ encrypted
//!           with Cryptex:                                  CSRCs and extension elements too
//!           with RFC 6904:                                 the chosen extension elements too
//!
//!   SRTCP   first 8 bytes (with the SSRC) │ reports │ tag │ E, index │ MKI
//!           └──── clear, authenticated ──┘ encrypted        clear, authenticated
//!
//!   With HMAC-SHA-1 the tag comes last: … │ E, index │ MKI │ tag, and covers the ciphertext
//!   and, for SRTP, the rollover counter, which never travels. With AES-GCM it ends the
//!   ciphertext.
//! ```
//!
//! A [`Sender`] protects one direction, a [`Receiver`] opens it; each handles any number of
//! SSRCs under a [`MasterKey`]. Both are plain state machines: no clock, no socket, no
//! randomness, no allocation per packet, no panic; both are `Send` and `Sync`. A call that
//! fails changes no state.
//!
//! ```
//! use privity_srtp::{MasterKey, Options, Profile, Receiver, Sender};
//!
//! let profile = Profile::AEAD_AES_128_GCM;
//! let key = || MasterKey::new(profile, &[1; 16], &[2; 12]);
//! let mut sender = Sender::new(key()?, Options::new())?;
//! let mut receiver = Receiver::new(key()?, Options::new())?;
//!
//! let rtp = [0x80, 111, 0, 1, 0, 0, 3, 0xc0, 0xca, 0xfe, 0xba, 0xbe, b'h', b'i'];
//! let mut buffer = [0; 1_500];
//! buffer[..rtp.len()].copy_from_slice(&rtp);
//! let length = sender.protect_rtp(&mut buffer, rtp.len())?;
//! assert_eq!(length, rtp.len() + profile.rtp_tag_length());
//!
//! let length = receiver.unprotect_rtp(&mut buffer[..length])?;
//! assert_eq!(buffer[..length], rtp);
//! # Ok::<(), privity_srtp::Error>(())
//! ```
//!
//! | source | what | module |
//! |---|---|---|
//! | RFC 3711 §3.1, §3.4; RFC 7714 §8.2, §9.2 | what follows the payload | `trailer` |
//! | RFC 3711 §3.2.3, §8.1 | master keys, MKI, re-keying | [`MasterKey`], `keyring`, `reserve`, `context` |
//! | RFC 3711 §3.3.1, appendix A | index and rollover counter | `index`, `streams` |
//! | RFC 3711 §3.3.2 | replay window | `replay` |
//! | RFC 3711 §3.4 | SRTCP: E flag, index | [`Sender`], [`Receiver`], [`RtcpEncryption`] |
//! | RFC 3711 §4.1.1, §4.2.1; RFC 6188 | AES-CM with HMAC-SHA-1 | `transform::counter_hmac` |
//! | RFC 3711 §4.3 | key derivation and its rate | `kdf` |
//! | RFC 3711 §9.2 | lifetime of a master key | [`Event`] |
//! | RFC 4568 §6.2, RFC 5764 §4.1.2, RFC 7714 §14 | profiles | [`Profile`] |
//! | RFC 5764 §4.2 | keys from a DTLS handshake | [`DtlsKeys`] |
//! | RFC 5761 §4 | RTP and RTCP on one port | [`Protocol::of`] |
//! | RFC 6904, RFC 8285 | encrypted header extensions | [`HeaderProtection`], `extension` |
//! | RFC 7714 | AES-GCM | `transform::gcm` |
//! | RFC 9335 | Cryptex | [`Cryptex`], `cryptex` |
//!
//! # What is left out, and why
//!
//! - The f8 mode (RFC 3711 §4.1.2), and `UNENCRYPTED_SRTP` and `UNAUTHENTICATED_SRTP` of
//!   SDP (RFC 4568 §6.3): what a call agrees on is to be one profile, and to be
//!   authenticated.
//! - ARIA (RFC 8269), double encryption (RFC 8723) and `SRTP_NULL_HMAC_SHA1_32`: nobody known
//!   to us asks for them.
//! - Protecting one index twice, as for a retransmission: [`Error::Reused`] says what to do.
//! - Rollover counters inside the tag (RFC 4771): neither SDP, DTLS-SRTP nor ZRTP can
//!   negotiate it, it is not defined for AES-GCM, two of its three modes leave most packets
//!   without a tag, and no implementation known to us has it. A late joiner gets the
//!   counter from signalling, with the sequence number it belongs to
//!   ([`Sender::last_index`], [`Receiver::set_index`]) or alone
//!   ([`Sender::rollover_counter`], [`Receiver::set_rollover_counter`]).
//! - Removing an SSRC: its replay window would be forgotten, and on the sender's side its
//!   keystream could be used again. There is room for 65,535, which take 7 MB at the
//!   default window; [`Sender::raise_stream_limit`] and [`Receiver::raise_stream_limit`] make it.
//! - A master key for one SSRC alone, and other lengths of RTCP tags: what a direction agrees
//!   on is one key and one profile. Streams that must not share a key are two sessions.

mod batch;
mod context;
mod cryptex;
mod dtls;
mod error;
mod event;
mod extension;
mod header;
mod header_protection;
mod index;
mod kdf;
mod keyring;
mod keys;
mod options;
mod profile;
mod receiver;
mod replay;
mod reserve;
mod sender;
mod streams;
mod trailer;
mod transform;
#[cfg(test)]
mod vectors;

pub use batch::Datagram;
pub use dtls::DtlsKeys;
pub use error::{Error, Limit};
pub use event::{Event, Protocol};
pub use header_protection::{Cryptex, HeaderProtection};
pub use keys::MasterKey;
pub use options::{Options, RtcpEncryption};
pub use profile::Profile;
pub use receiver::Receiver;
pub use sender::Sender;

/// Bytes that a protected packet has at most: what a sender gives and a receiver takes.
pub const MAX_PACKET_LENGTH: usize = 65_535;
