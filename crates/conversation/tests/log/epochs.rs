use privity_conversation::format::{Action, HistoryPolicy, Policy};
use privity_conversation::log::Refused;

use crate::world::{Group, Parts};

fn from_join() -> Policy {
    Policy { history: HistoryPolicy::FromJoin, ..Policy::default() }
}

#[test]
fn remove_and_rotate_start_an_epoch() {
    let mut group = Group::new(&["alice", "bob"]);
    for mut body in [group.remove("alice", "bob"), group.rotate("alice")] {
        body.epoch = None;
        group.refuses(&body, Refused::EpochMissing);
    }
}

#[test]
fn leave_starts_none_and_makes_a_rotation_due() {
    let mut group = Group::new(&["alice", "bob", "carol"]);
    let body = group.body("bob", Action::Leave { successor: None });
    group.refuses(&body.clone().linked(), Refused::EpochForbidden);
    assert!(!group.fold.now().rotation_due());
    group.append(&body);
    assert!(group.fold.now().rotation_due());
    let body = group.body("carol", Action::SetInfo).with_info();
    group.append(&body);
    assert!(group.fold.now().rotation_due());
    let body = group.rotate("carol");
    group.append(&body);
    assert!(!group.fold.now().rotation_due());
    let due: Vec<bool> = (0..4).map(|n| group.fold.at(n).unwrap().rotation_due()).collect();
    assert_eq!(due, [false, true, true, false]);
}

#[test]
fn a_pin_that_revokes_or_changes_a_wrap_key_starts_an_epoch() {
    let mut group = Group::new(&["alice", "bob"]);
    let bob = group.id("bob");
    let (phone, added) = group.book.add_device(bob);
    let body = group.body("alice", Action::SetInfo).with_info().with_pins(&[added]);
    group.append(&body);
    let revoked = group.book.revoke(bob, phone);
    let body = group.body("alice", Action::SetInfo).with_info().with_pins(&[revoked]);
    group.refuses(&body, Refused::EpochMissing);
    group.append(&body.linked());
    let next = group.book.rotate_generation(bob);
    let body = group.body("bob", Action::SetInfo).with_info().with_pins(&[next]);
    group.refuses(&body, Refused::EpochMissing);
    let leave = group.body("bob", Action::Leave { successor: None }).with_pins(&[next]);
    group.refuses(&leave, Refused::EpochMissing);
    group.append(&body.linked());
    let closed = group.book.close(bob);
    let body = group.body("alice", Action::SetInfo).with_info().with_pins(&[closed]);
    group.refuses(&body, Refused::EpochMissing);
    group.append(&body.linked());
}

#[test]
fn an_add_under_from_join_starts_an_epoch_behind_a_fence() {
    let mut group = Group::with_policy(&["alice", "bob"], from_join());
    let body = group.add("alice", "carol", 1);
    group.refuses(&body, Refused::EpochMissing);
    group.refuses(&body.clone().linked(), Refused::LinkAtFence);
    group.append(&body.fenced());
    assert_eq!(group.fold.now().epoch().segment, 1);
}

#[test]
fn an_add_from_now_on_starts_an_epoch_behind_a_fence() {
    let mut group = Group::new(&["alice", "bob"]);
    let body = group.add("alice", "carol", 1);
    group.refuses(&body.clone().linked(), Refused::LinkAtFence);
    group.refuses(&body, Refused::GrantNotASegment);
    group.append(&body.fenced());
}

#[test]
fn a_change_of_the_history_policy_starts_an_epoch_behind_a_fence() {
    let mut group = Group::new(&["alice", "bob"]);
    let body = group.body("alice", Action::SetPolicy { policy: from_join() });
    group.refuses(&body, Refused::EpochMissing);
    group.refuses(&body.clone().linked(), Refused::LinkAtFence);
    group.append(&body.fenced());
    // Another change of the policy does not.
    let policy = Policy { rotation_messages: 5, ..from_join() };
    let body = group.body("alice", Action::SetPolicy { policy });
    group.append(&body);
}

#[test]
fn info_stands_in_every_entry_that_starts_an_epoch_and_in_set_info() {
    let mut group = Group::new(&["alice", "bob"]);
    let mut body = group.rotate("alice");
    body.info = None;
    group.refuses(&body, Refused::InfoMissing);
    let body = group.body("alice", Action::SetInfo);
    group.refuses(&body, Refused::InfoMissing);
}

#[test]
fn segments_end_at_fences() {
    let mut group = Group::new(&["alice", "bob"]);
    for _ in 0..2 {
        let body = group.rotate("alice");
        group.append(&body);
    }
    let body = group.body("bob", Action::Rotate).fenced();
    group.append(&body);
    let body = group.rotate("bob");
    group.append(&body);
    let segments: Vec<(u64, u64)> =
        group.fold.now().epochs().map(|epoch| (epoch.anchor, epoch.segment)).collect();
    assert_eq!(segments, [(0, 0), (1, 0), (2, 0), (3, 3), (4, 3)]);
    assert_eq!(group.fold.now().segment_ends(0), [2, 4]);
    assert_eq!(group.fold.at(3).unwrap().segment_ends(0), [2, 3]);
    assert_eq!(group.fold.now().previous_epoch(3).unwrap().anchor, 2);
    assert_eq!(group.fold.now().previous_epoch(0), None);
}
