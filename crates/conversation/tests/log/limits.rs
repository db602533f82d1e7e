//! The most of everything, for entries that never were bytes; the rest is the formats'.

use privity_conversation::format::{
    AccountId, Action, Cut, DeviceId, EntryBody, Member, MessageId, Pin, Role, StatementHash, limit,
};
use privity_conversation::log::{Applied, Fold, Refused};
use privity_wire::Codec;

use crate::world::{Group, Parts};

/// A `create` with as many founders as asked for, most of them nobody.
fn crowd(group: &Group, founders: usize) -> EntryBody {
    let mut body = group.log[0].body().clone();
    let Action::Create { members, .. } = &mut body.action else { panic!() };
    for index in members.len()..founders {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&(index as u64).to_be_bytes());
        let account = AccountId(hash);
        members.push(Member { account, role: Role::Member });
        body.pins.push(Pin { account, seq: 0, hash: StatementHash(hash) });
    }
    members.sort_by_key(|member| member.account);
    body.pins.sort_by_key(|pin| pin.account);
    body
}

#[test]
fn a_conversation_has_so_many_members_and_no_more() {
    let mut group = Group::new(&["alice"]);
    let body = crowd(&group, limit::MEMBERS + 1);
    let entry = group.book.sign(&body);
    let begun = Fold::begin(entry.conversation(), &entry, &group.book);
    assert_eq!(begun, Err(Refused::NotCanonical.into()));
    let entry = group.book.sign(&crowd(&group, limit::MEMBERS));
    assert!(entry.to_bytes().unwrap().len() < limit::ENTRY);
    group.fold = Fold::begin(entry.conversation(), &entry, &group.book).unwrap();
    let body = group.add("alice", "bob", 0);
    group.refuses(&body, Refused::TooManyMembers);
    let mut body = group.body("alice", Action::Remove { accounts: Vec::new() }).linked();
    let one = group.fold.now().members().map(|(account, _)| account).find(|a| *a != body.author);
    body.action = Action::Remove { accounts: vec![one.unwrap()] };
    group.append(&body);
    let body = group.add("alice", "bob", 0);
    group.append(&body);
    assert_eq!(group.fold.now().member_count(), limit::MEMBERS);
}

#[test]
fn cuts_heads_and_info_are_bounded() {
    let mut group = Group::new(&["alice", "bob"]);
    let bob = group.id("bob");
    let device = group.book.device(bob);
    let ids = |count: u16| {
        (0..count).map(|id| {
            let mut bytes = [0; 32];
            bytes[..2].copy_from_slice(&id.to_be_bytes());
            bytes
        })
    };
    let mut body = group.remove("alice", "bob");
    body.cuts = ids(1_025).map(|id| Cut { device: DeviceId(id), heads: Vec::new() }).collect();
    group.refuses(&body, Refused::NotCanonical);
    body.cuts.pop();
    group.refuses(&body, Refused::CutOfOther);
    body.cuts = vec![Cut { device, heads: ids(65).map(MessageId).collect() }];
    group.refuses(&body, Refused::NotCanonical);
    body.cuts[0].heads.pop();
    body.info.as_mut().unwrap().sealed = vec![0; limit::INFO + 1];
    group.refuses(&body, Refused::NotCanonical);
    body.info.as_mut().unwrap().sealed.pop();
    body.cuts[0].heads.swap(0, 1);
    group.refuses(&body, Refused::NotCanonical);
    body.cuts[0].heads.swap(0, 1);
    assert!(matches!(group.try_append(&body), Ok(Applied::Appended(_))));
}
