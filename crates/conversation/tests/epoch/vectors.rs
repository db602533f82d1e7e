//! Frozen epochs, wraps, messages and exports: what PROTOCOL.md, chapters 5 and 6, comes to.
//! `PRIVITY_WRITE=1 cargo test -p privity-conversation --test epoch` writes the file, for a
//! new version of a format and for nothing else.

use privity_conversation::epoch::{ConversationInfo, Epoch, InfoPlace, LinkTo};
use privity_conversation::format::{
    ChainId, Content, Entry, EntryBody, EntryHash, MessageId, Pin, StatementHash,
};
use privity_conversation::message::seal;
use privity_primitives::wrap::{Suite, WrapPrivateKey};
use privity_wire::Codec;
use serde_json::{Value, json};

use crate::world::{ALICE, World};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/privity/conversation.json");
const RSA: &str = include_str!("../../../../examples/data/registered-rsa-3072.pem");

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A `create` and a `rotate` that links back, with title and picture in both.
fn epochs(world: &mut World) -> (Vec<Value>, Vec<Epoch>) {
    let mut values = Vec::new();
    let mut epochs: Vec<Epoch> = Vec::new();
    let mut before: Option<Entry> = None;
    for title in ["the first title", "another"] {
        let info = ConversationInfo { title: title.into(), picture: vec![1, 2, 3] };
        let mut body = world.create().0.body().clone();
        body.info = None;
        body.epoch = None;
        if let Some(entry) = &before {
            body = EntryBody {
                conversation: entry.conversation(),
                position: 1,
                prev: entry.hash(),
                action: privity_conversation::format::Action::Rotate,
                ..body
            };
        }
        let fresh = world.fresh(&body.prev.clone());
        let place = InfoPlace::of(&body);
        body.info = Some(fresh.seal_info(&place, &info, &world.local, &mut world.rng).unwrap());
        let link = epochs.last().map_or(LinkTo::Fence, LinkTo::Previous);
        let (entry, anchored) = world.finish(fresh, body, link);
        values.push(json!({
            "secret": hex(anchored.secret().expose()),
            "title": title,
            "picture": "010203",
            "entry": hex(&entry.to_bytes().unwrap()),
            "hash": hex(&entry.hash().0),
        }));
        epochs.push(anchored.confirm(&entry.hash()).unwrap());
        before = Some(entry);
    }
    (values, epochs)
}

fn wraps(world: &mut World, epoch: &Epoch) -> Vec<Value> {
    let suites = [Suite::XWing, Suite::X25519, Suite::RsaOaep];
    let values = suites.map(|suite| {
        let (private, mut target) = match suite {
            Suite::RsaOaep => world.recipient(Suite::X25519),
            other => world.recipient(other),
        };
        if suite == Suite::RsaOaep {
            target.key = WrapPrivateKey::from_pkcs8_pem(RSA).unwrap().public_key().clone();
        }
        drop(private);
        let wrapped = epoch.wrap(&target, &world.wrapper()).unwrap();
        json!({
            "suite": wrapped.context.suite,
            "public": hex(target.key.as_bytes()),
            "wrapped": hex(&wrapped.to_bytes().unwrap()),
        })
    });
    values.to_vec()
}

fn messages(world: &mut World, epoch: &Epoch) -> Vec<Value> {
    let (position, hash) = (3, EntryHash([0x33; 32]));
    let at = epoch.position_key(position, &hash);
    let mut previous = MessageId([0; 32]);
    let bodies = [&b""[..], b"hello", &[0x5a; 1_000]];
    let values = bodies.iter().enumerate().map(|(counter, body)| {
        let content = Content {
            author: Pin { account: ALICE, seq: 2, hash: StatementHash([7; 32]) },
            device: world.device(),
            chain: ChainId([9; 16]),
            counter: counter as u64,
            previous,
            seen: MessageId([0; 32]),
            time: 1_700_000_000_000,
            content_type: 0,
            target: MessageId([0; 32]),
            body: body.to_vec(),
        };
        let sealed = seal(&at, &content, &world.key, &world.local, &mut world.rng).unwrap();
        previous = sealed.id;
        json!({ "body": hex(body), "id": hex(&sealed.id.0), "sealed": hex(&sealed.bytes) })
    });
    values.collect()
}

fn make() -> Value {
    let mut world = World::new(5);
    let (epoch_values, epochs) = epochs(&mut world);
    let newest = epochs.last().unwrap();
    let export = newest.position_key(3, &EntryHash([0x33; 32]));
    let export = export.export("label", b"context", 48).unwrap();
    json!({
        "author_sign_key": hex(world.key.verifying_key().as_bytes()),
        "epochs": epoch_values,
        "position": 3,
        "position_hash": hex(&[0x33; 32]),
        "wraps": wraps(&mut world, newest),
        "messages": messages(&mut world, newest),
        "export": { "label": "label", "context": hex(b"context"), "value": hex(export.expose()) },
    })
}

#[test]
fn epochs_wraps_messages_and_exports_are_what_they_were() {
    let made = make();
    if std::env::var_os("PRIVITY_WRITE").is_some() {
        let mut text = serde_json::to_string_pretty(&made).unwrap();
        text.push('\n');
        std::fs::write(FILE, text).unwrap();
    }
    let frozen: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    assert_eq!(frozen, made);
}

/// A second reading of PROTOCOL.md, in Python: parsers, key schedule, wraps by X25519 and
/// RSA, and signatures, without any code of this crate.
#[test]
fn the_frozen_conversation_reads_as_the_protocol_says() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/independent/conversation.py");
    let read = |file: &std::path::Path| {
        std::process::Command::new("python3").args(["-B", script]).arg(file).output().unwrap()
    };
    let run = read(FILE.as_ref());
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));

    let text = std::fs::read_to_string(FILE).unwrap();
    let other = text.replacen("\"another\"", "\"anothes\"", 1);
    assert_ne!(other, text);
    let changed = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("changed.json");
    std::fs::write(&changed, other).unwrap();
    assert!(!read(&changed).status.success(), "the reading must notice a change");
}
