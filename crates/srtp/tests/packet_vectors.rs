//! Whole packets of RFC 6904, RFC 9335 and libsrtp's test suite, both ways.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{cases, hex, master_key, protect_rtcp, protect_rtp, unprotect_rtcp, unprotect_rtp};
use privity_srtp::{Cryptex, HeaderProtection, Options, Receiver, Sender};
use serde_json::Value;

fn check_rtp(case: &Value, options: &Options) {
    let name = case["name"].as_str().unwrap();
    let (plain, protected) = (hex(&case["plain"]), hex(&case["protected"]));
    let mut sender = Sender::new(master_key(case), options.clone()).unwrap();
    let mut receiver = Receiver::new(master_key(case), options.clone()).unwrap();
    assert_eq!(protect_rtp(&mut sender, &plain), protected, "{name}");
    assert_eq!(unprotect_rtp(&mut receiver, &protected).unwrap(), plain, "{name}");
}

#[test]
fn rfc_6904_encrypted_elements() {
    let headers = HeaderProtection::elements(&[1, 3, 4]).unwrap();
    for case in cases(include_str!("data/rfc6904/packets.json")) {
        check_rtp(&case, &Options::new().header_protection(headers.clone()));
    }
}

#[test]
fn rfc_9335_cryptex() {
    for case in cases(include_str!("data/rfc9335/packets.json")) {
        check_rtp(
            &case,
            &Options::new().header_protection(HeaderProtection::cryptex(Cryptex::Optional)),
        );
    }
}

#[test]
fn libsrtp_reference_packets() {
    for case in cases(include_str!("data/libsrtp/packets.json")) {
        if case["protocol"] == "rtp" {
            check_rtp(&case, &Options::new());
            continue;
        }
        let (plain, protected) = (hex(&case["plain"]), hex(&case["protected"]));
        let mut sender = Sender::new(master_key(&case), Options::new()).unwrap();
        let mut receiver = Receiver::new(master_key(&case), Options::new()).unwrap();
        let ssrc = u32::from_be_bytes(*plain[4..].first_chunk().unwrap());
        let index = u32::try_from(case["index"].as_u64().unwrap()).unwrap();
        sender.set_rtcp_index(ssrc, index).unwrap();
        assert_eq!(protect_rtcp(&mut sender, &plain), protected, "{}", case["name"]);
        assert_eq!(unprotect_rtcp(&mut receiver, &protected).unwrap(), plain, "{}", case["name"]);
    }
}
