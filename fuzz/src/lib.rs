//! What the fuzz targets share; each target is a few lines around one of these.
//!
//! | target | input | must hold |
//! |---|---|---|
//! | `srtp_receiver` | options, then a packet as it comes from the network | no panic, an error changes nothing |
//! | `srtp_sender` | options, then a packet as it comes from an app | no panic; what is protected opens |
//! | `srtp_operations` | a list of operations on both ends | see [`srtp_exchange::Exchange`] |
//! | `zrtp_packets` | a ZRTP message or datagram | no panic; what parses is written back byte for byte |
//! | `zrtp_sessions` | a list of operations on two sessions and the line | see [`zrtp::Dialogue`] |
//!
//! `corpus/` holds seeds made from the published vectors and recordings by the programs in
//! `src/bin/`.

pub mod srtp;
pub mod srtp_exchange;
pub mod srtp_packet;
pub mod srtp_setup;
pub mod zrtp;
mod zrtp_config;
mod zrtp_line;
