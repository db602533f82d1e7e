//! Point 7: Backdating: a revoked device that seals at an old position.

use privity_conversation::Error;
use privity_conversation::message::{AuthorFault, Draft};

use crate::p01_accounts::steal;
use crate::people::People;

#[test]
fn p07_a_revoked_device_seals_at_an_old_position_in_vain() {
    let mut people = People::meet(3);
    let id = people.conversation(3);
    people.say(1, &id, "by Bob himself");
    people.sync_all();
    let mut thief = steal(&mut people);
    people.sync_all();
    people.rotate(0, &id);
    people.sync_all();
    // The thief has not looked at the log since: what it seals stands before the revocation.
    thief
        .act(&mut people.relay, |client, context| {
            Ok(client.send(&id, Draft::text("by the thief"), context)?.1)
        })
        .unwrap();
    people.sync_all();
    for who in [0, 2] {
        assert_eq!(people.texts(who), ["by Bob himself"]);
        let refused = &people.devices[who].refused;
        assert_eq!(*refused, [Error::Message(AuthorFault::AfterCut)], "device {who}");
    }
}

#[test]
fn p07_a_device_known_to_be_revoked_is_held_until_the_log_says_so() {
    let mut people = People::meet(2);
    let id = people.conversation(2);
    let mut thief = steal(&mut people);
    let bob = thief.account();
    people.devices[0].meet(&bob, &mut people.relay).unwrap();
    thief
        .act(&mut people.relay, |client, context| {
            Ok(client.send(&id, Draft::text("by the thief"), context)?.1)
        })
        .unwrap();
    people.sync(0);
    assert!(people.texts(0).is_empty());
    assert!(people.devices[0].refused.is_empty());
}
