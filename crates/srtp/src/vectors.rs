//! Published vectors that give session keys, which no caller can: the rest is in `tests/`.

use serde_json::Value;

use crate::header::RtpHeader;
use crate::index::PacketId;
use crate::kdf::{Labels, Prf, SessionKeys};
use crate::transform::Clear;
use crate::transform::counter_hmac::CounterMode;
use crate::{MasterKey, Profile};

#[test]
fn rfc_3711_b2_and_rfc_6188_keystreams() {
    for (text, name) in [
        (include_str!("../tests/data/rfc3711/keystream.json"), "AES_CM_128_HMAC_SHA1_80"),
        (include_str!("../tests/data/rfc6188/keystream_192.json"), "AES_192_CM_HMAC_SHA1_80"),
        (include_str!("../tests/data/rfc6188/keystream_256.json"), "AES_256_CM_HMAC_SHA1_80"),
    ] {
        let vector = json(text);
        let profile = Profile::from_name(name).unwrap();
        let keys = SessionKeys::given(profile, &hex(&vector["key"]), &hex(&vector["salt"]));
        let mode = CounterMode::new(&keys).unwrap();
        let block = mode.block(PacketId { ssrc: 0, index: 0 });
        for (number, expected) in vector["blocks"].as_object().unwrap() {
            let mut stream = [0; 16];
            mode.apply(block + number.parse::<u128>().unwrap(), &mut stream);
            assert_eq!(stream.to_vec(), hex(expected), "{name}, block {number}");
        }
    }
}

#[test]
fn rfc_3711_b3_and_rfc_6188_key_derivation() {
    for text in [
        include_str!("../tests/data/rfc3711/key_derivation.json"),
        include_str!("../tests/data/rfc6188/key_derivation_192.json"),
        include_str!("../tests/data/rfc6188/key_derivation_256.json"),
    ] {
        let vector = json(text);
        let keys = prf(&vector).session_keys(Labels::RTP, 0);
        assert_eq!(keys.cipher(), hex(&vector["cipher_key"]));
        assert_eq!(keys.salt().to_vec(), hex(&vector["cipher_salt"]));
        let authentication = hex(&vector["authentication_key"]);
        assert_eq!(keys.authentication(), &authentication[..20]);
    }
}

#[test]
fn rfc_6904_header_keys() {
    let file = json(include_str!("../tests/data/rfc6904/packets.json"));
    let vector = &file["cases"][0];
    let keys = prf(vector).header_keys(0);
    assert_eq!(keys.cipher(), hex(&vector["header_key"]));
    assert_eq!(keys.salt().to_vec(), hex(&vector["header_salt"]));
}

#[test]
fn rfc_7714_packets() {
    let file = json(include_str!("../tests/data/rfc7714/packets.json"));
    for case in file["cases"].as_array().unwrap() {
        let section = case["section"].as_str().unwrap();
        let profile = Profile::from_name(case["profile"].as_str().unwrap()).unwrap();
        let keys = SessionKeys::given(profile, &hex(&case["key"]), &hex(&case["salt"]));
        let transform = profile.transform(&keys).unwrap();
        let index = case["index"].as_u64().unwrap();
        let (plain, protected) = (hex(&case["plain"]), hex(&case["protected"]));
        let (mut packet, mut tag) = (plain.clone(), [0; 16]);
        if case["protocol"] == "rtp" {
            let header = RtpHeader::parse(&plain).unwrap();
            let id = PacketId { ssrc: header.ssrc, index };
            let clear = Clear { front: header.length(), csrc: 0 };
            transform.seal_rtp(id, &mut packet, clear, &mut tag).unwrap();
            assert_eq!([packet.as_slice(), &tag].concat(), protected, "§{section}");
            transform.open_rtp(id, &mut packet, clear, &tag).unwrap();
        } else {
            let id = PacketId { ssrc: crate::header::rtcp_ssrc(&plain).unwrap(), index };
            let word = *protected.last_chunk::<4>().unwrap();
            if case["encrypted"] == true {
                transform.seal_rtcp(id, &mut packet, word, &mut tag).unwrap();
                assert_eq!([packet.as_slice(), &tag, &word].concat(), protected, "§{section}");
                transform.open_rtcp(id, &mut packet, word, &tag).unwrap();
            } else {
                let covered = [plain.as_slice(), &word].concat();
                transform.tag_rtcp(id, &covered, &mut tag).unwrap();
                assert_eq!([packet.as_slice(), &tag, &word].concat(), protected, "§{section}");
            }
        }
        assert_eq!(packet, plain, "§{section}");
    }
}

fn prf(vector: &Value) -> Prf {
    let profile = Profile::from_name(vector["profile"].as_str().unwrap()).unwrap();
    let (key, salt) = (hex(&vector["master_key"]), hex(&vector["master_salt"]));
    Prf::new(&MasterKey::new(profile, &key, &salt).unwrap()).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
