use privity_conversation::format::StatementHash;
use privity_conversation::log::{AppendError, Refused};

use crate::world::{Group, Parts};

#[test]
fn a_pin_is_of_a_member_or_of_a_newcomer() {
    let mut group = Group::new(&["alice", "bob"]);
    let stranger = group.id("mallory");
    let pin = group.book.head(stranger);
    let body = group.rotate("alice").with_pins(&[pin]);
    group.refuses(&body, Refused::PinOfStranger);
    // Nor of a former member.
    let bob = group.id("bob");
    let body = group.remove("alice", "bob");
    group.append(&body);
    let pin = group.book.rotate_generation(bob);
    let body = group.rotate("alice").with_pins(&[pin]);
    group.refuses(&body, Refused::PinOfStranger);
}

#[test]
fn a_newcomer_has_a_pin() {
    let mut group = Group::new(&["alice", "bob"]);
    let mut body = group.add("alice", "carol", 0);
    body.pins.clear();
    group.refuses(&body, Refused::JoinWithoutPin);
}

#[test]
fn the_first_statement_of_a_chain_is_its_accounts_name() {
    let mut group = Group::new(&["alice", "bob"]);
    let mut body = group.add("alice", "carol", 0);
    body.pins[0].hash = StatementHash([1; 32]);
    group.refuses(&body, Refused::PinNotOfAccount);
    let mut body = group.add("alice", "carol", 0);
    body.pins[0].seq = 1;
    group.refuses(&body, Refused::PinNotOfAccount);
}

#[test]
fn a_pin_moves_forward_along_its_chain_and_no_other_way() {
    let mut group = Group::new(&["alice", "bob"]);
    let bob = group.id("bob");
    let first = group.book.head(bob);
    let (_, second) = group.book.add_device(bob);
    let (_, third) = group.book.add_device(bob);
    let body = group.rotate("alice").with_pins(&[second]);
    group.append(&body);
    for back in [first, second] {
        let body = group.rotate("alice").with_pins(&[back]);
        group.refuses(&body, Refused::PinNotForward);
    }
    let mut sideways = second;
    sideways.hash = StatementHash([1; 32]);
    let body = group.rotate("alice").with_pins(&[sideways]);
    group.refuses(&body, Refused::PinNotForward);
    let body = group.rotate("alice").with_pins(&[third]);
    group.append(&body);
    assert_eq!(group.fold.now().pin(&bob), Some(third));
    assert_eq!(group.fold.at(1).unwrap().pin(&bob), Some(second));
    assert_eq!(group.fold.at(0).unwrap().pin(&bob), Some(first));
}

#[test]
fn a_pin_that_is_on_another_branch_is_refused() {
    let mut group = Group::new(&["alice", "bob"]);
    // The log pins a head that the chain, as it is known now, never had.
    let carol = group.id("carol");
    let mut invented = group.book.head(carol);
    invented.seq = 1;
    invented.hash = StatementHash([5; 32]);
    let mut body = group.add("alice", "carol", 0);
    body.pins = vec![invented];
    group.append(&body);
    group.book.add_device(carol);
    let (_, real) = group.book.add_device(carol);
    let body = group.rotate("alice").with_pins(&[real]);
    group.refuses(&body, Refused::PinNotForward);
}

#[test]
fn a_pin_that_moves_needs_the_statements_up_to_it() {
    let mut group = Group::new(&["alice", "bob", "carol"]);
    let accounts = ["bob", "carol"].map(|name| group.id(name));
    let mut pins = accounts.map(|account| group.book.add_device(account).1);
    pins.sort_by_key(|pin| pin.account);
    group.book.missing.extend(accounts);
    let body = group.rotate("alice").with_pins(&pins);
    assert_eq!(group.try_append(&body), Err(AppendError::Missing(pins.to_vec())));
    group.book.missing.clear();
    group.append(&body);
}

#[test]
fn a_pin_of_a_newcomer_needs_no_statements() {
    let mut group = Group::new(&["alice", "bob"]);
    let carol = group.id("carol");
    group.book.missing.insert(carol);
    let body = group.add("alice", "carol", 0);
    group.append(&body);
}

#[test]
fn a_member_that_comes_back_does_not_come_back_with_an_older_head() {
    let mut group = Group::new(&["alice", "bob"]);
    let bob = group.id("bob");
    let first = group.book.head(bob);
    let (_, second) = group.book.add_device(bob);
    let body = group.rotate("alice").with_pins(&[second]);
    group.append(&body);
    let body = group.remove("alice", "bob");
    group.append(&body);
    let mut body = group.add("alice", "bob", 0);
    body.pins = vec![first];
    group.refuses(&body, Refused::PinNotForward);
    body.pins = vec![second];
    group.append(&body);
    assert_eq!(group.fold.now().pin(&bob), Some(second));
}
