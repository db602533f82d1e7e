//! Entries as bytes: every truncation and every single-bit flip.

use privity_conversation::format::{Action, Entry, Policy, Role};
use privity_conversation::log::{AppendError, Applied, Refused};
use privity_wire::{Codec, DecodeError};

use crate::world::{Group, Parts};

/// One valid entry of every kind but `create`, each at the head of its own group.
fn kinds() -> Vec<(Group, Vec<u8>)> {
    type Make = fn(&mut Group) -> privity_conversation::format::EntryBody;
    let makers: [Make; 7] = [
        |group| group.add("alice", "dora", 0),
        |group| {
            let bob = group.id("bob");
            let device = group.book.device(bob);
            group.remove("alice", "bob").with_cut(device, &[1, 2])
        },
        |group| {
            let successor = Some(group.id("bob"));
            group.body("alice", Action::Leave { successor })
        },
        |group| {
            let bob = group.id("bob");
            let pin = group.book.rotate_generation(bob);
            group.rotate("carol").with_pins(&[pin])
        },
        |group| group.body("bob", Action::SetInfo).with_info(),
        |group| group.body("alice", Action::SetPolicy { policy: Policy::default() }),
        |group| {
            let account = group.id("bob");
            group.body("alice", Action::SetRole { account, role: Role::Admin })
        },
    ];
    makers
        .into_iter()
        .map(|make| {
            let mut group = Group::new(&["alice", "bob", "carol"]);
            let body = make(&mut group);
            let bytes = group.book.sign(&body).to_bytes().unwrap();
            (group, bytes)
        })
        .collect()
}

#[test]
fn an_entry_cut_short_or_with_a_byte_more_is_malformed() {
    for (mut group, bytes) in kinds() {
        let before = group.fold.clone();
        for length in 0..bytes.len() {
            let applied = group.fold.append_bytes(&bytes[..length], &group.book);
            assert!(matches!(applied, Err(AppendError::Malformed(_))), "cut to {length}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(
            group.fold.append_bytes(&longer, &group.book),
            Err(AppendError::Malformed(DecodeError::Trailing))
        );
        assert_eq!(group.fold, before);
        assert!(matches!(group.fold.append_bytes(&bytes, &group.book), Ok(Applied::Appended(_))));
    }
}

#[test]
fn an_entry_with_any_bit_flipped_is_not_appended() {
    for (mut group, bytes) in kinds() {
        let before = group.fold.clone();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let applied = group.fold.append_bytes(&flipped, &group.book);
            let kept = matches!(applied, Err(_) | Ok(Applied::Ahead { .. }));
            assert!(kept, "bit {bit}: {applied:?}");
            if bit / 8 >= bytes.len() - 64 {
                assert_eq!(applied, Err(Refused::BadSignature.into()), "in the signature");
            }
        }
        assert_eq!(group.fold, before);
    }
}

#[test]
fn a_create_with_any_bit_flipped_begins_nothing() {
    let mut group = Group::new(&["alice", "bob"]);
    let create = group.log[0].clone();
    let bytes = create.to_bytes().unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Ok(entry) = Entry::from_bytes(&flipped) else { continue };
        let begun =
            privity_conversation::log::Fold::begin(create.conversation(), &entry, &group.book);
        assert!(begun.is_err(), "bit {bit}");
        let own = privity_conversation::log::Fold::begin(entry.conversation(), &entry, &group.book);
        assert!(own.is_err(), "bit {bit}, under its own name");
        assert!(!matches!(
            group.fold.append(&entry, &group.book),
            Ok(Applied::Appended(_) | Applied::Forked(_))
        ));
    }
    for length in 0..bytes.len() {
        assert!(Entry::from_bytes(&bytes[..length]).is_err());
    }
}
