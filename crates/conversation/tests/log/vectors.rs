//! Frozen vectors: a log of every kind of entry, its hashes and what it folds to. Nothing in
//! the file is ever changed; a new version of a format adds a file.

use std::fmt::Write as _;

use privity_conversation::format::{AccountId, Action, DeviceId, Entry, EntryHash, Role};
use privity_conversation::format::{HistoryPolicy, Link, Policy};
use privity_conversation::log::{AppendError, Applied, Fold, backoff_ms, jitter_ms};
use privity_wire::Codec;
use serde_json::{Value, json};

use crate::world::{Book, Group, Parts};

const FROZEN: &str = include_str!("../data/privity/log.json");
const NAMES: [&str; 5] = ["alice", "bob", "carol", "dora", "erin"];

/// Every kind of entry, a revocation that takes an account along, fences and a return.
fn story() -> Group {
    let mut group = Group::new(&NAMES[..3]);
    let [alice, bob, carol, dora, erin] = NAMES.map(|name| group.id(name));
    let thief = group.book.device(bob);
    let add = group.add("bob", "dora", 0);
    group.append(&add);
    let rotate = group.rotate("carol");
    group.append(&rotate);
    let promote = group.body("alice", Action::SetRole { account: dora, role: Role::Admin });
    group.append(&promote);
    let policy = Policy { history: HistoryPolicy::FromJoin, ..Policy::default() };
    let narrow = group.body("dora", Action::SetPolicy { policy }).fenced();
    group.append(&narrow);
    let add = group.add("alice", "erin", 5).fenced();
    group.append(&add);
    group.book.add_device(bob);
    let pin = group.book.revoke(bob, thief);
    let ghost = group.book.device(dora);
    let mut pinned = group.rotate("carol").with_pins(&[pin]);
    pinned.also_removed = vec![dora];
    group.append(&pinned.with_cut(thief, &[1, 2]).with_cut(ghost, &[3]));
    let widen = group.body("alice", Action::SetPolicy { policy: Policy::default() }).fenced();
    group.append(&widen);
    let gone = group.book.device(erin);
    let remove = group.remove("alice", "erin").with_cut(gone, &[4]);
    group.append(&remove);
    let own = group.book.device(carol);
    let leave = group.body("carol", Action::Leave { successor: None }).with_cut(own, &[5]);
    group.append(&leave);
    let rotate = group.rotate("bob");
    group.append(&rotate);
    let info = group.body("bob", Action::SetInfo).with_info();
    group.append(&info);
    let back = group.add("alice", "carol", 7);
    group.append(&back);
    assert!(group.fold.now().is_member(&alice));
    let leave = group.body("alice", Action::Leave { successor: Some(bob) });
    group.append(&leave);
    group
}

/// Entries that do not follow the story's end, each with its refusal.
fn refusals(group: &mut Group) -> Vec<Value> {
    let alice = group.id("alice");
    let mut spoiled = group.rotate("bob");
    spoiled.prev = EntryHash([1; 32]);
    let bodies = [
        group.rotate("erin"),
        group.remove("carol", "bob"),
        group.remove("bob", "bob"),
        group.body("bob", Action::Rotate).with_info(),
        group.body("bob", Action::Leave { successor: None }),
        group.body("carol", Action::Leave { successor: None }).linked(),
        group.add("bob", "erin", 4),
        group.add("bob", "erin", 8),
        group.body("bob", Action::SetRole { account: alice, role: Role::Admin }),
        spoiled,
    ];
    bodies.iter().map(|body| refusal(group, body)).collect()
}

fn refusal(group: &mut Group, body: &privity_conversation::format::EntryBody) -> Value {
    match group.try_append(body) {
        Err(AppendError::Refused(refused)) => {
            let bytes = group.book.sign(body).to_bytes().unwrap();
            json!({ "bytes": hex(&bytes), "refused": format!("{refused:?}") })
        }
        other => panic!("{other:?}"),
    }
}

/// The fold at every position, in a form that any language can print.
fn views(fold: &Fold) -> Vec<Value> {
    (0..=fold.head()).map(|n| view(fold, n)).collect()
}

fn view(fold: &Fold, n: u64) -> Value {
    let view = fold.at(n).unwrap();
    let members = view.members().map(|(account, role)| {
        let pin = view.pin(&account).unwrap();
        json!({
            "account": hex(&account.0),
            "role": role as u8,
            "joined": view.joined(&account),
            "granted_from": view.granted_from(&account),
            "added_by": view.added_by(&account).map(|(_, device)| hex(&device.0)),
            "pin": { "seq": pin.seq, "hash": hex(&pin.hash.0) },
            "owed": view.owed(&account),
        })
    });
    let epoch = view.epoch();
    json!({
        "position": n,
        "hash": hex(&view.hash().0),
        "author": hex(&view.author().0.0),
        "device": hex(&view.author().1.0),
        "epoch": {
            "anchor": epoch.anchor,
            "segment": epoch.segment,
            "commitment": hex(&epoch.commitment),
            "link": match &epoch.link {
                Link::Fence => Value::Null,
                Link::Sealed(sealed) => Value::from(hex(sealed)),
            },
        },
        "rotation_due": view.rotation_due(),
        "policy": hex(&view.policy().to_bytes().unwrap()),
        "info": view.info(),
        "members": members.collect::<Vec<_>>(),
    })
}

/// Where each device's right to speak ended that it had at each position.
fn ends(group: &Group, accounts: &[(AccountId, Vec<DeviceId>)]) -> Vec<Value> {
    let mut ends = Vec::new();
    for (account, devices) in accounts {
        for (device, n) in devices.iter().flat_map(|d| (0..=group.fold.head()).map(move |n| (d, n)))
        {
            if let Some(end) = group.fold.end_of_speech(account, device, n) {
                let heads: Vec<String> = end.heads.iter().map(|head| hex(&head.0)).collect();
                ends.push(json!({
                    "device": hex(&device.0), "at": n, "position": end.position, "heads": heads,
                }));
            }
        }
    }
    ends
}

fn waits() -> Vec<Value> {
    let (hash, device) = (EntryHash([1; 32]), DeviceId([2; 32]));
    let backoff: Vec<u64> = (0..12).map(|k| backoff_ms(&hash, &device, k)).collect();
    vec![json!({
        "hash": hex(&hash.0), "device": hex(&device.0),
        "jitter_ms": jitter_ms(&hash, &device), "backoff_ms": backoff,
    })]
}

fn made() -> Value {
    let mut group = story();
    let accounts: Vec<_> = NAMES
        .map(|name| group.id(name))
        .into_iter()
        .map(|account| (account, group.book.devices_ever(account)))
        .collect();
    let entries = group.log.iter().map(
        |entry| json!({ "bytes": hex(&entry.to_bytes().unwrap()), "hash": hex(&entry.hash().0) }),
    );
    json!({
        "about": "A conversation's log of version 1 (docs/PROTOCOL.md, chapter 4). Account chains \
            are given by their heads; statements are not part of these vectors. Seeds are Ed25519's.",
        "accounts": group.book.to_json(),
        "entries": entries.collect::<Vec<_>>(),
        "views": views(&group.fold),
        "ends": ends(&group, &accounts),
        "state": hex(&group.fold.to_bytes().unwrap()),
        "refused": refusals(&mut group),
        "waits": waits(),
    })
}

#[test]
fn the_story_is_told_as_it_was_frozen() {
    let made = serde_json::to_string_pretty(&made()).unwrap() + "\n";
    if made != FROZEN {
        let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/log.json");
        std::fs::write(path, made).unwrap();
        panic!("not as frozen: compare with {path}");
    }
}

#[test]
fn the_frozen_log_folds_to_the_frozen_state() {
    let frozen: Value = serde_json::from_str(FROZEN).unwrap();
    let book = Book::from_json(&frozen["accounts"]);
    let entries = frozen["entries"].as_array().unwrap();
    let mut fold: Option<Fold> = None;
    for entry in entries {
        let bytes = unhex(&entry["bytes"]);
        let parsed = Entry::from_bytes(&bytes).unwrap();
        assert_eq!(parsed.to_bytes().unwrap(), bytes);
        assert_eq!(Value::from(hex(&parsed.hash().0)), entry["hash"]);
        match &mut fold {
            None => fold = Some(Fold::begin(parsed.conversation(), &parsed, &book).unwrap()),
            Some(fold) => {
                let applied = fold.append_bytes(&bytes, &book);
                assert!(matches!(applied, Ok(Applied::Appended(_))), "{applied:?}");
            }
        }
    }
    let mut fold = fold.unwrap();
    assert_eq!(Value::from(views(&fold)), frozen["views"]);
    assert_eq!(fold.to_bytes().unwrap(), unhex(&frozen["state"]));
    assert_eq!(Fold::from_bytes(&unhex(&frozen["state"])).unwrap(), fold);
    for refused in frozen["refused"].as_array().unwrap() {
        match fold.append_bytes(&unhex(&refused["bytes"]), &book) {
            Err(AppendError::Refused(rule)) => {
                assert_eq!(Value::from(format!("{rule:?}")), refused["refused"]);
            }
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(crate) fn unhex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
