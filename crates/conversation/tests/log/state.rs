use privity_conversation::format::Action;
use privity_conversation::log::Fold;
use privity_wire::{Codec, DecodeError};

use crate::world::{Group, Parts};

/// A group with something in every field of its state.
fn full_of_events() -> Group {
    let mut group = Group::new(&["alice", "bob", "carol"]);
    let [bob, carol] = ["bob", "carol"].map(|name| group.id(name));
    let first = group.book.device(bob);
    group.book.add_device(bob);
    let pin = group.book.revoke(bob, first);
    let body = group.rotate("alice").with_pins(&[pin]).with_cut(first, &[1, 2]);
    group.append(&body);
    let body = group.body("carol", Action::Leave { successor: None });
    let device = group.book.device(carol);
    group.append(&body.with_cut(device, &[3]));
    let body = group.add("bob", "carol", 3).fenced();
    group.append(&body);
    group
}

#[test]
fn a_state_reads_back_from_its_bytes() {
    let group = full_of_events();
    let bytes = group.fold.to_bytes().unwrap();
    let restored = Fold::from_bytes(&bytes).unwrap();
    assert_eq!(restored, group.fold);
    assert_eq!(restored.to_bytes().unwrap(), bytes);
}

#[test]
fn a_state_of_another_version_is_named_so() {
    let mut bytes = full_of_events().fold.to_bytes().unwrap();
    bytes[0] = 2;
    assert_eq!(Fold::from_bytes(&bytes), Err(DecodeError::Unsupported("version")));
}

#[test]
fn a_state_cut_short_or_with_a_byte_more_is_refused() {
    let bytes = full_of_events().fold.to_bytes().unwrap();
    for length in 0..bytes.len() {
        assert!(Fold::from_bytes(&bytes[..length]).is_err(), "cut to {length}");
    }
    assert_eq!(Fold::from_bytes(&[&bytes[..], &[0]].concat()), Err(DecodeError::Trailing));
}

/// A state is sealed where it is stored, so a changed one need not be noticed here; but
/// every question to it must have an answer.
#[test]
fn a_state_with_any_bit_flipped_is_refused_or_answers_every_question() {
    let mut group = full_of_events();
    let accounts = ["alice", "bob", "carol", "dora"].map(|name| group.id(name));
    let device = group.book.device(accounts[1]);
    let next = group.book.sign(group.log[1].body());
    let bytes = group.fold.to_bytes().unwrap();
    for index in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[index / 8] ^= 1 << (index % 8);
        let Ok(mut fold) = Fold::from_bytes(&flipped) else { continue };
        assert_ne!(fold, group.fold);
        assert_eq!(fold.to_bytes().unwrap(), flipped, "one encoding per state");
        for n in 0..=fold.head() {
            let view = fold.at(n).unwrap();
            let _ = (view.members().count(), view.suspended(&group.book), view.policy());
            let _ = (view.rotation_due(), view.author(), view.hash(), view.info());
            for account in &accounts {
                let _ = (view.owed(account), view.entitled(account, n), view.added_by(account));
                let _ = fold.end_of_speech(account, &device, n);
            }
        }
        if index % 8 == 0 {
            let _ = fold.append(&next, &group.book);
        }
    }
}

#[test]
fn a_thousand_conversations_of_ten_members_and_a_hundred_epochs_stay_small() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let mut group = Group::new(&names);
    for index in 0..99 {
        let body = group.rotate(names[index % 10]);
        group.append(&body);
    }
    let bytes = group.fold.to_bytes().unwrap();
    assert!(bytes.len() < 20_000, "{} bytes", bytes.len());
}
