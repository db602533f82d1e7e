use privity_conversation::format::{Action, ConversationId, EntryHash, Role};
use privity_conversation::log::{AppendError, Applied, Blame, Fork, Refused};
use privity_wire::{Codec, DecodeError};

use crate::world::{Group, Parts};

#[test]
fn an_entry_of_another_conversation_is_refused() {
    let mut group = Group::new(&["alice", "bob"]);
    let mut body = group.rotate("alice");
    body.conversation = ConversationId([1; 32]);
    group.refuses(&body, Refused::OtherConversation);
}

#[test]
fn a_second_create_is_refused_at_every_position() {
    let mut group = Group::new(&["alice", "bob"]);
    let mut create = group.log[0].body().clone();
    create.time += 1;
    group.refuses(&create, Refused::OtherConversation);
    let mut first = group.rotate("alice");
    first.position = 0;
    group.refuses(&first, Refused::MisplacedCreate);
}

#[test]
fn an_entry_that_is_known_is_ignored() {
    let mut group = Group::new(&["alice", "bob"]);
    let body = group.rotate("alice");
    group.append(&body);
    assert_eq!(group.try_append(&body), Ok(Applied::Duplicate));
    let create = group.log[0].clone();
    assert_eq!(group.fold.append(&create, &group.book), Ok(Applied::Duplicate));
}

#[test]
fn an_entry_beyond_the_next_is_held() {
    let mut group = Group::new(&["alice", "bob"]);
    let mut body = group.rotate("alice");
    body.position += 1;
    assert_eq!(group.try_append(&body), Ok(Applied::Ahead { next: 1 }));
    body.position = u64::MAX;
    assert_eq!(group.try_append(&body), Ok(Applied::Ahead { next: 1 }));
}

#[test]
fn an_entry_that_follows_another_entry_is_refused() {
    let mut group = Group::new(&["alice", "bob"]);
    let mut body = group.rotate("alice");
    body.prev = EntryHash([1; 32]);
    group.refuses(&body, Refused::OtherBranch);
}

#[test]
fn a_second_valid_entry_at_a_position_is_evidence_of_a_fork() {
    let mut group = Group::new(&["alice", "bob"]);
    let ours = group.rotate("alice");
    let mut same_device = ours.clone();
    same_device.time += 1;
    let other_device = group.rotate("bob");
    group.append(&ours);
    for _ in 0..3 {
        let next = group.rotate("bob");
        group.append(&next);
    }
    for (theirs, blame) in [(same_device, Blame::Author), (other_device, Blame::Relay)] {
        let fork =
            Fork { position: 1, ours: ours.hash().unwrap(), theirs: theirs.hash().unwrap(), blame };
        assert_eq!(group.try_append(&theirs), Ok(Applied::Forked(fork)));
    }
}

#[test]
fn a_fork_is_judged_by_the_members_and_rules_of_its_own_position() {
    let mut group = Group::new(&["alice", "bob", "carol"]);
    let by_carol = group.rotate("carol");
    let by_dora = {
        let mut body = group.rotate("alice");
        body.author = group.id("dora");
        body.device = group.book.device(body.author);
        body
    };
    let promote = Action::SetRole { account: group.id("carol"), role: Role::Admin };
    let admin_act = group.body("bob", promote);
    let body = group.remove("alice", "carol");
    group.append(&body);
    let body = group.add("alice", "dora", 0);
    group.append(&body);
    let promote = Action::SetRole { account: group.id("bob"), role: Role::Admin };
    let body = group.body("alice", promote);
    group.append(&body);
    // Carol was a member then, Dora not yet, and Bob no admin.
    assert!(matches!(group.try_append(&by_carol), Ok(Applied::Forked(_))));
    group.refuses(&by_dora, Refused::NotAMember);
    group.refuses(&admin_act, Refused::NotAllowed);
}

#[test]
fn an_invalid_entry_at_a_taken_position_is_no_evidence() {
    let mut group = Group::new(&["alice", "bob"]);
    let ours = group.rotate("alice");
    group.append(&ours);
    let mut theirs = ours;
    theirs.time += 1;
    let bob = group.id("bob");
    let bob = group.book.device(bob);
    let forged = group.book.sign_as(&theirs, bob);
    assert_eq!(group.fold.append(&forged, &group.book), Err(Refused::BadSignature.into()));
}

#[test]
fn an_unknown_version_or_kind_stops_the_log_and_is_not_skipped() {
    let mut group = Group::new(&["alice", "bob"]);
    let body = group.rotate("alice");
    let mut bytes = group.book.sign(&body).to_bytes().unwrap();
    for (index, field) in [(0, "version"), (1, "entry kind")] {
        let before = bytes[index];
        bytes[index] = 0x60;
        assert_eq!(
            group.fold.append_bytes(&bytes, &group.book),
            Err(AppendError::UpdateNeeded(field))
        );
        bytes[index] = before;
    }
    bytes.push(0);
    assert_eq!(
        group.fold.append_bytes(&bytes, &group.book),
        Err(AppendError::Malformed(DecodeError::Trailing))
    );
    bytes.pop();
    assert!(matches!(group.fold.append_bytes(&bytes, &group.book), Ok(Applied::Appended(_))));
    let next = group.fold.head() + 1;
    let mut later = group.rotate("bob").with_info();
    later.position = next + 1;
    assert_eq!(group.try_append(&later), Ok(Applied::Ahead { next }));
}
