//! What no one peer and no published vector has for every profile, held against a second
//! computation in Python (tests/independent): session keys derived anew for RTP, RTCP and header
//! extensions, Cryptex, SRTCP with E = 0.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use std::path::Path;
use std::process::Command;

use common::{cases, hex, master_key, protect_rtcp, protect_rtp, unprotect_rtcp, unprotect_rtp};
use privity_srtp::{Cryptex, HeaderProtection, Options, Receiver, RtcpEncryption, Sender};
use serde_json::Value;

#[test]
fn the_file_is_what_the_script_makes() {
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("independent").join("generate.py");
    let run = Command::new("python3").arg("-B").arg(script).arg("--check").output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn every_packet_is_recomputed() {
    let cases = cases(include_str!("data/independent/packets.json"));
    for (place, case) in cases.iter().enumerate() {
        let options = options(case);
        let mut sender = Sender::new(master_key(case), options.clone()).unwrap();
        let mut receiver = Receiver::new(master_key(case), options).unwrap();
        let (plain, protected) = (hex(&case["plain"]), hex(&case["protected"]));
        let index = case["index"].as_u64().unwrap();
        let word = |at: usize| u32::from_be_bytes(*plain[at..].first_chunk().unwrap());
        if case["protocol"] == "rtp" {
            let roc = u32::try_from(index >> 16).unwrap();
            sender.set_rollover_counter(word(8), roc).unwrap();
            receiver.set_rollover_counter(word(8), roc).unwrap();
            assert_eq!(protect_rtp(&mut sender, &plain), protected, "case {place}: {case}");
            let opened = unprotect_rtp(&mut receiver, &protected).unwrap();
            assert_eq!(opened, with_extension(case, plain), "case {place}");
        } else {
            sender.set_rtcp_index(word(4), u32::try_from(index).unwrap()).unwrap();
            assert_eq!(protect_rtcp(&mut sender, &plain), protected, "case {place}: {case}");
            assert_eq!(unprotect_rtcp(&mut receiver, &protected), Ok(plain), "case {place}");
        }
    }
    assert_eq!(cases.len(), 392);
}

fn options(case: &Value) -> Options {
    let mut options = Options::new();
    if let Some(rate @ 1..) = case["rate"].as_u64() {
        options = options.key_derivation_rate(u32::try_from(rate).unwrap()).unwrap();
    }
    if case["encrypted"] == false {
        options = options.rtcp_encryption(RtcpEncryption::Off);
    }
    if let Some(ids) = case["ids"].as_array() {
        let ids: Vec<_> =
            ids.iter().map(|id| u8::try_from(id.as_u64().unwrap()).unwrap()).collect();
        options = options.header_protection(HeaderProtection::elements(&ids).unwrap());
    }
    if case["cryptex"] == true {
        options = options.header_protection(HeaderProtection::cryptex(Cryptex::Required));
    }
    options
}

/// Cryptex gives sources without an extension an empty one, which stays.
fn with_extension(case: &Value, mut plain: Vec<u8>) -> Vec<u8> {
    if case["cryptex"] == true && plain[0] & 0x10 == 0 {
        let sources = 12 + 4 * usize::from(plain[0] & 0x0f);
        plain[0] |= 0x10;
        plain.splice(sources..sources, [0xbe, 0xde, 0, 0]);
    }
    plain
}
