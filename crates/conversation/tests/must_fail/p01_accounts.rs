//! Point 1: Ghost devices, rolled-back accounts, entries by a revoked device.

use privity_conversation::Error;
use privity_conversation::account::{ChainFault, HeadComparison};
use privity_conversation::format::{Action, Entry, Signer, Statement};
use privity_conversation::log::Refused;
use privity_conversation::state::Event;
use privity_testkit::Device;
use privity_wire::Codec;

use crate::mallory::{holder, key, update};
use crate::people::People;

/// Bob comes back on a second device and revokes the first, which a thief has: device 1.
pub(crate) fn steal(people: &mut People) -> Device {
    let phrase = people.devices[1].phrase.take().unwrap();
    let (bob, lost) = (people.devices[1].account(), people.devices[1].client.device());
    let back = Device::recover(9, phrase, &bob, &[lost], &mut people.relay).unwrap();
    std::mem::replace(&mut people.devices[1], back)
}

#[test]
fn p01_a_relay_adds_no_device_to_an_account() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    let bob = people.devices[1].account();
    let chain = people.devices[0].client.directory().chain(&bob).unwrap().clone();
    let honest = people.relay.accounts[&bob].clone();
    let signers = [
        (Signer::Device(people.devices[1].client.device()), ChainFault::Signature),
        (Signer::Device(holder(1).id()), ChainFault::SignerUnknown),
        (Signer::Recovery, ChainFault::Signature),
    ];
    for (signer, fault) in signers {
        let mut body = update(&chain, signer);
        body.add_devices = vec![holder(1)];
        let forged = Statement::sign(body, &key(1), &[&key(1)]).unwrap();
        people.relay.accounts.insert(bob, [&honest[..], &[forged.to_bytes().unwrap()]].concat());
        let refused = people.devices[0].meet(&bob, &mut people.relay);
        assert_eq!(refused, Err(Error::Chain(bob, fault)));
        assert_eq!(people.devices[0].client.directory().head(&bob), Some(chain.head()));
    }
    people.relay.accounts.insert(bob, honest);
    people.rotate(0, &id);
    people.say(0, &id, "between us");
    people.sync_all();
    assert_eq!(people.texts(1), ["between us"]);
}

#[test]
fn p01_a_rolled_back_account_stays_where_it_was() {
    let mut people = People::meet(2);
    let bob = people.devices[1].account();
    let older = people.relay.accounts[&bob].clone();
    let _thief = steal(&mut people);
    people.devices[0].meet(&bob, &mut people.relay).unwrap();
    let head = people.devices[0].client.directory().head(&bob).unwrap();
    assert_eq!(head.seq, 1);
    people.relay.accounts.insert(bob, older);
    people.devices[0].meet(&bob, &mut people.relay).unwrap();
    assert_eq!(people.devices[0].client.directory().head(&bob), Some(head));
    // Whoever meets Bob now sees the old chain; his card says that there is more.
    let mut carol = People::meet(1).devices.remove(0);
    carol.meet(&bob, &mut people.relay).unwrap();
    let card = people.devices[1].client.card("").unwrap();
    assert_eq!(carol.client.directory().compare(&card.head), HeadComparison::Behind(1));
}

#[test]
fn p01_an_entry_by_a_revoked_device_is_refused() {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    let thief = steal(&mut people);
    people.sync_all();
    people.rotate(0, &id);
    people.sync_all();
    let head = people.relay.logs[&id].entries.last().unwrap();
    let head = Entry::from_bytes(head).unwrap();
    let mut body = head.body().clone();
    body.position += 1;
    body.prev = head.hash();
    body.author = thief.account();
    body.device = thief.client.device();
    body.pins.clear();
    body.action = Action::SetInfo;
    body.epoch = None;
    body.cuts.clear();
    let forged = Entry::sign(body, thief.client.own().signing_key()).unwrap();
    let bytes = forged.to_bytes().unwrap();
    people.relay.logs.get_mut(&id).unwrap().entries.push(bytes);
    people.sync(0);
    let rule = Refused::DeviceNotActive;
    let event = Event::EntryRefused { conversation: id, rule };
    assert!(people.devices[0].events.contains(&event), "{:?}", people.devices[0].events);
    assert_eq!(people.devices[0].client.next_entry(&id), head.body().position + 1);
}
