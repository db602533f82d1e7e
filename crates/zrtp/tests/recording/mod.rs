//! One recorded handshake: its packets, what its two ends wrote down, and the checks.

#![allow(dead_code, reason = "each test needs a part of it")]

mod agreement;
mod endpoint;

use std::fs;
use std::path::Path;

use endpoint::Endpoint;
use privity_zrtp::message::{Commit, Message};
use privity_zrtp::trace::{Derived, Messages, Trace};
use privity_zrtp::{AuthTag, Cipher, Hash, KeyAgreement, Named, Packet, Role, Sas};
use serde_json::Value;

pub(crate) struct Recording {
    pub(crate) json: Value,
    name: String,
    packets: Vec<Sent>,
    ends: [Endpoint; 2],
}

struct Sent {
    from: Role,
    datagram: Vec<u8>,
}

impl Recording {
    pub(crate) fn read(file: &Path) -> Self {
        let name = file.display().to_string();
        let json: Value = serde_json::from_slice(&fs::read(file).unwrap())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let master = json["master"]["zrtp_session_key"].as_str().map(unhex);
        let ends = ["A", "B"].map(|end| Endpoint::read(&json["endpoints"][end], master.clone()));
        assert_eq!(ends[0].role, ends[1].role.other(), "{name}");
        let packets = json["packets"].as_array().unwrap().iter().map(|packet| Sent {
            from: match packet["dir"].as_str().unwrap() {
                "A->B" => ends[0].role,
                "B->A" => ends[1].role,
                other => panic!("{name}: direction {other}"),
            },
            datagram: unhex(packet["hex"].as_str().unwrap()),
        });
        let packets = packets.collect();
        Self { name, packets, ends, json }
    }

    /// The first algorithm of the Commit that has no row.
    pub(crate) fn unsupported(&self) -> Option<String> {
        let commit = Commit::read(self.message(Role::Initiator, b"Commit  ")).unwrap();
        [
            (commit.key_agreement, KeyAgreement::from_name(commit.key_agreement).is_some()),
            (commit.hash, Hash::from_name(commit.hash).is_some()),
            (commit.cipher, Cipher::from_name(commit.cipher).is_some()),
            (commit.auth_tag, AuthTag::from_name(commit.auth_tag).is_some()),
            (commit.sas, Sas::from_name(commit.sas).is_some()),
        ]
        .into_iter()
        .find(|(_, known)| !known)
        .map(|(name, _)| String::from_utf8_lossy(&name).trim_end().to_owned())
    }

    /// What follows from the secrets of either end, once it is all as recorded.
    pub(crate) fn check(&self) -> [Derived; 2] {
        self.packets_come_back();
        let trace = self.trace();
        self.ends.each_ref().map(|end| {
            let name = format!("{}, {:?}", self.name, end.role);
            end.check(&name, &trace, self.parts())
        })
    }

    /// All messages in the order they were sent.
    pub(crate) fn messages(&self) -> impl Iterator<Item = &[u8]> {
        self.packets.iter().map(|packet| Packet::read(&packet.datagram).unwrap().message)
    }

    fn packets_come_back(&self) {
        for (index, packet) in self.packets.iter().enumerate() {
            let name = format!("{}, packet {index}", self.name);
            let outer =
                Packet::read(&packet.datagram).unwrap_or_else(|error| panic!("{name}: {error}"));
            let inner =
                Message::read(outer.message).unwrap_or_else(|error| panic!("{name}: {error}"));
            let message = inner.write();
            assert_eq!(Packet { message: &message, ..outer }.write(), packet.datagram, "{name}");
        }
    }

    /// A sender may have changed its Hello for an older version: the one that hvi or the hash
    /// chain fits is the one that counts.
    fn trace(&self) -> Trace {
        let commit = self.message(Role::Initiator, b"Commit  ");
        let confirm1 = self.message(Role::Responder, b"Confirm1");
        let confirms = (confirm1, self.message(Role::Initiator, b"Confirm2"));
        let dh_parts = self.parts();
        let mut refused = Vec::new();
        for hello_r in self.all(Role::Responder, b"Hello   ") {
            for hello_i in self.all(Role::Initiator, b"Hello   ") {
                match Trace::read(&Messages { hello_i, hello_r, commit, dh_parts, confirms }) {
                    Ok(trace) => return trace,
                    Err(error) => refused.push(error),
                }
            }
        }
        panic!("{}: {refused:?}", self.name)
    }

    fn parts(&self) -> Option<(&[u8], &[u8])> {
        let part1 = self.find(Role::Responder, b"DHPart1 ");
        part1.map(|part1| (part1, self.message(Role::Initiator, b"DHPart2 ")))
    }

    pub(crate) fn message(&self, from: Role, kind: &[u8; 8]) -> &[u8] {
        self.find(from, kind).unwrap_or_else(|| {
            panic!("{}: {from:?} sent no {}", self.name, String::from_utf8_lossy(kind))
        })
    }

    /// The last message of this type: a Commit may have been repeated.
    fn find(&self, from: Role, kind: &[u8; 8]) -> Option<&[u8]> {
        self.all(from, kind).next()
    }

    /// All messages of this type, the last one first.
    fn all(&self, from: Role, kind: &[u8; 8]) -> impl Iterator<Item = &[u8]> {
        let sent = self.packets.iter().filter(move |packet| packet.from == from).rev();
        sent.map(|packet| Packet::read(&packet.datagram).unwrap().message)
            .filter(move |message| message[4..12] == *kind)
    }
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    assert_eq!(text.len() % 2, 0, "{text}");
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}
