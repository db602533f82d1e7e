//! Bytes to values and back: a reader that never reads past its end, and a writer.
//!
//! ```text
//!   bytes from outside ──> Reader ──> values (each field named, each length bounded)
//!   values ──────────────> Writer ──> bytes (one encoding per value)
//! ```
//!
//! Every format of the project is written in this one encoding: fixed order, big-endian
//! integers, lists and byte strings with a length prefix, nothing after the last field.
//!
//! ```
//! use privity_wire::{Reader, Writer};
//!
//! let mut writer = Writer::new();
//! writer.u8(1);
//! writer.bytes16(b"hello").unwrap();
//! let encoded = writer.into_vec();
//!
//! let mut reader = Reader::new(&encoded);
//! assert_eq!(reader.u8("version")?, 1);
//! assert_eq!(reader.bytes16("greeting", 16)?, b"hello");
//! reader.finish()?;
//! # Ok::<(), privity_wire::DecodeError>(())
//! ```
//!
//! | rule | where |
//! |---|---|
//! | lengths are checked before anything is taken | [`Reader`] |
//! | trailing bytes are refused | [`Reader::finish`] |
//! | what does not fit its length prefix is refused | [`Writer`] |
//! | one encoding per value: lists sorted, without repeats | [`read_sorted`] |

mod codec;
mod error;
mod list;
mod reader;
mod writer;

pub use codec::Codec;
pub use error::{DecodeError, EncodeError};
pub use list::{read_list, read_option, read_sorted, write_list, write_option};
pub use reader::Reader;
pub use writer::Writer;
