use privity_conversation::Error;
use privity_conversation::account::{Change, Verification, safety_number};
use privity_conversation::format::ContactCard;
use privity_conversation::state::{Blocked, History};
use privity_testkit::Device;

use crate::people::People;

/// The first person knows the second as `bob` and has compared the number with him.
fn verified() -> People {
    let mut people = People::meet(2);
    let bob = people.devices[1].account();
    let alice = people.devices[0].account();
    assert_eq!(safety_number(&alice, &bob), safety_number(&bob, &alice));
    people.devices[0]
        .act(&mut people.relay, |client, context| {
            client.change_contacts(
                |contacts, directory| {
                    contacts.resolve("bob", &bob)?;
                    let head = directory.head(&bob).unwrap();
                    contacts.verify("bob", &head, directory)
                },
                context,
            )
        })
        .unwrap();
    people
}

fn state_of_bob(people: &People) -> Option<Verification> {
    let client = &people.devices[0].client;
    client.contacts().state("bob", client.directory())
}

#[test]
fn what_was_verified_is_saved() {
    let mut people = verified();
    people.devices[0].crash().unwrap();
    assert_eq!(state_of_bob(&people), Some(Verification::Verified));
}

#[test]
fn nothing_is_wrapped_to_a_contact_that_changed_until_a_person_accepts_it() {
    let mut people = verified();
    let id = people.conversation(1);
    let bob = people.devices.remove(1);
    let (account, device) = (bob.account(), bob.client.device());
    let again = Device::recover(7, bob.phrase.unwrap(), &account, &[device], &mut people.relay);
    people.devices.push(again.unwrap());
    people.devices[0].meet(&account, &mut people.relay).unwrap();
    assert!(matches!(state_of_bob(&people), Some(Verification::Changed(Change::RecoveryReset(_)))));
    for crash in [false, true] {
        if crash {
            people.devices[0].crash().unwrap();
            people.devices[0].catch_up(&mut people.relay).unwrap();
        }
        let refused = people.devices[0]
            .call(|client, context| client.add(&id, &[account], History::Full, context));
        assert_eq!(refused.err(), Some(Blocked::ContactChanged(vec![account]).into()));
    }
    people.devices[0]
        .act(&mut people.relay, |client, context| {
            let accept =
                |contacts: &mut privity_conversation::account::Contacts,
                 directory: &privity_conversation::account::Directory| {
                    contacts.accept("bob", directory)
                };
            client.change_contacts(accept, context)
        })
        .unwrap();
    people.add(0, &id, 1, History::Full);
}

#[test]
fn an_error_in_a_change_of_contacts_changes_nothing() {
    let mut people = verified();
    let before = people.devices[0].client.contacts().clone();
    let refused = people.devices[0].call(|client, context| {
        client.change_contacts(
            |contacts, _| {
                contacts.forget("bob");
                Err(Error::Misuse("changed my mind"))
            },
            context,
        )
    });
    assert!(refused.is_err());
    assert_eq!(people.devices[0].client.contacts(), &before);
}

#[test]
fn a_card_names_the_account_and_its_newest_head() {
    let people = People::meet(1);
    let client = &people.devices[0].client;
    let card = client.card("https://relay.example").unwrap();
    assert_eq!(Some(card.head), client.directory().head(&client.account()));
    assert_eq!(card.to_string().parse::<ContactCard>(), Ok(card));
    assert!(client.card(&"x".repeat(100_000)).is_err());
}
