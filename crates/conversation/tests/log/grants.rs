use privity_conversation::format::{Action, HistoryPolicy, Policy};
use privity_conversation::log::Refused;

use crate::world::{Group, Parts};

fn set_history(group: &mut Group, history: HistoryPolicy) {
    let policy = Policy { history, ..Policy::default() };
    let body = group.body("alice", Action::SetPolicy { policy }).fenced();
    group.append(&body);
}

#[test]
fn a_grant_begins_where_a_segment_begins() {
    let mut group = Group::new(&["alice", "bob"]);
    let body = group.rotate("alice");
    group.append(&body);
    let body = group.body("alice", Action::Rotate).fenced();
    group.append(&body);
    for inside in [1, 3, 4, u64::MAX] {
        let body = group.add("alice", "carol", inside);
        group.refuses(&body, Refused::GrantNotASegment);
    }
    let body = group.add("alice", "carol", 0);
    group.append(&body);
    let body = group.add("alice", "dora", 2);
    group.append(&body);
    let (carol, dora) = (group.id("carol"), group.id("dora"));
    assert_eq!(group.fold.now().owed(&carol), [1, 2]);
    assert_eq!(group.fold.now().owed(&dora), [2]);
    let view = group.fold.now();
    assert_eq!([0, 1, 2].map(|anchor| view.entitled(&carol, anchor)), [true; 3]);
    assert_eq!([0, 1, 2].map(|anchor| view.entitled(&dora, anchor)), [false, false, true]);
    assert!(!view.entitled(&dora, 3), "no epoch is anchored there");
}

#[test]
fn under_from_join_nothing_older_is_granted() {
    let mut group = Group::new(&["alice", "bob"]);
    set_history(&mut group, HistoryPolicy::FromJoin);
    let body = group.add("alice", "carol", 1).fenced();
    group.refuses(&body, Refused::GrantTooWide);
    let body = group.add("alice", "carol", 2).fenced();
    group.append(&body);
}

#[test]
fn a_widened_policy_does_not_open_what_was_written_under_the_narrower() {
    let mut group = Group::new(&["alice", "bob"]);
    set_history(&mut group, HistoryPolicy::FromJoin);
    let body = group.body("alice", Action::Rotate).fenced();
    group.append(&body);
    set_history(&mut group, HistoryPolicy::Full);
    for older in [0, 1, 2] {
        let body = group.add("alice", "carol", older);
        group.refuses(&body, Refused::GrantTooWide);
    }
    let body = group.add("alice", "carol", 3);
    group.append(&body);
}

#[test]
fn nobody_grants_further_back_than_it_reads() {
    let mut group = Group::new(&["alice", "bob"]);
    let body = group.add("alice", "carol", 1).fenced();
    group.append(&body);
    let body = group.add("carol", "dora", 0);
    group.refuses(&body, Refused::GrantTooWide);
    let body = group.add("carol", "dora", 1);
    group.append(&body);
    let body = group.add("bob", "erin", 0);
    group.append(&body);
}

#[test]
fn a_former_member_that_comes_back_reads_what_each_membership_grants() {
    let mut group = Group::new(&["alice", "bob"]);
    let body = group.remove("alice", "bob");
    group.append(&body);
    let body = group.rotate("alice");
    group.append(&body);
    let bob = group.id("bob");
    let reads = |group: &Group| {
        let view = group.fold.now();
        view.epochs().filter(|epoch| view.entitled(&bob, epoch.anchor)).count()
    };
    assert_eq!(reads(&group), 1, "what was before the removal");
    let mut full = Group::new(&["alice", "bob"]);
    for entry in &group.log[1..] {
        full.append(entry.body());
    }
    // From now on: nothing of the absence.
    let body = group.add("alice", "bob", 3).fenced();
    group.append(&body);
    assert_eq!(reads(&group), 2);
    assert_eq!(group.fold.now().owed(&bob), [3]);
    // With history: the absence included.
    let body = full.add("alice", "bob", 0);
    full.append(&body);
    assert_eq!(reads(&full), 3);
    assert_eq!(full.fold.now().owed(&bob), [2]);
    // An answer as of an old position does not know of what came later.
    assert!(!full.fold.at(2).unwrap().entitled(&bob, 1));
    assert!(full.fold.at(0).unwrap().entitled(&bob, 0));
}
