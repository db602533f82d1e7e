//! Every packet that two other implementations sent is read and written back byte for byte.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::path::Path;

use privity_zrtp::Packet;
use privity_zrtp::message::Message;
use serde_json::Value;

#[test]
fn recorded_packets_come_back_byte_for_byte() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recordings");
    let mut packets = 0;
    for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let recording: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        for (index, packet) in recording["packets"].as_array().unwrap().iter().enumerate() {
            let name = format!("{} packet {index}", file.display());
            let bytes = unhex(packet["hex"].as_str().unwrap());
            let outer = Packet::read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
            let inner =
                Message::read(outer.message).unwrap_or_else(|error| panic!("{name}: {error}"));
            let message = inner.write();
            assert_eq!(Packet { message: &message, ..outer }.write(), bytes, "{name}");
            packets += 1;
        }
    }
    assert!(packets > 100, "{packets}");
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}
