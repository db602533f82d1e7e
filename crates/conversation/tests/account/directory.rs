use privity_conversation::account::{Chain, ChainFault, Directory, Learned};
use privity_conversation::format::{Pin, StatementKind};

use crate::world::{chain, genesis, holder, sign, update, wrap};

#[test]
fn statements_are_taken_in_order_and_once() {
    let mut directory = Directory::default();
    let first = sign(genesis(), 1, &[1, 9]);
    let mut body = update(&chain());
    body.add_devices = vec![holder(2)];
    let second = sign(body, 1, &[2]);
    assert_eq!(directory.learn(&second), Ok(Learned::Ahead(0)));
    assert_eq!(directory.learn(&first), Ok(Learned::Extended));
    assert_eq!(directory.learn(&first), Ok(Learned::Known));
    assert_eq!(directory.learn(&second), Ok(Learned::Extended));
    assert_eq!(directory.head(&chain().id()).map(|head| head.seq), Some(1));
}

#[test]
fn two_statements_at_one_place_are_evidence_and_the_first_stays() {
    let mut directory = Directory::default();
    directory.learn(&sign(genesis(), 1, &[1, 9])).unwrap();
    let with = |seed| {
        let mut body = update(&chain());
        body.add_devices = vec![holder(seed)];
        sign(body, 1, &[seed])
    };
    directory.learn(&with(2)).unwrap();
    let head = directory.head(&chain().id()).unwrap();
    assert_eq!(directory.learn(&with(3)), Ok(Learned::Equivocates));
    assert_eq!(directory.head(&chain().id()), Some(head));
    assert_eq!(directory.equivocation(&chain().id()).map(|it| it.theirs.clone()), Some(with(3)));
}

#[test]
fn a_forgery_at_a_taken_place_is_refused_and_no_evidence() {
    let mut directory = Directory::default();
    directory.learn(&sign(genesis(), 1, &[1, 9])).unwrap();
    let mut body = update(&chain());
    body.add_devices = vec![holder(2)];
    directory.learn(&sign(body.clone(), 1, &[2])).unwrap();
    body.add_devices = vec![holder(3)];
    assert_eq!(directory.learn(&sign(body.clone(), 3, &[3])), Err(ChainFault::Signature));
    body.add_devices = vec![];
    body.replace_wrap = Some(wrap(1));
    assert_eq!(directory.learn(&sign(body, 1, &[])), Err(ChainFault::ReplaceWrap));
    assert_eq!(directory.equivocation(&chain().id()), None);
}

#[test]
fn chains_are_found_in_one_walk_as_one_by_one() {
    let mut directory = Directory::default();
    for nonce in 0..60 {
        let mut body = genesis();
        body.kind = StatementKind::Genesis { nonce: [nonce; 32] };
        directory.learn(&sign(body, 1, &[1, 9])).unwrap();
    }
    let heads: Vec<Pin> = directory.chains().map(Chain::head).collect();
    assert_eq!(heads.len(), 60);
    for every in 1..30 {
        // each second one that is asked for is of an account that nobody knows
        let pins = heads.iter().step_by(every).flat_map(|head| {
            let mut unknown = *head;
            unknown.account.0[31] ^= 1;
            let mut both = [*head, unknown];
            both.sort_unstable_by_key(|pin| pin.account);
            both
        });
        let pins: Vec<Pin> = pins.collect();
        let found: Vec<Pin> =
            directory.chains_of(pins.iter().copied()).map(|(_, chain)| chain.head()).collect();
        let known = |pin: &Pin| Some(directory.chain(&pin.account)?.head());
        assert_eq!(found, pins.iter().filter_map(known).collect::<Vec<_>>(), "every {every}");
    }
}
