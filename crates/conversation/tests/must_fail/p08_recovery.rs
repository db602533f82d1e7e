//! Point 8, coming back by the phrase: a machine that stops between any two steps of it.

use std::collections::VecDeque;

use privity_conversation::account::RecoveryPhrase;
use privity_conversation::format::{AccountId, ConversationId, DeviceId};
use privity_conversation::state::{Changes, Request};
use privity_testkit::{Device, Link};

use crate::people::People;

const ALICE: usize = 0;
const BOB: usize = 1;

struct Lost {
    people: People,
    id: ConversationId,
    account: AccountId,
    device: DeviceId,
}

/// Bob has lost his only device.
fn lost() -> (Lost, RecoveryPhrase) {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    people.say(ALICE, &id, "before");
    people.sync_all();
    let bob = people.devices.remove(BOB);
    let (account, device) = (bob.account(), bob.client.device());
    (Lost { people, id, account, device }, bob.phrase.unwrap())
}

/// Steps until the machine stops; how many were left.
struct Steps(usize);

impl Steps {
    fn go(&mut self) -> Result<(), ()> {
        self.0 = self.0.checked_sub(1).ok_or(())?;
        Ok(())
    }
}

/// Saves, sends and takes answers, with a point before each of these.
fn perform(
    device: &mut Device,
    changes: Changes,
    lost: &mut Lost,
    steps: &mut Steps,
) -> Result<(), ()> {
    let mut todo = VecDeque::from([changes]);
    let mut requests: VecDeque<Request> = VecDeque::new();
    loop {
        while let Some(changes) = todo.pop_front() {
            steps.go()?;
            device.save(&changes).unwrap();
            requests.extend(changes.send);
        }
        let Some(request) = requests.pop_front() else { return Ok(()) };
        steps.go()?;
        let answer = lost.people.relay.handle(&lost.account, &request);
        steps.go()?;
        todo.push_back(device.answer(&request, answer).unwrap());
    }
}

/// Recovers with a machine that stops after as many steps, and then goes on; whether it did.
fn stopped_after(steps: usize) -> bool {
    let (mut lost, phrase) = lost();
    let begin = |seed: u64, phrase: RecoveryPhrase, lost: &Lost| {
        let relay = &lost.people.relay;
        Device::begin_recovery(seed, phrase, &lost.account, &[lost.device], relay).unwrap()
    };
    let (mut device, changes) = begin(9, phrase, &lost);
    let stops = perform(&mut device, changes, &mut lost, &mut Steps(steps)).is_err();
    if stops && device.records.is_empty() {
        // Nothing was saved, so nothing was sent: the words begin anew.
        let phrase = device.phrase.take().unwrap();
        let (again, changes) = begin(10, phrase, &lost);
        device = again;
        perform(&mut device, changes, &mut lost, &mut Steps(100)).unwrap();
    } else if stops {
        device.crash().unwrap();
        device.resend(&mut lost.people.relay, &mut Link::good()).unwrap();
    }
    let Lost { mut people, id, account, device: old } = lost;
    people.devices.push(device);
    assert_eq!(people.relay.accounts[&account].len(), 2, "after {steps}: one statement");
    people.sync_all();
    people.rotate(ALICE, &id);
    people.accept(BOB, &id);
    people.say(BOB, &id, "back");
    people.sync_all();
    assert_eq!(people.texts(BOB), ["before", "back"], "after {steps}");
    assert_eq!(people.texts(ALICE), ["before", "back"], "after {steps}");
    let chain = people.devices[ALICE].client.directory().chain(&account).unwrap();
    let active: Vec<DeviceId> = chain.devices_at(1).map(|it| it.id).collect();
    assert_eq!(active, [people.devices[BOB].client.device()], "after {steps}");
    assert!(!active.contains(&old));
    assert_eq!(people.devices[BOB].client.unsent(), Ok(vec![]));
    stops
}

#[test]
fn p08_a_recovery_that_stops_between_any_two_steps_is_gone_on_with() {
    let steps = (0..).take_while(|steps| stopped_after(*steps)).count();
    assert!(steps >= 4, "save, send, answer, save: {steps}");
}

#[test]
fn p08_a_recovery_whose_store_is_lost_after_it_was_sent_is_made_again_from_the_words() {
    let (mut lost, phrase) = lost();
    let revoke = [lost.device];
    let relay = &lost.people.relay;
    let (mut first, changes) =
        Device::begin_recovery(9, phrase, &lost.account, &revoke, relay).unwrap();
    perform(&mut first, changes, &mut lost, &mut Steps(3)).unwrap_err();
    let phrase = first.phrase.take().unwrap();
    let revoke = [first.client.device()];
    let relay = &mut lost.people.relay;
    let again = Device::recover(10, phrase, &lost.account, &revoke, relay).unwrap();
    lost.people.devices.push(again);
    lost.people.sync_all();
    lost.people.rotate(ALICE, &lost.id);
    lost.people.accept(BOB, &lost.id);
    lost.people.say(BOB, &lost.id, "back");
    lost.people.sync_all();
    assert_eq!(lost.people.texts(ALICE), ["before", "back"]);
}
