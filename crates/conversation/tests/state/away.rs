//! Who was away while a member was removed reads, when back, all that the cut admits.

use privity_conversation::Error;
use privity_conversation::format::ConversationId;
use privity_conversation::message::AuthorFault;
use privity_conversation::state::Event;

use crate::people::People;

const ALICE: usize = 0;
const BOB: usize = 1;
const CAROL: usize = 2;
const AFTER: Error = Error::Message(AuthorFault::AfterCut);

/// Bob says `count` things in several chains while Carol is away; Alice removes him, and an old
/// copy of his device says one thing more.
fn removed_meanwhile(count: usize) -> (People, ConversationId, Vec<String>) {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    let texts: Vec<String> = (0..count).map(|number| format!("number {number}")).collect();
    for (number, text) in texts.iter().enumerate() {
        if number % 100 == 99 {
            people.devices[BOB].crash().unwrap();
        }
        people.say(BOB, &id, text);
    }
    people.sync(ALICE);
    people.remove(ALICE, &id, BOB);
    people.say(BOB, &id, "backdated");
    (people, id, texts)
}

fn check(people: &People, texts: &[String]) {
    for who in [ALICE, CAROL] {
        let mut shown = people.texts(who);
        assert_eq!(shown.len(), texts.len(), "{who}");
        if who == ALICE {
            assert_eq!(shown, texts);
        }
        shown.sort_unstable();
        let mut due: Vec<&str> = texts.iter().map(String::as_str).collect();
        due.sort_unstable();
        assert_eq!(shown, due, "{who}");
    }
}

#[test]
fn a_member_that_was_away_reads_in_order_what_was_before_the_cut() {
    let (mut people, _, texts) = removed_meanwhile(5);
    people.sync_all();
    check(&people, &texts);
    assert_eq!(people.texts(CAROL), texts);
    for who in [ALICE, CAROL] {
        assert_eq!(people.devices[who].refused, [AFTER], "{who}");
    }
}

#[test]
fn a_restart_at_any_message_forgets_nothing_of_what_the_cut_admits() {
    for crash in 0..6 {
        let (mut people, id, texts) = removed_meanwhile(5);
        let log = people.relay.logs[&id].messages.clone();
        for (number, end) in (1..=log.len()).enumerate() {
            people.relay.logs.get_mut(&id).unwrap().messages = log[..end].to_vec();
            people.sync(CAROL);
            if number == crash {
                people.devices[CAROL].crash().unwrap();
            }
        }
        people.sync(ALICE);
        check(&people, &texts);
        assert_eq!(people.devices[CAROL].refused, [AFTER]);
        people.devices[CAROL].crash().unwrap();
        people.sync(CAROL);
        check(&people, &texts);
    }
}

#[test]
fn more_than_can_be_held_is_received_again_once_it_is_known_to_be_before_the_cut() {
    let (mut people, id, texts) = removed_meanwhile(700);
    people.sync_all();
    check(&people, &texts);
    let again = Event::ReceiveAgain { conversation: id };
    assert!(people.devices[CAROL].events.contains(&again));
    people.devices[CAROL].crash().unwrap();
    people.sync(CAROL);
    check(&people, &texts);
}

#[test]
fn what_came_before_the_removal_counts_where_a_later_message_leads_back_to_it() {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    for text in ["one", "two"] {
        people.say(BOB, &id, text);
    }
    people.sync(CAROL);
    for text in ["three", "four"] {
        people.say(BOB, &id, text);
    }
    people.sync(ALICE);
    people.remove(ALICE, &id, BOB);
    people.say(BOB, &id, "backdated");
    people.devices[CAROL].crash().unwrap();
    people.sync(CAROL);
    assert_eq!(people.texts(CAROL), ["one", "two", "three", "four"]);
}
