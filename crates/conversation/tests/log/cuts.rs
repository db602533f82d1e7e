use privity_conversation::format::{Action, MessageId};
use privity_conversation::log::{AppendError, Refused};

use crate::world::{Group, Parts};

#[test]
fn a_cut_names_a_device_that_ends_here() {
    let mut group = Group::new(&["alice", "bob", "carol"]);
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| {
        let id = group.id(name);
        group.book.device(id)
    });
    for other in [alice, carol] {
        let body = group.remove("alice", "bob").with_cut(other, &[1]);
        group.refuses(&body, Refused::CutOfOther);
    }
    let body = group.rotate("alice").with_cut(carol, &[1]);
    group.refuses(&body, Refused::CutOfOther);
    let body = group.remove("alice", "bob").with_cut(bob, &[1, 2]);
    group.append(&body);
    let account = group.id("bob");
    let end = group.fold.end_of_speech(&account, &bob, 0).unwrap();
    assert_eq!((end.position, end.heads), (1, &[MessageId([1; 32]), MessageId([2; 32])][..]));
}

#[test]
fn a_device_without_a_cut_ends_with_nothing_before_it() {
    let mut group = Group::new(&["alice", "bob"]);
    let bob = group.id("bob");
    let first = group.book.device(bob);
    let body = group.remove("alice", "bob");
    group.append(&body);
    let end = group.fold.end_of_speech(&bob, &first, 0).unwrap();
    assert_eq!((end.position, end.heads.len()), (1, 0));
}

#[test]
fn a_revocation_ends_its_device_and_no_other() {
    let mut group = Group::new(&["alice", "bob"]);
    let bob = group.id("bob");
    let first = group.book.device(bob);
    let (phone, _) = group.book.add_device(bob);
    let pin = group.book.revoke(bob, first);
    let body = group.rotate("alice").with_pins(&[pin]);
    group.refuses(&body.clone().with_cut(phone, &[1]), Refused::CutOfOther);
    group.append(&body.with_cut(first, &[3]));
    let body = group.rotate("alice");
    group.append(&body);
    let end = group.fold.end_of_speech(&bob, &first, 0).unwrap();
    assert_eq!((end.position, end.heads), (1, &[MessageId([3; 32])][..]));
    assert_eq!(group.fold.end_of_speech(&bob, &phone, 0), None);
    // Later the account goes; the device's end stays where it was.
    let body = group.remove("alice", "bob").with_cut(phone, &[4]);
    group.append(&body);
    assert_eq!(group.fold.end_of_speech(&bob, &first, 0).unwrap().position, 1);
    assert_eq!(group.fold.end_of_speech(&bob, &phone, 2).unwrap().heads.len(), 1);
    assert_eq!(group.fold.end_of_speech(&bob, &phone, 3), None, "not a member there");
}

#[test]
fn a_leaver_cuts_its_own_devices() {
    let mut group = Group::new(&["alice", "bob"]);
    let [alice, bob] = ["alice", "bob"].map(|name| {
        let id = group.id(name);
        group.book.device(id)
    });
    let leave = group.body("bob", Action::Leave { successor: None });
    group.refuses(&leave.clone().with_cut(alice, &[1]), Refused::CutOfOther);
    group.append(&leave.with_cut(bob, &[1]));
}

#[test]
fn an_end_belongs_to_one_membership() {
    let mut group = Group::new(&["alice", "bob"]);
    let bob = group.id("bob");
    let device = group.book.device(bob);
    let body = group.remove("alice", "bob").with_cut(device, &[1]);
    group.append(&body);
    let body = group.add("alice", "bob", 0);
    group.append(&body);
    assert_eq!(group.fold.end_of_speech(&bob, &device, 2), None);
    let body = group.remove("alice", "bob").with_cut(device, &[2]);
    group.append(&body);
    for (n, position, head) in [(0, 1, 1), (2, 3, 2)] {
        let end = group.fold.end_of_speech(&bob, &device, n).unwrap();
        assert_eq!((end.position, end.heads), (position, &[MessageId([head; 32])][..]));
    }
}

#[test]
fn a_member_whose_statements_nobody_has_can_be_removed() {
    let mut group = Group::new(&["alice", "bob"]);
    let bob = group.id("bob");
    let device = group.book.device(bob);
    group.book.missing.insert(bob);
    // A cut of one of its devices needs the statements, none does not.
    let pin = group.book.head(bob);
    let body = group.remove("alice", "bob");
    assert_eq!(
        group.try_append(&body.clone().with_cut(device, &[1])),
        Err(AppendError::Missing(vec![pin]))
    );
    group.append(&body);
}

#[test]
fn a_device_that_came_and_ended_between_two_pins_ends_too() {
    let mut group = Group::new(&["alice", "bob"]);
    let bob = group.id("bob");
    let (phone, _) = group.book.add_device(bob);
    let pin = group.book.revoke(bob, phone);
    // It may have spoken: a message names a head beyond the pin.
    let body = group.rotate("alice").with_pins(&[pin]).with_cut(phone, &[1]);
    group.append(&body);
    assert_eq!(group.fold.end_of_speech(&bob, &phone, 0).unwrap().heads.len(), 1);
}
