//! What no packaged implementation offers as a peer, held against a second computation in
//! Python (tests/independent): Preshared, Multistream with AES2 and GCM, EC25, EC38, X448, the
//! post-quantum hybrid, GoClear, enrolment, SASrelay, Error and Ping. Not interop-tested.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod recording;

use std::path::{Path, PathBuf};
use std::process::Command;

use privity_zrtp::message::{ErrorCode, GoClear, Message, PingAck, SasRelay, SasRelayPlain};
use privity_zrtp::{Named, Role, Sas, sas};
use recording::Recording;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn read(name: &str) -> Recording {
    Recording::read(&folder("data/independent").join(name))
}

#[test]
fn the_files_are_what_the_script_makes() {
    let script = folder("independent").join("generate.py");
    let run = Command::new("python3").arg("-B").arg(script).arg("--check").output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn preshared_handshakes_are_recomputed() {
    read("preshared_s256_aes1.json").check();
    read("preshared_s384_aes3_all.json").check();
}

#[test]
fn multistream_handshakes_are_recomputed_with_aes_192_and_with_gcm() {
    read("multistream_s256_aes2.json").check();
    read("multistream_s384_aes3_gcm.json").check();
}

#[test]
fn handshakes_on_the_curves_are_recomputed() {
    read("ec25_s256_aes2_b256.json").check();
    read("ec25_s256_aes1_gcm.json").check();
    read("ec38_s384_aes3_gcm_b32e.json").check();
    read("x448_s384_aes3_b10d.json").check();
}

/// DHResult itself: see the tests of the hybrid.
#[test]
fn hybrid_handshakes_are_recomputed() {
    read("xm76_s384_aes3_gcm.json").check();
    read("xm76_s256_aes1.json").check();
}

#[test]
fn go_clear_has_its_mac_and_renews_the_session_key() {
    let recording = read("go_clear.json");
    let [derived, _] = recording.check();
    assert!(derived.confirm(Role::Initiator).flags.allow_clear);
    assert!(derived.confirm(Role::Responder).flags.allow_clear);
    let clear = GoClear::read(recording.message(Role::Responder, b"GoClear ")).unwrap();
    assert_eq!(clear.mac, derived.clear_mac(Role::Responder));
    assert_ne!(clear.mac, derived.clear_mac(Role::Initiator));
}

#[test]
fn an_enrolment_gives_both_the_same_secret() {
    let recording = read("enrolment.json");
    let [derived, _] = recording.check();
    assert!(derived.confirm(Role::Responder).flags.enrolment);
    assert!(!derived.confirm(Role::Initiator).flags.enrolment);
}

#[test]
fn a_relayed_sas_opens_and_is_shown_as_the_other_leg_shows_it() {
    let recording = read("sas_relay.json");
    let [derived, _] = recording.check();
    let relay = SasRelay::read(recording.message(Role::Responder, b"SASrelay")).unwrap();
    let open =
        |sender, relay: &SasRelay| derived.open(sender, &relay.iv, &relay.mac, &relay.ciphertext);
    let plain = SasRelayPlain::read(open(Role::Responder, &relay).unwrap().expose()).unwrap();
    let shown = sas::render(Sas::from_name(plain.sas).unwrap(), &plain.sashash);
    assert_eq!(recording.json["relayed"]["sas"], shown);
    assert!(plain.verified);
    assert!(open(Role::Initiator, &relay).is_err());
}

#[test]
fn every_error_has_its_number_and_ping_is_answered_with_what_it_saw() {
    let recording = read("error_and_ping.json");
    recording.check();
    let messages = recording.messages().map(|message| Message::read(message).unwrap());
    let codes: Vec<_> = messages
        .filter_map(|message| match message {
            Message::Error(code) => Some(code),
            _ => None,
        })
        .collect();
    let numbers: Vec<_> = codes.iter().map(|code| u64::from(code.number())).collect();
    let expected: Vec<_> = recording.json["error_codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_u64().unwrap())
        .collect();
    assert_eq!(numbers, expected);
    let unknown = codes.iter().filter(|code| matches!(code, ErrorCode::Other(_))).count();
    assert_eq!(unknown, 1);
    let ack = PingAck::read(recording.message(Role::Responder, b"PingACK ")).unwrap();
    assert_eq!(ack.received_ssrc, 0x0a0a_0a0a);
    assert_eq!(&ack.received_hash, b"initiato");
    assert_eq!(&ack.endpoint_hash, b"responde");
}
