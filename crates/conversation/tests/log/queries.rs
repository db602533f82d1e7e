use privity_conversation::format::{Action, Policy, Role};
use privity_conversation::log::{AppendError, Refused};

use crate::world::Group;

#[test]
fn old_positions_answer_as_they_were() {
    let mut group = Group::new(&["alice", "bob"]);
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| group.id(name));
    let body = group.add("bob", "carol", 0);
    group.append(&body);
    let body = group.body("alice", Action::SetRole { account: carol, role: Role::Admin });
    group.append(&body);
    let policy = Policy { rotation_messages: 9, ..Policy::default() };
    let body = group.body("carol", Action::SetPolicy { policy });
    group.append(&body);
    let body = group.remove("carol", "bob");
    group.append(&body);

    let at = |n| group.fold.at(n).unwrap();
    let role = |account| (0..5).map(|n| at(n).role(account)).collect::<Vec<_>>();
    let (none, member, admin) = (None, Some(Role::Member), Some(Role::Admin));
    assert_eq!(role(&carol), [none, member, admin, admin, admin]);
    assert_eq!(role(&bob), [member, member, member, member, none]);
    let counts: Vec<_> = (0..5).map(|n| (at(n).member_count(), at(n).admin_count())).collect();
    assert_eq!(counts, [(2, 1), (3, 1), (3, 2), (3, 2), (2, 2)]);
    let listed: Vec<_> = (0..5).map(|n| at(n).members().count()).collect();
    assert_eq!(listed, [2, 3, 3, 3, 2]);
    assert_eq!(at(2).policy(), &Policy::default());
    assert_eq!((at(3).policy().rotation_messages, at(4).policy_since()), (9, 3));
    assert_eq!((at(3).epoch().anchor, at(4).epoch().anchor), (0, 4));
    assert!(at(3).epoch_at(4).is_none());
    assert_eq!((at(3).info(), at(4).info()), (0, 4));
    for (n, entry) in group.log.iter().enumerate() {
        let view = at(n as u64);
        assert_eq!(view.hash(), entry.hash());
        assert_eq!(view.author(), (entry.body().author, entry.body().device));
    }
    assert!(group.fold.at(5).is_none());
    assert_eq!(at(4).joined(&carol), Some(1));
    assert_eq!(at(4).joined(&bob), None);
    assert_eq!(at(4).joined(&alice), Some(0));
}

#[test]
fn a_device_key_is_given_for_those_who_may_speak() {
    let mut group = Group::new(&["alice", "bob"]);
    let bob = group.id("bob");
    let device = group.book.device(bob);
    let body = group.remove("alice", "bob");
    group.append(&body);
    let key = |group: &Group, n| group.fold.at(n).unwrap().device_key(&group.book, &bob, &device);
    assert!(key(&group, 0).is_ok());
    assert_eq!(key(&group, 1), Err(Refused::NotAMember.into()));
    group.book.missing.insert(bob);
    let pin = group.book.head(bob);
    assert_eq!(key(&group, 0), Err(AppendError::Missing(vec![pin])));
}
