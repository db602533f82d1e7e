use privity_conversation::Error;
use privity_conversation::epoch::{AnchoredEpoch, Epoch, EpochFacts, EpochFault, LinkTo, Place};
use privity_conversation::format::{Action, ConversationId, Entry, EntryHash, Link};
use privity_primitives::secret::Secret;

use crate::world::World;

#[test]
fn an_epoch_seals_only_after_its_own_entry_was_confirmed() {
    let mut world = World::new(1);
    let (_, anchored) = world.create();
    let other = anchored.confirm(&EntryHash([9; 32]));
    assert!(matches!(other, Err(Error::Misuse(_))));
}

#[test]
fn an_entry_that_is_not_the_one_proposed_is_refused() {
    let mut world = World::new(2);
    let (entry, _) = world.create();
    let mut body = entry.body().clone();
    let proposed = world.fresh(&EntryHash::ZERO).propose(&mut body, LinkTo::Fence).unwrap();
    body.time += 1;
    let changed = Entry::sign(body, &world.key).unwrap();
    assert!(matches!(proposed.anchor(&changed), Err(Error::Misuse(_))));
}

#[test]
fn the_commitment_of_a_create_covers_every_field_of_its_body() {
    let mut world = World::new(3);
    let (entry, anchored) = world.create();
    let place = anchored.facts().place;
    assert!(matches!(place, Place::Create { .. }));
    let mut body = entry.body().clone();
    body.info.as_mut().unwrap().sealed[0] ^= 1;
    assert_ne!(Place::of(&body).unwrap(), place);
    let mut body = entry.body().clone();
    body.epoch.as_mut().unwrap().commitment = [1; 32];
    assert_eq!(Place::of(&body).unwrap(), place);
}

#[test]
fn a_pending_epoch_is_taken_back_only_with_its_own_secret() {
    let mut world = World::new(4);
    let (entry, anchored) = world.create();
    let facts = EpochFacts::of(&entry).unwrap().unwrap();
    assert!(AnchoredEpoch::restore(anchored.secret().duplicate(), facts.clone()).is_ok());
    let wrong = AnchoredEpoch::restore(Secret::copy_from(&[1; 32]), facts).unwrap_err();
    assert_eq!(wrong, EpochFault::WrongSecret);
}

#[test]
fn a_walk_opens_every_older_epoch_and_stops_at_a_fence() {
    let mut world = World::new(5);
    let epochs = world.chain(20);
    let older: Vec<_> = epochs.iter().rev().skip(1).map(|epoch| epoch.facts().clone()).collect();
    let mut seen = Vec::new();
    epochs[19].walk(older.clone(), |epoch| seen.push(*epoch.anchor())).unwrap();
    let anchors: Vec<_> = older.iter().map(|facts| facts.anchor).collect();
    assert_eq!(seen, anchors);

    let first = epochs[0].facts().clone();
    assert_eq!(epochs[0].open_link(first).unwrap_err(), EpochFault::Fence);
}

#[test]
fn a_link_to_another_secret_is_refused_and_named() {
    let mut world = World::new(6);
    let epochs = world.chain(3);
    epochs[2].check_link(&epochs[1]).unwrap();
    assert_eq!(epochs[2].check_link(&epochs[0]), Err(EpochFault::LinkRefused));
    let wrong = epochs[2].open_link(epochs[0].facts().clone()).unwrap_err();
    assert_eq!(wrong, EpochFault::LinkRefused);
}

#[test]
fn every_flipped_bit_of_a_link_is_refused() {
    let mut world = World::new(7);
    let epochs = world.chain(2);
    let (secret, facts) = secret_of(&mut world, &epochs);
    for bit in 0..48 * 8 {
        let mut facts = facts.clone();
        let Link::Sealed(sealed) = &mut facts.link else { panic!("linked") };
        sealed[bit / 8] ^= 1 << (bit % 8);
        let epoch = Epoch::open(secret.duplicate(), facts).unwrap();
        let older = epochs[1].facts().clone();
        assert_eq!(epoch.open_link(older).unwrap_err(), EpochFault::LinkRefused);
        assert_eq!(epoch.check_link(&epochs[1]), Err(EpochFault::LinkRefused));
    }
}

#[test]
fn a_commitment_copied_into_another_place_does_not_match() {
    let mut world = World::new(8);
    let epochs = world.chain(1);
    let (secret, facts) = secret_of(&mut world, &epochs);
    let Place::After { conversation, anchor, prev } = facts.place else { panic!("after") };
    let elsewhere = [
        Place::After { conversation: ConversationId([7; 32]), anchor, prev },
        Place::After { conversation, anchor: anchor + 1, prev },
        Place::After { conversation, anchor, prev: EntryHash([1; 32]) },
        Place::Create { digest: [1; 32] },
    ];
    assert!(Epoch::open(secret.duplicate(), facts.clone()).is_ok());
    for place in elsewhere {
        let moved = EpochFacts { place, ..facts.clone() };
        assert_eq!(Epoch::open(secret.duplicate(), moved).unwrap_err(), EpochFault::WrongSecret);
    }
}

/// A further epoch, linked to the last one, with its secret.
fn secret_of(world: &mut World, epochs: &[Epoch]) -> (Secret<32>, EpochFacts) {
    let last = epochs.last().unwrap();
    let mut body = world.body(Action::Rotate);
    body.conversation = last.anchor().conversation;
    body.position = last.anchor().position + 1;
    body.prev = last.anchor().hash;
    let fresh = world.fresh(&body.prev.clone());
    let (_, anchored) = world.finish(fresh, body, LinkTo::Previous(last));
    (anchored.secret().duplicate(), anchored.facts().clone())
}
