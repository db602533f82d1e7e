//! Conversations against Megolm (vodozemac), MLS (mls-rs, OpenMLS) and plain HPKE.
//!
//! Each side of each case runs in a process of its own, which this program starts with the
//! side's name; the figures are CPU time of that process, medians over rounds.

mod archive;
mod group;
mod hpke_peer;
mod measured;
mod megolm;
mod memory;
mod message;
mod mls;
mod openmls_peer;
mod people;
mod rows;
mod sides;

pub(crate) use measured::{Measured, each};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => std::process::exit(rows::run()),
        [side] => sides::answer(side, None),
        [side, path] => sides::answer(side, Some(path)),
        _ => std::process::exit(2),
    }
}
