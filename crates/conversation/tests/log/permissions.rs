use privity_conversation::format::{Action, Permission, Policy, Role};
use privity_conversation::log::Refused;

use crate::world::{Group, Parts};

fn narrow() -> Policy {
    Policy {
        add: Permission::Admins,
        rotate: Permission::Admins,
        set_info: Permission::Admins,
        ..Policy::default()
    }
}

#[test]
fn roles_policy_and_removal_are_the_admins() {
    let mut group = Group::new(&["alice", "bob", "carol"]);
    let bob = group.id("bob");
    let actions = [
        Action::SetRole { account: bob, role: Role::Admin },
        Action::SetPolicy { policy: narrow() },
        Action::Remove { accounts: vec![group.id("carol")] },
    ];
    for action in &actions {
        let body = group.body("bob", action.clone()).linked();
        group.refuses(&body, Refused::NotAllowed);
    }
    for action in actions {
        let body = group.body("alice", action).linked();
        group.append(&body);
    }
    assert_eq!(group.fold.now().role(&bob), Some(Role::Admin));
    let body = group.remove("bob", "alice");
    group.append(&body);
}

#[test]
fn adding_is_whose_the_policy_says() {
    let mut open = Group::new(&["alice", "bob"]);
    let body = open.add("bob", "carol", 0);
    open.append(&body);
    let mut group = Group::with_policy(&["alice", "bob"], narrow());
    let body = group.add("bob", "carol", 0);
    group.refuses(&body, Refused::NotAllowed);
    let body = group.add("alice", "carol", 0);
    group.append(&body);
}

#[test]
fn rotating_is_whose_the_policy_says_unless_it_is_due() {
    let mut open = Group::new(&["alice", "bob"]);
    let body = open.rotate("bob");
    open.append(&body);
    let mut group = Group::with_policy(&["alice", "bob", "carol"], narrow());
    let body = group.rotate("bob");
    group.refuses(&body, Refused::NotAllowed);
    let body = group.body("carol", Action::Leave { successor: None });
    group.append(&body);
    let body = group.rotate("bob");
    group.append(&body);
    // And with a pin that asks for it.
    let bob = group.id("bob");
    let pin = group.book.rotate_generation(bob);
    let body = group.rotate("bob").with_pins(&[pin]);
    group.append(&body);
    let body = group.rotate("bob");
    group.refuses(&body, Refused::NotAllowed);
}

#[test]
fn a_change_of_info_does_not_smuggle_an_epoch_in() {
    let policy = Policy { rotate: Permission::Admins, ..Policy::default() };
    let mut group = Group::with_policy(&["alice", "bob"], policy);
    let body = group.body("bob", Action::SetInfo).linked();
    group.refuses(&body, Refused::NotAllowed);
    let body = group.body("bob", Action::SetInfo).with_info();
    group.append(&body);
}

#[test]
fn info_is_whose_the_policy_says() {
    let mut open = Group::new(&["alice", "bob"]);
    let body = open.body("bob", Action::SetInfo).with_info();
    open.append(&body);
    assert_eq!(open.fold.now().info(), 1);
    let mut group = Group::with_policy(
        &["alice", "bob"],
        Policy { set_info: Permission::Admins, ..Policy::default() },
    );
    let body = group.body("bob", Action::SetInfo).with_info();
    group.refuses(&body, Refused::NotAllowed);
    // Not beside another action either, unless an epoch needs it.
    let body = group.add("bob", "carol", 0).with_info();
    group.refuses(&body, Refused::NotAllowed);
    let body = group.rotate("bob");
    group.append(&body);
    let body = group.body("alice", Action::SetInfo).with_info();
    group.append(&body);
}
