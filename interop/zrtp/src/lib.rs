//! libbzrtp behind a safe face, and (in `tests/`) what holds ours against it.
//!
//! ```text
//!   ours ── ZRTP ──> libbzrtp         libbzrtp ── ZRTP ──> ours
//!                     └ Debian's libbzrtp0 (5.1), loaded at run time
//! ```
//!
//! libbzrtp is GPL: the tests load it, nothing that is shipped does. It is C: calling it
//! needs `unsafe`, which the crates under `crates/` forbid; so it has a package of its own.
//!
//! | what libbzrtp 5.1 lacks | how ours is tested instead |
//! |---|---|
//! | EC25, EC38, E255 | recordings of GNU ZRTP, and a second computation: `crates/zrtp/tests` |
//! | Preshared, AES2, GCM, B32E, B10D, post-quantum | a second computation: `crates/zrtp/tests` |
//! | Error, SASrelay, GoClear, signatures | with itself, and a second computation |

mod ffi;
mod library;
mod mailbox;
mod peer;
mod store;

pub use library::Library;
pub use mailbox::{LABEL, Outcome};
pub use peer::{Peer, Setup};
pub use store::Store;
