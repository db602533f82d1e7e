//! What the fuzz targets share; each target is a few lines around one of these.
//!
//! | target | input | must hold |
//! |---|---|---|
//! | `srtp_receiver` | options, then a packet as it comes from the network | no panic, an error changes nothing |
//! | `srtp_sender` | options, then a packet as it comes from an app | no panic; what is protected opens |
//! | `srtp_operations` | a list of operations on both ends | see [`srtp::Exchange`] |
//!
//! `corpus/` holds seeds made from the published vectors by `cargo run --bin srtp_seeds`.

pub mod srtp;
