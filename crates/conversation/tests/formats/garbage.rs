//! Each public parser: every truncation, a byte more, and every single-bit flip.

use privity_conversation::account::{
    Chain, DeviceConsent, DeviceDraft, DeviceRequest, JoiningDevice,
};
use privity_conversation::epoch::ConversationInfo;
use privity_conversation::format::{
    AppendRequest, Complaint, ContactCard, Entry, GenerationRecord, Inbox, KnownHeads, LiveFrame,
    LoginRequest, MessageOutside, Page, PublishRequest, QrPayload, RegisteredSeed, RelayError,
    Statement, WrappedEntry, WrapsRequest,
};
use privity_conversation::log::{Fold, ForkEvidence};
use privity_conversation::message::{FileBody, Report, WindowRecord};
use privity_wire::Codec;
use serde_json::Value;

use crate::samples::{Sample, small, stored, unhex};

/// Reads bytes, and writes back what was read; none if they were refused.
type Parser = fn(&[u8]) -> Option<Vec<u8>>;

/// What comes back is written again: a parser that ignored some bit would show here.
fn through<T: Codec>(bytes: &[u8]) -> Option<Vec<u8>> {
    T::from_bytes(bytes).ok().map(|value| value.to_bytes().unwrap())
}

const PARSERS: &[(&str, Parser)] = &[
    ("append_request", through::<AppendRequest>),
    ("card", through::<ContactCard>),
    ("chain", through::<Chain>),
    ("code", through::<QrPayload>),
    ("complaint", through::<Complaint>),
    ("conversation_info", through::<ConversationInfo>),
    ("device_consent", through::<DeviceConsent>),
    ("device_draft", through::<DeviceDraft>),
    ("device_request", through::<DeviceRequest>),
    ("entry", through::<Entry>),
    ("file_body", through::<FileBody>),
    ("fold", through::<Fold>),
    ("fork_evidence", through::<ForkEvidence>),
    ("generation_record", through::<GenerationRecord>),
    ("inbox", through::<Inbox>),
    ("joining_device", joining_device),
    ("joining_request", through::<DeviceRequest>),
    ("known_heads", through::<KnownHeads>),
    ("live_frame", through::<LiveFrame>),
    ("login_request", through::<LoginRequest>),
    ("message", through::<MessageOutside>),
    ("page", through::<Page>),
    ("publish_request", through::<PublishRequest>),
    ("registered_seed", through::<RegisteredSeed>),
    ("relay_error", through::<RelayError>),
    ("report", through::<Report>),
    ("statement", through::<Statement>),
    ("wrapped_entry", through::<WrappedEntry>),
    ("window", through::<WindowRecord>),
    ("wraps_request", through::<WrapsRequest>),
];

fn joining_device(bytes: &[u8]) -> Option<Vec<u8>> {
    JoiningDevice::from_bytes(bytes).ok().map(|keys| keys.to_bytes().expose().to_vec())
}

/// What the other frozen files hold.
fn large() -> Vec<Sample> {
    let account: Value =
        serde_json::from_str(include_str!("../data/privity/account.json")).unwrap();
    let conversation: Value =
        serde_json::from_str(include_str!("../data/privity/conversation.json")).unwrap();
    let log: Value = serde_json::from_str(include_str!("../data/privity/log.json")).unwrap();
    let seeded = &account["seeded"];
    let mut samples = vec![
        ("card", unhex(&seeded["card"]["bytes"])),
        ("code", unhex(&seeded["code"]["bytes"])),
        ("chain", unhex(&account["registered_x25519"]["chain"])),
        ("registered_seed", unhex(&account["registered_x25519"]["registered_seed"])),
        ("fold", unhex(&log["state"])),
        ("message", unhex(&conversation["messages"][1]["sealed"])),
    ];
    let each = |name, list: &Value, field: &dyn Fn(&Value) -> Vec<u8>| -> Vec<Sample> {
        list.as_array().unwrap().iter().map(|value| (name, field(value))).collect()
    };
    samples.extend(each("statement", &seeded["statements"], &|one| unhex(&one["bytes"])));
    samples.extend(each("generation_record", &seeded["generation_records"], &unhex));
    samples.extend(each("entry", &conversation["epochs"], &|one| unhex(&one["entry"])));
    samples.extend(each("wrapped_entry", &conversation["wraps"], &|one| unhex(&one["wrapped"])));
    samples
}

fn parser(name: &str) -> Parser {
    let format = name.split('/').next().unwrap();
    let row = PARSERS.iter().find(|(of, _)| *of == format);
    row.unwrap_or_else(|| panic!("no parser for {name}")).1
}

fn all() -> Vec<Sample> {
    [small(), stored(), large()].concat()
}

#[test]
fn every_parser_is_given_a_valid_sample() {
    let samples = all();
    for (format, _) in PARSERS {
        let given = |(name, _): &Sample| name.split('/').next() == Some(format);
        assert!(samples.iter().any(given), "{format}");
    }
    for (name, bytes) in samples {
        assert_eq!(parser(name)(&bytes), Some(bytes), "{name}");
    }
}

#[test]
fn what_is_cut_short_or_has_a_byte_more_is_refused() {
    for (name, bytes) in all() {
        let parse = parser(name);
        // what ends with bytes to the end of the message can't tell how many there were
        let open_end = name == "message";
        for length in 0..bytes.len() {
            let read = parse(&bytes[..length]);
            let same = read.as_deref() == Some(&bytes[..length]);
            assert!(read.is_none() || open_end && same, "{name} cut to {length}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(parse(&longer).is_none() || open_end, "{name} with a byte more");
    }
}

#[test]
fn a_flipped_bit_is_refused_or_read_as_what_it_says() {
    for (name, mut bytes) in all() {
        let parse = parser(name);
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Some(written) = parse(&bytes) {
                assert!(written == bytes, "{name}, bit {bit}: written back otherwise");
            }
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
}
