use privity_conversation::epoch::ConversationInfo;
use privity_conversation::format::{Action, Entry, Permission, Pin, Policy, Role, StatementHash};
use privity_conversation::log::{Blame, ForkEvidence};
use privity_conversation::message::Draft;
use privity_conversation::state::{Blocked, Due, Event, History};
use privity_conversation::{Error, Missing};
use privity_testkit::Link;
use privity_wire::Codec;

use crate::people::People;

const DAY: u64 = 24 * 60 * 60 * 1_000;

fn blocked(
    people: &mut People,
    who: usize,
    id: &privity_conversation::format::ConversationId,
) -> Error {
    let sent =
        people.devices[who].call(|client, context| client.send(id, Draft::text("x"), context));
    sent.map(drop).unwrap_err()
}

#[test]
fn two_changes_at_one_head_leave_one_standing_and_tell_the_other() {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    people.sync_all();
    let mut held = Vec::new();
    for who in 0..2 {
        held.push(people.devices[who].call(|client, context| client.rotate(&id, context)).unwrap());
    }
    for (who, changes) in held.into_iter().enumerate() {
        people.devices[who].perform(changes, &mut people.relay, &mut Link::good()).unwrap();
    }
    let lost = |event: &Event| matches!(event, Event::Lost { position: 1, .. });
    let stands = |event: &Event| matches!(event, Event::Confirmed { position: 1, .. });
    assert!(people.devices[0].events.iter().any(stands));
    assert!(!people.devices[0].events.iter().any(lost));
    assert!(people.devices[1].events.iter().any(lost));
    people.say(1, &id, "after the race");
    people.rotate(1, &id);
    people.say(1, &id, "and on");
    people.sync_all();
    assert_eq!(people.texts(0), ["after the race", "and on"]);
    assert_eq!(people.texts(2), ["after the race", "and on"]);
}

#[test]
fn epochs_heads_and_what_is_pending_are_told() {
    let mut people = People::meet(3);
    let id = people.conversation(2);
    people.rotate(0, &id);
    let device = &mut people.devices[0];
    let held = device.call(|client, context| client.set_info(&id, title("new"), context)).unwrap();
    assert!(matches!(device.client.pending(&id), Some((2, Action::SetInfo))));
    device.crash().unwrap();
    assert!(device.client.pending(&id).is_none(), "it was never saved");
    drop(held);
    let anchors = device.client.epochs(&id).unwrap().iter().map(|it| it.anchor).collect::<Vec<_>>();
    assert_eq!(anchors, [0, 1]);
    let members: Vec<_> = device.client.members(&id).unwrap().iter().map(|it| it.0).collect();
    let heads = device.client.heads(&id).unwrap();
    assert_eq!(heads.iter().map(|head| head.account).collect::<Vec<_>>(), members);
    for head in &heads {
        assert_eq!(device.client.directory().head(&head.account).as_ref(), Some(head));
    }
}

fn title(text: &str) -> ConversationInfo {
    ConversationInfo { title: text.to_owned(), ..ConversationInfo::default() }
}

#[test]
fn a_second_change_waits_for_the_first() {
    let mut people = People::meet(1);
    let id = people.conversation(1);
    let device = &mut people.devices[0];
    let first = device.call(|client, context| client.rotate(&id, context)).unwrap();
    let second = device.call(|client, context| client.rotate(&id, context));
    assert_eq!(second.err(), Some(Blocked::ChangePending.into()));
    device.perform(first, &mut people.relay, &mut Link::good()).unwrap();
    device.act(&mut people.relay, |client, context| client.rotate(&id, context)).unwrap();
}

#[test]
fn after_a_leave_nothing_is_sealed_until_somebody_rotates() {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    people.devices[2]
        .act(&mut people.relay, |client, context| client.leave(&id, None, context))
        .unwrap();
    people.sync_all();
    assert_eq!(blocked(&mut people, 1, &id), Blocked::RotationDue.into());
    assert_eq!(people.devices[1].client.rotation_due(&id, people.devices[1].now), Ok(Due::Now));
    people.rotate(1, &id);
    people.say(1, &id, "without the third");
    people.sync_all();
    assert_eq!(people.texts(0), ["without the third"]);
    assert!(people.texts(2).is_empty());
    assert_eq!(blocked(&mut people, 2, &id), Blocked::NotMember.into());
}

#[test]
fn a_last_admin_names_a_successor() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    let heir = people.devices[1].account();
    let alone = people.devices[0].call(|client, context| client.leave(&id, None, context));
    assert!(matches!(alone, Err(Error::Entry(_))));
    people.devices[0]
        .act(&mut people.relay, |client, context| client.leave(&id, Some(heir), context))
        .unwrap();
    people.sync_all();
    assert_eq!(people.devices[1].client.members(&id).unwrap(), [(heir, Role::Admin)]);
}

#[test]
fn roles_and_policy_bind_everybody() {
    let mut people = People::meet(3);
    let policy = Policy { add: Permission::Admins, ..Policy::default() };
    let id = people.conversation_under(2, policy);
    let (second, third) = (people.devices[1].account(), people.devices[2].account());
    let refused =
        people.devices[1].call(|client, context| client.add(&id, &[third], History::Full, context));
    assert!(matches!(refused, Err(Error::Entry(_))), "{refused:?}");
    people.devices[0]
        .act(&mut people.relay, |client, context| {
            client.set_role(&id, second, Role::Admin, context)
        })
        .unwrap();
    people.sync(1);
    people.add(1, &id, 2, History::Full);
    people.accept(2, &id);
    assert_eq!(people.devices[2].client.members(&id).unwrap().len(), 3);
}

#[test]
fn title_and_picture_follow_whoever_set_them_and_every_rotation() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    assert_eq!(people.devices[1].client.overview(&id).unwrap().info.title, "title");
    let info = ConversationInfo { title: "another".into(), picture: vec![1, 2, 3] };
    people.devices[1]
        .act(&mut people.relay, |client, context| client.set_info(&id, info.clone(), context))
        .unwrap();
    people.rotate(1, &id);
    people.sync_all();
    for who in 0..2 {
        people.devices[who].crash().unwrap();
        assert_eq!(people.devices[who].client.overview(&id).unwrap().info, info);
    }
}

#[test]
fn the_key_is_due_by_age_and_by_messages() {
    let mut people = People::meet(1);
    let policy = Policy { rotation_messages: 3, ..Policy::default() };
    let id = people.conversation_under(1, policy);
    let due = |people: &People, now: u64| people.devices[0].client.rotation_due(&id, now).unwrap();
    let now = people.devices[0].now;
    assert_eq!(due(&people, now), Due::No);
    assert_ne!(due(&people, now + 8 * DAY), Due::No);
    assert_eq!(due(&people, now + 30 * DAY), Due::Now);
    (0..3).for_each(|_| people.say(0, &id, "count"));
    people.devices[0].crash().unwrap();
    assert_ne!(due(&people, now), Due::No);
    people.rotate(0, &id);
    assert_eq!(due(&people, now), Due::No);
}

/// A relay that delivers again and again can't wear the key out.
#[test]
fn a_message_counts_once_towards_the_next_key_however_often_it_comes() {
    let mut people = People::meet(2);
    let policy = Policy { rotation_messages: 3, ..Policy::default() };
    let id = people.conversation_under(2, policy);
    let due = |people: &People| {
        let device = &people.devices[1];
        device.client.rotation_due(&id, device.now).unwrap()
    };
    let deliver = |people: &mut People| {
        let messages = people.relay.logs[&id].messages.clone();
        let bob = &mut people.devices[1];
        for message in &messages {
            let taken = bob.call(|client, context| client.receive(&id, message, context));
            bob.save(&taken.unwrap().1).unwrap();
        }
    };
    people.say(0, &id, "one");
    people.say(1, &id, "two, which comes back");
    for _ in 0..3 {
        deliver(&mut people);
        people.devices[1].crash().unwrap();
    }
    assert_eq!(due(&people), Due::No);
    people.say(0, &id, "three");
    deliver(&mut people);
    assert_ne!(due(&people), Due::No);
}

#[test]
fn members_at_one_head_export_the_same_bytes_and_others_none() {
    let mut people = People::meet(3);
    let id = people.conversation(2);
    people.sync_all();
    let export = |people: &mut People, who: usize| {
        people.devices[who]
            .client
            .export(&id, "label", b"context", 32)
            .map(|(at, key)| (at, key.expose().to_vec()))
    };
    let first = export(&mut people, 0).unwrap();
    assert_eq!(export(&mut people, 1).unwrap(), first);
    assert!(export(&mut people, 2).is_err());
    people.rotate(0, &id);
    assert_ne!(export(&mut people, 0).unwrap().1, first.1);
    let again = people.devices[0].client.export_at(&id, first.0, "label", b"context", 32).unwrap();
    assert_eq!(again.expose(), first.1);
}

#[test]
fn a_declined_invitation_seals_nothing_and_can_be_left() {
    let mut people = People::meet(2);
    let id = people.conversation(1);
    people.add(0, &id, 1, History::Full);
    people.sync(1);
    assert_eq!(blocked(&mut people, 1, &id), Blocked::NotAccepted.into());
    people.devices[1]
        .act(&mut people.relay, |client, context| client.decline(&id, context))
        .unwrap();
    assert_eq!(blocked(&mut people, 1, &id), Blocked::NotAccepted.into());
    people.devices[1]
        .act(&mut people.relay, |client, context| client.leave(&id, None, context))
        .unwrap();
    people.sync_all();
    assert_eq!(people.devices[0].client.members(&id).unwrap().len(), 1);
}

#[test]
fn a_removed_member_that_is_added_again_reads_what_it_is_granted_and_not_between() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.say(0, &id, "with you");
    people.sync_all();
    people.remove(0, &id, 1);
    people.say(0, &id, "without you");
    people.add(0, &id, 1, History::FromNow);
    people.say(0, &id, "with you again");
    people.accept(1, &id);
    people.sync(1);
    assert_eq!(people.texts(1), ["with you", "with you again"]);
}

#[test]
fn a_fork_stops_sealing_and_is_shown() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    let before = people.relay.clone();
    people.rotate(0, &id);
    let mut other = before;
    let heard = people.relay.logs[&id].entries[1].clone();
    std::mem::swap(&mut people.relay, &mut other);
    people.rotate(1, &id);
    std::mem::swap(&mut people.relay, &mut other);
    let told = people.devices[1]
        .call(|client, context| client.handle_entries(&id, &[heard], context).unwrap());
    assert!(told.events.iter().any(|event| matches!(event, Event::Forked { .. })));
    assert_eq!(people.devices[1].client.fork_evidence(&id), Ok(None));
    // The relay that this device follows shows its own entry once more.
    people.devices[1].perform(told, &mut other, &mut Link::good()).unwrap();
    people.devices[1].crash().unwrap();
    assert!(people.devices[1].client.overview(&id).unwrap().fork.is_some());
    assert_eq!(blocked(&mut people, 1, &id), Blocked::Forked.into());

    // Somebody who was not in it checks the evidence by the two accounts alone.
    let evidence = people.devices[1].client.fork_evidence(&id).unwrap().unwrap();
    let shown = ForkEvidence::from_bytes(&evidence.to_bytes().unwrap()).unwrap();
    assert_eq!(shown, evidence);
    assert_eq!(shown.verify(people.devices[0].client.directory()), Ok(Blame::Relay));
    let nobody = privity_conversation::account::Directory::default();
    let first = |entry: &Entry| {
        let account = entry.body().author;
        Pin { account, seq: 0, hash: StatementHash(account.0) }
    };
    let authors = vec![first(shown.ours()), first(shown.theirs())];
    assert_eq!(shown.verify(&nobody), Err(Error::Missing(Missing::Statements(authors))));
    let mut body = shown.ours().body().clone();
    let newer = Pin { account: body.author, seq: 7, hash: StatementHash([7; 32]) };
    body.pins = vec![newer];
    let pinning = Entry::from_parts(body, *shown.ours().signature()).unwrap();
    let pinning = ForkEvidence::new(pinning, shown.theirs().clone()).unwrap();
    let lacking = pinning.verify(people.devices[0].client.directory());
    assert_eq!(lacking, Err(Error::Missing(Missing::Statements(vec![newer]))));
    let forged = Entry::from_parts(shown.ours().body().clone(), *shown.theirs().signature());
    let forged = ForkEvidence::new(forged.unwrap(), shown.theirs().clone()).unwrap();
    assert!(matches!(forged.verify(people.devices[0].client.directory()), Err(Error::Entry(_))));
    assert!(ForkEvidence::new(shown.ours().clone(), shown.ours().clone()).is_err());
}

#[test]
fn a_closed_account_does_not_stop_the_others() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.devices[1]
        .act(&mut people.relay, |client, context| {
            client.change_account(|tools| tools.own.close(tools.chain), context)
        })
        .unwrap();
    people.sync(0);
    let gone = people.devices[1].account();
    people.devices[0]
        .act(&mut people.relay, |client, context| client.remove(&id, &[gone], context))
        .unwrap();
    people.say(0, &id, "alone");
    people.sync(0);
    assert_eq!(people.texts(0), ["alone"]);
}
