//! Point 8: Restored snapshots and cloned machines of an account's device: no two statements at one
//! place by one state, nothing acknowledged is lost, a clone is noticed.

use privity_conversation::account::{Change, Learned};
use privity_conversation::format::{RelayErrorCode, Statement};
use privity_conversation::state::{Event, PublishAnswer, Request, Unwrappable};
use privity_primitives::wrap::Suite;
use privity_testkit::Device;
use privity_wire::Codec;

use crate::people::People;

fn renew(device: &mut Device) -> privity_conversation::state::Changes {
    device
        .call(|client, context| {
            client.change_account(
                |tools| {
                    tools.own.replace_wrap_key(tools.chain, Suite::X25519, tools.local, tools.rng)
                },
                context,
            )
        })
        .unwrap()
}

fn sent(requests: &[Request]) -> Vec<Vec<u8>> {
    let statements = requests.iter().filter_map(|request| match request {
        Request::Publish { request, .. } => Some(request.to_bytes().unwrap()),
        _ => None,
    });
    statements.collect()
}

#[test]
fn p08_a_lost_answer_is_asked_for_with_the_same_bytes() {
    let mut people = People::meet(1);
    let device = &mut people.devices[0];
    let changes = renew(device);
    let first = sent(&changes.send);
    device.save(&changes).unwrap();
    // The relay has it; the answer never came, and the machine stopped.
    for request in &changes.send {
        people.relay.handle(&device.account(), request);
    }
    device.crash().unwrap();
    let again = device.client.unsent().unwrap();
    assert_eq!(sent(&again), first);
    people.sync(0);
    assert!(people.devices[0].client.own().pending().is_none());
    assert_eq!(people.relay.accounts[&people.devices[0].account()].len(), 2);
    assert_eq!(people.devices[0].client.own().seeds().newest(), Some(1));
}

#[test]
fn p08_a_restored_copy_takes_what_stands_and_drops_its_own() {
    let mut people = People::meet(1);
    let (old, version) = (people.devices[0].records.clone(), people.devices[0].version);
    let changes = renew(&mut people.devices[0]);
    let People { relay, devices } = &mut people;
    devices[0].perform(changes, relay, &mut privity_testkit::Link::good()).unwrap();
    let account = devices[0].account();
    let stands = relay.accounts[&account].clone();
    (devices[0].records, devices[0].version) = (old, version);
    devices[0].crash().unwrap();
    devices[0].is_told_nothing().unwrap();
    let changes = renew(&mut devices[0]);
    devices[0].perform(changes, relay, &mut privity_testkit::Link::good()).unwrap();
    assert_eq!(relay.accounts[&account], stands);
    assert!(devices[0].events.contains(&Event::StatementLost));
    // The wrap key that stands was lost with the newer state: the person is told.
    assert!(devices[0].events.contains(&Event::GenerationWithheld { generation: 1 }));
    assert!(devices[0].client.own().pending().is_none());
}

#[test]
fn p08_a_refused_statement_is_never_signed_anew_at_its_place() {
    let mut people = People::meet(1);
    let device = &mut people.devices[0];
    let changes = renew(device);
    device.save(&changes).unwrap();
    let refused = PublishAnswer::Refused(RelayErrorCode::HeadMoved);
    let Some(Request::Publish { hash, .. }) = changes.send.first() else { panic!() };
    let changes =
        device.call(|client, context| client.handle_publish(hash, refused, context)).unwrap();
    assert!(changes.send.iter().any(|it| matches!(it, Request::FetchStatements { .. })));
    // The relay said so and shows nothing newer: the statement stays what it is.
    assert!(device.client.own().pending().is_some());
    let again = device.call(|client, context| {
        client.change_account(|tools| tools.own.close(tools.chain), context)
    });
    assert!(again.is_err());
}

#[test]
fn p08_a_clone_is_noticed_by_everybody_and_keeps_nobody_from_healing() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    let bob = people.devices[1].account();
    // The clone and Bob sign at the same place; the relay shows each to whom it likes.
    let cloned = renew(&mut people.devices[1]);
    let Some(Request::Publish { request, .. }) = cloned.send.first() else { panic!() };
    let clone = Statement::from_bytes(&request.statement.0).unwrap();
    people.devices[1].crash().unwrap();
    people.devices[1].is_told_nothing().unwrap();
    let changes = renew(&mut people.devices[1]);
    let People { relay, devices } = &mut people;
    devices[1].perform(changes, relay, &mut privity_testkit::Link::good()).unwrap();
    for device in devices.iter_mut() {
        device.meet(&bob, relay).unwrap();
        let bytes = [clone.to_bytes().unwrap()];
        let changes =
            device.call(|client, context| client.handle_statements(&bob, &bytes, context)).unwrap();
        device.save(&changes).unwrap();
        assert!(changes.events.contains(&Event::Equivocated { account: bob }));
        assert!(device.client.directory().equivocation(&bob).is_some());
    }
    let (alice, directory) = (&devices[0].client, devices[0].client.directory());
    assert_eq!(alice.contacts().change_of(&bob, directory), Some(Change::Equivocation));
    // Alice's next key goes to everybody but him.
    let rotated = devices[0].call(|client, context| client.rotate(&id, context)).unwrap();
    let why = Unwrappable::ContactChanged;
    let left_out = Event::NotWrapped { conversation: id, account: bob, why };
    assert!(rotated.events.contains(&left_out));
    let Some(Request::Append { wraps, .. }) = rotated.send.first() else { panic!() };
    assert_eq!(wraps.len(), 1);
    people.rotate(1, &id);
    let mut again = people.devices[0].client.directory().clone();
    assert_eq!(again.learn(&clone), Ok(Learned::Equivocates));
}
