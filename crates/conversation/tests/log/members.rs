use privity_conversation::format::{AccountId, Action, Pin, Role};
use privity_conversation::log::{Applied, Refused, Started, Step};

use crate::world::{Group, Parts};

#[test]
fn an_entry_names_somebody() {
    let mut group = Group::new(&["alice", "bob"]);
    let mut body = group.add("alice", "carol", 0);
    if let Action::Add { accounts, .. } = &mut body.action {
        accounts.clear();
    }
    body.pins.clear();
    group.refuses(&body, Refused::Nobody);
    let body = group.body("alice", Action::Remove { accounts: Vec::new() }).linked();
    group.refuses(&body, Refused::Nobody);
}

#[test]
fn a_member_is_not_added_again() {
    let mut group = Group::new(&["alice", "bob"]);
    let bob = group.id("bob");
    let (_, pin) = group.book.add_device(bob);
    let mut body = group.add("alice", "bob", 0);
    body.pins = vec![pin];
    group.refuses(&body, Refused::AlreadyMember);
}

#[test]
fn only_members_are_removed_and_given_roles() {
    let mut group = Group::new(&["alice", "bob"]);
    let body = group.remove("alice", "mallory");
    group.refuses(&body, Refused::NoSuchMember);
    let action = Action::SetRole { account: group.id("mallory"), role: Role::Admin };
    let body = group.body("alice", action);
    group.refuses(&body, Refused::NoSuchMember);
}

#[test]
fn whoever_goes_leaves_and_does_not_remove_itself() {
    let mut group = Group::new(&["alice", "bob", "carol"]);
    let body = group.remove("alice", "alice");
    group.refuses(&body, Refused::RemovesItself);
}

#[test]
fn an_admin_stays_or_a_successor_is_named() {
    let mut group = Group::new(&["alice", "bob", "carol"]);
    let [alice, bob, mallory] = ["alice", "bob", "mallory"].map(|name| group.id(name));
    let demote = Action::SetRole { account: alice, role: Role::Member };
    let body = group.body("alice", demote.clone());
    group.refuses(&body, Refused::NoAdminLeft);
    let body = group.body("alice", Action::Leave { successor: None });
    group.refuses(&body, Refused::NoAdminLeft);
    for wrong in [alice, mallory] {
        let body = group.body("alice", Action::Leave { successor: Some(wrong) });
        group.refuses(&body, Refused::SuccessorNotDue);
    }
    // A member who leaves does not make an admin.
    let body = group.body("carol", Action::Leave { successor: Some(bob) });
    group.refuses(&body, Refused::SuccessorNotDue);
    let body = group.body("alice", Action::Leave { successor: Some(bob) });
    group.append(&body);
    assert_eq!(group.fold.now().role(&bob), Some(Role::Admin));
    assert_eq!((group.fold.now().member_count(), group.fold.now().admin_count()), (2, 1));
}

#[test]
fn the_last_member_may_leave() {
    let mut group = Group::new(&["alice"]);
    let body = group.body("alice", Action::Leave { successor: None });
    group.append(&body);
    assert_eq!(group.fold.now().member_count(), 0);
}

#[test]
fn one_of_two_admins_may_go_either_way() {
    let mut group = Group::new(&["alice", "bob", "carol"]);
    let [alice, bob] = ["alice", "bob"].map(|name| group.id(name));
    let body = group.body("alice", Action::SetRole { account: bob, role: Role::Admin });
    group.append(&body);
    let body = group.body("alice", Action::SetRole { account: alice, role: Role::Member });
    group.append(&body);
    assert_eq!(group.fold.now().admin_count(), 1);
    let body = group.remove("bob", "alice");
    group.append(&body);
}

#[test]
fn accounts_that_a_revoked_device_added_go_with_it() {
    let mut group = Group::new(&["alice", "bob", "carol"]);
    let [bob, carol, ghost, friend] =
        ["bob", "carol", "ghost", "friend"].map(|name| group.id(name));
    let thief = group.book.device(bob);
    let (phone, pin) = group.book.add_device(bob);
    let mut body = group.rotate("bob").with_pins(&[pin]);
    body.device = phone;
    group.append(&body);
    for (newcomer, device) in [("ghost", thief), ("friend", phone)] {
        let mut body = group.add("bob", newcomer, 0);
        body.device = device;
        group.append(&body);
    }
    // Any member pins the revocation, and takes the ghost out in the same entry.
    let pin = group.book.revoke(bob, thief);
    let mut body = group.rotate("carol");
    body.also_removed = vec![ghost];
    group.refuses(&body, Refused::NotAddedByRevoked);
    let mut body = body.with_pins(&[pin]);
    for innocent in [friend, bob] {
        body.also_removed = vec![innocent];
        group.refuses(&body, Refused::NotAddedByRevoked);
    }
    body.also_removed = vec![carol];
    group.refuses(&body, Refused::RemovesItself);
    body.also_removed = vec![ghost];
    assert_eq!(
        group.try_append(&body),
        Ok(Applied::Appended(Step {
            position: 4,
            epoch: Started::Epoch,
            joined: Vec::new(),
            gone: vec![ghost],
            moved: vec![bob],
        }))
    );
    assert!(!group.fold.now().is_member(&ghost));
    assert!(group.fold.now().is_member(&friend));
}

#[test]
fn founders_and_those_added_under_an_older_pin_stay() {
    let mut group = Group::new(&["alice", "bob", "carol"]);
    let [alice, bob, friend] = ["alice", "bob", "friend"].map(|name| group.id(name));
    let old = group.book.device(alice);
    let body = group.add("alice", "friend", 0);
    group.append(&body);
    let (_, pin) = group.book.add_device(alice);
    let body = group.rotate("bob").with_pins(&[pin]);
    group.append(&body);
    let pin = group.book.revoke(alice, old);
    for innocent in [friend, group.id("carol")] {
        let mut body = group.rotate("bob").with_pins(&[pin]);
        body.also_removed = vec![innocent];
        group.refuses(&body, Refused::NotAddedByRevoked);
    }
    assert!(group.fold.now().added_by(&bob).is_none());
    assert_eq!(group.fold.now().added_by(&friend), Some((alice, old)));
}

/// A device that is revoked now had added somebody.
fn with_a_ghost() -> (Group, AccountId, Pin) {
    let mut group = Group::new(&["alice", "bob", "carol"]);
    let [alice, ghost] = ["alice", "ghost"].map(|name| group.id(name));
    let thief = group.book.device(alice);
    let body = group.add("alice", "ghost", 0);
    group.append(&body);
    group.book.add_device(alice);
    let pin = group.book.revoke(alice, thief);
    (group, ghost, pin)
}

#[test]
fn nobody_goes_twice_in_one_entry() {
    let (mut group, ghost, pin) = with_a_ghost();
    let mut body = group.remove("alice", "ghost").with_pins(&[pin]);
    body.also_removed = vec![ghost];
    group.refuses(&body, Refused::NotCanonical);
    body.also_removed.clear();
    group.append(&body);
}

#[test]
fn who_goes_with_a_revocation_is_listed_in_order() {
    let mut group = Group::new(&["alice", "bob", "carol"]);
    let mut ghosts = ["ghost", "shadow"].map(|name| group.id(name));
    ghosts.sort_unstable();
    let alice = group.id("alice");
    let thief = group.book.device(alice);
    for newcomer in ["ghost", "shadow"] {
        let body = group.add("alice", newcomer, 0);
        group.append(&body);
    }
    group.book.add_device(alice);
    let pin = group.book.revoke(alice, thief);
    let mut body = group.rotate("bob").with_pins(&[pin]);
    body.also_removed = vec![ghosts[1], ghosts[0]];
    group.refuses(&body, Refused::NotCanonical);
    body.also_removed = ghosts.to_vec();
    group.append(&body);
}

/// Else an admin would be counted that there is not, and the last one could leave.
#[test]
fn nobody_who_goes_gets_a_role() {
    let (mut group, ghost, pin) = with_a_ghost();
    let mut body = group.rotate("alice").with_pins(&[pin]);
    body.action = Action::SetRole { account: ghost, role: Role::Admin };
    body.also_removed = vec![ghost];
    group.refuses(&body, Refused::NoSuchMember);
    body.action = Action::SetRole { account: group.id("bob"), role: Role::Admin };
    group.append(&body);
    let admins = group.fold.now().members().filter(|(_, role)| *role == Role::Admin).count();
    assert_eq!(group.fold.now().admin_count(), admins);
}
