use privity_conversation::format::{AccountId, Action};
use privity_conversation::log::{AppendError, Refused};

use crate::world::{Group, Parts};

fn bob(group: &mut Group) -> AccountId {
    group.id("bob")
}

#[test]
fn only_members_write_entries() {
    let mut group = Group::new(&["alice", "bob"]);
    let body = group.rotate("mallory");
    group.refuses(&body, Refused::NotAMember);
    let body = group.remove("alice", "bob");
    group.append(&body);
    let body = group.rotate("bob");
    group.refuses(&body, Refused::NotAMember);
}

#[test]
fn a_newcomer_does_not_add_itself() {
    let mut group = Group::new(&["alice", "bob"]);
    let mallory = group.id("mallory");
    let mut body = group.add("bob", "mallory", 0);
    body.author = mallory;
    body.device = group.book.device(mallory);
    group.refuses(&body, Refused::NotAMember);
}

#[test]
fn the_device_is_the_authors_and_signs_itself() {
    let mut group = Group::new(&["alice", "bob"]);
    let mut body = group.rotate("alice");
    let other = bob(&mut group);
    let other = group.book.device(other);
    let forged = group.book.sign_as(&body, other);
    assert_eq!(group.fold.append(&forged, &group.book), Err(Refused::BadSignature.into()));
    body.device = other;
    group.refuses(&body, Refused::DeviceNotActive);
}

#[test]
fn a_new_device_writes_from_the_entry_that_pins_it() {
    let mut group = Group::new(&["alice", "bob"]);
    let author = bob(&mut group);
    let (phone, pin) = group.book.add_device(author);
    let mut body = group.rotate("bob");
    body.device = phone;
    group.refuses(&body, Refused::DeviceNotActive);
    group.append(&body.with_pins(&[pin]));
    let mut body = group.rotate("bob");
    body.device = phone;
    group.append(&body);
}

#[test]
fn a_device_that_the_entrys_own_pin_revokes_does_not_write_it() {
    let mut group = Group::new(&["alice", "bob"]);
    let author = bob(&mut group);
    let old = group.book.device(author);
    group.book.add_device(author);
    let pin = group.book.revoke(author, old);
    let mut body = group.rotate("bob").with_pins(&[pin]);
    body.device = old;
    group.refuses(&body, Refused::DeviceNotActive);
    body.device = group.book.device(author);
    group.append(&body);
}

#[test]
fn a_device_revoked_beyond_the_pin_still_writes_and_suspends() {
    let mut group = Group::new(&["alice", "bob"]);
    let author = bob(&mut group);
    let old = group.book.device(author);
    group.book.add_device(author);
    let pin = group.book.revoke(author, old);
    let mut body = group.rotate("bob");
    body.device = old;
    group.append(&body);
    assert_eq!(group.fold.now().suspended(&group.book), [author]);
    let body = group.rotate("alice").with_pins(&[pin]);
    group.append(&body);
    assert!(group.fold.now().suspended(&group.book).is_empty());
    let mut body = group.rotate("bob");
    body.device = old;
    group.refuses(&body, Refused::DeviceNotActive);
}

#[test]
fn an_author_without_statements_is_waited_for() {
    let mut group = Group::new(&["alice", "bob"]);
    let author = bob(&mut group);
    group.book.missing.insert(author);
    let body = group.body("bob", Action::SetInfo).with_info();
    let needed = group.book.head(author);
    assert_eq!(group.try_append(&body), Err(AppendError::Missing(vec![needed])));
    group.book.missing.clear();
    group.append(&body);
}
