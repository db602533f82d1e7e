//! libsrtp behind a safe face, and (in `tests/`) what holds ours against it.
//!
//! ```text
//!   ours ── SRTP ──> libsrtp          libsrtp ── SRTP ──> ours
//!                     └ Debian's libsrtp2-1, loaded at run time
//! ```
//!
//! `tests/rtc_srtp.rs` does the same with rtc-srtp, another implementation in Rust.
//!
//! | what libsrtp 2 lacks | how ours is tested instead |
//! |---|---|
//! | key derivation rate (RFC 3711 §4.3.1) | with itself: `crates/srtp/tests/key_derivation_rate.rs` |
//! | Cryptex (RFC 9335), before version 3 | vectors: `crates/srtp/tests/packet_vectors.rs` |
//! | AES-192, before 2.8: keys derived otherwise than RFC 6188 says (its issue 763) | vectors: RFC 6188, and packets of libsrtp 3 |
//! | an MKI on SRTCP of the 32-bit profiles (2.5; not 2.8): looked for where RTP's shorter tag would have it | with itself: `crates/srtp/tests/mki.rs` |
//! | the keystream under padding between extension elements (RFC 6904 §3.2) | vectors: RFC 6904, padding last |
//! | an MKI length of its own for RTCP | not offered by ours either |
//!
//! It counts SRTCP packets from 1 where RFC 3711 §3.4 says 0; both take either.

mod ffi;
mod library;
mod peer;

pub use library::Library;
pub use peer::{Key, Peer, Setup, Status};
