//! No byte of a handshake can be another one: hvi, hash chain, MACs and total_hash cover all.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod recording;

use std::path::Path;

use privity_zrtp::trace::{Derived, Messages, Shared, Trace};
use privity_zrtp::{Error, PeerMisbehaved, Role};
use recording::{Recording, unhex};

fn read(name: &str) -> Recording {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/independent");
    Recording::read(&folder.join(name))
}

const KEYED: [(Role, &[u8; 8]); 7] = [
    (Role::Initiator, b"Hello   "),
    (Role::Responder, b"Hello   "),
    (Role::Initiator, b"Commit  "),
    (Role::Responder, b"Confirm1"),
    (Role::Initiator, b"Confirm2"),
    (Role::Responder, b"DHPart1 "),
    (Role::Initiator, b"DHPart2 "),
];

fn messages(recording: &Recording, kinds: &[(Role, &[u8; 8])]) -> Vec<Vec<u8>> {
    kinds.iter().map(|(from, kind)| recording.message(*from, kind).to_vec()).collect()
}

fn trace(all: &[Vec<u8>]) -> Result<Trace, Error> {
    Trace::read(&Messages {
        hello_i: &all[0],
        hello_r: &all[1],
        commit: &all[2],
        confirms: (&all[3], &all[4]),
        dh_parts: all.get(5).map(|part1| (&part1[..], &all[6][..])),
    })
}

fn secret(recording: &Recording, name: &str) -> Vec<u8> {
    let secrets = recording.json["endpoints"]["A"]["secrets"].as_array().unwrap();
    let secret = secrets.iter().find(|secret| secret["name"] == name).unwrap();
    unhex(secret["hex"].as_str().unwrap())
}

fn assert_each_byte_counts(all: &[Vec<u8>], derive: impl Fn(&Trace) -> Result<Derived, Error>) {
    assert!(trace(all).and_then(|trace| derive(&trace)).is_ok());
    for message in 0..all.len() {
        for byte in 0..all[message].len() {
            let mut changed = all.to_vec();
            changed[message][byte] ^= 1;
            let outcome = trace(&changed).and_then(|trace| derive(&trace));
            assert!(outcome.is_err(), "message {message}, byte {byte}");
        }
    }
}

#[test]
fn each_byte_of_a_keyed_handshake_counts() {
    let recording = read("ec25_s256_aes2_b256.json");
    let (result, s1) = (secret(&recording, "dhresult"), secret(&recording, "s1"));
    let shared = Shared { s1: &s1, ..Shared::default() };
    assert_each_byte_counts(&messages(&recording, &KEYED), |trace| trace.keyed(&result, shared));
}

#[test]
fn each_byte_of_a_preshared_handshake_counts() {
    let recording = read("preshared_s256_aes1.json");
    let s1 = secret(&recording, "s1");
    let shared = Shared { s1: &s1, ..Shared::default() };
    assert_each_byte_counts(&messages(&recording, &KEYED[..5]), |trace| trace.preshared(shared));
}

#[test]
fn each_byte_of_a_further_stream_counts() {
    let recording = read("multistream_s256_aes2.json");
    let key = secret(&recording, "zrtp_session_key");
    assert_each_byte_counts(&messages(&recording, &KEYED[..5]), |trace| trace.multistream(&key));
}

#[test]
fn another_secret_opens_no_confirm() {
    let recording = read("ec25_s256_aes2_b256.json");
    let (result, s1) = (secret(&recording, "dhresult"), secret(&recording, "s1"));
    let trace = trace(&messages(&recording, &KEYED)).unwrap();
    let refused = Some(PeerMisbehaved::ConfirmMac.into());
    assert_eq!(trace.keyed(&result, Shared::default()).err(), refused);
    let shared = Shared { s1: &s1, s2: &[1], ..Shared::default() };
    assert_eq!(trace.keyed(&result, shared).err(), refused);
    assert_eq!(trace.multistream(&result).err(), refused);
    let shared = Shared { s1: &s1, ..Shared::default() };
    assert_eq!(trace.preshared(shared).err(), Some(PeerMisbehaved::NoSharedSecret.into()));
}
