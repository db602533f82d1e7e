//! Contact cards, safety numbers and scanned codes.

use privity_conversation::account::{
    Directory, HeadComparison, QrFault, SafetyNumber, safety_number,
};
use privity_conversation::format::{AccountId, ContactCard, Pin, QrPayload, limit};
use privity_wire::{Codec, DecodeError};

use crate::world::{chain, genesis, sign, with_device};

const HINT: &str = "https://relay.example";

fn card() -> ContactCard {
    ContactCard { head: chain().head(), relay_hint: HINT.into() }
}

/// A directory that holds the chain of device 1 and, with `devices`, what they add.
fn directory(devices: &[u8]) -> Directory {
    let mut directory = Directory::default();
    directory.learn(&sign(genesis(), 1, &[1, 9])).unwrap();
    for seed in devices {
        let chain = directory.chain(&chain().id()).unwrap().clone();
        let mut body = crate::world::update(&chain);
        body.add_devices = vec![crate::world::holder(*seed)];
        directory.learn(&sign(body, 1, &[*seed])).unwrap();
    }
    directory
}

fn id(byte: u8) -> AccountId {
    AccountId([byte; 32])
}

#[test]
fn a_card_reads_back_from_its_text() {
    let text = card().to_string();
    assert!(text.starts_with("pvcard1"), "{text}");
    assert_eq!(text.parse(), Ok(card()));
    let longest = ContactCard { relay_hint: "x".repeat(limit::RELAY_HINT), ..card() };
    assert_eq!(longest.to_string().parse(), Ok(longest));
}

#[test]
fn a_cards_hint_is_text_and_bounded() {
    let mut bytes = card().to_bytes().unwrap();
    *bytes.last_mut().unwrap() = 0xff;
    assert_eq!(ContactCard::from_bytes(&bytes), Err(DecodeError::Invalid("relay hint")));
    let long = ContactCard { relay_hint: "x".repeat(limit::RELAY_HINT + 1), ..card() };
    assert!(ContactCard::from_bytes(&long.to_bytes().unwrap()).is_err());
    assert!(std::fmt::write(&mut String::new(), format_args!("{long}")).is_err());
}

#[test]
fn a_text_of_one_kind_is_not_read_as_another() {
    let payload = QrPayload { mine: chain().head(), theirs: chain().head() };
    assert_eq!(payload.to_string().parse(), Ok(payload));
    assert!(payload.to_string().parse::<ContactCard>().is_err());
    assert!(card().to_string().parse::<QrPayload>().is_err());
    assert!(card().to_string().parse::<AccountId>().is_err());
    assert!(chain().id().to_string().parse::<ContactCard>().is_err());
    assert!(card().to_string().to_uppercase().parse::<ContactCard>().is_err());
}

#[test]
fn a_cards_head_is_held_against_the_chain() {
    let head = card().head;
    assert_eq!(Directory::default().compare(&head), HeadComparison::Behind(0));
    assert_eq!(directory(&[]).compare(&head), HeadComparison::Same);
    assert_eq!(directory(&[2]).compare(&head), HeadComparison::Same);
    let mut longer = chain();
    with_device(&mut longer, 2, 1);
    assert_eq!(directory(&[]).compare(&longer.head()), HeadComparison::Behind(1));
    let ours = directory(&[3]).head(&longer.id()).unwrap();
    assert_eq!(directory(&[3]).compare(&longer.head()), HeadComparison::Differs(ours));
}

#[test]
fn a_safety_number_has_sixty_digits_and_no_sides() {
    let number = safety_number(&id(1), &id(2));
    assert_eq!(number, safety_number(&id(2), &id(1)));
    let text = number.to_string();
    assert_eq!(text.chars().filter(char::is_ascii_digit).count(), 60);
    assert_eq!(text.split(' ').map(str::len).collect::<Vec<_>>(), [5; 12]);
    assert_eq!(text.parse(), Ok(number));
    assert_eq!(text.replace(' ', "").parse(), Ok(number));
    assert!(format!("{text} 1").parse::<SafetyNumber>().is_err());
    assert!(text[..text.len() - 1].parse::<SafetyNumber>().is_err());
    assert!(text.replacen(|c: char| c.is_ascii_digit(), "x", 1).parse::<SafetyNumber>().is_err());
}

#[test]
fn a_safety_number_depends_on_both_accounts() {
    let number = safety_number(&id(1), &id(2));
    assert_ne!(number, safety_number(&id(1), &id(3)));
    assert_ne!(number, safety_number(&id(3), &id(2)));
    let mut near = id(2);
    near.0[31] ^= 1;
    assert_ne!(number, safety_number(&id(1), &near));
}

#[test]
fn a_safety_number_stays_when_devices_come_and_go() {
    let other = id(7);
    let (one, more) = (directory(&[]), directory(&[2, 3]));
    let account = chain().id();
    let number =
        |directory: &Directory| safety_number(&directory.chain(&account).unwrap().id(), &other);
    assert_eq!(number(&one), number(&more));
}

/// Both accounts of a scan in one directory: device 1's and device 5's.
fn scan() -> (Directory, Pin, Pin) {
    let mut directory = directory(&[]);
    let mut body = genesis();
    body.signer = privity_conversation::format::Signer::Device(crate::world::device(5));
    body.add_devices = vec![crate::world::holder(5)];
    body.recovery = None;
    let genesis = sign(body, 5, &[5]);
    directory.learn(&genesis).unwrap();
    let them = directory.head(&genesis.body.account_id().unwrap()).unwrap();
    (directory, chain().head(), them)
}

#[test]
fn a_scan_verifies_whom_it_was_made_for() {
    let (directory, me, them) = scan();
    let shown = QrPayload::make(&them.account, &me.account, &directory).unwrap();
    assert_eq!(shown, QrPayload { mine: them, theirs: me });
    assert_eq!(shown.check(&me.account, &them.account, &directory), Ok(them));
    let other = shown.check(&me.account, &id(9), &directory);
    assert_eq!(other, Err(QrFault::OtherAccount(them.account)));
    assert_eq!(shown.check(&id(9), &them.account, &directory), Err(QrFault::NotForMe));
    assert_eq!(QrPayload::make(&me.account, &id(9), &directory), None);
}

#[test]
fn a_scan_shows_a_relay_that_tells_different_chains() {
    let (directory, me, them) = scan();
    let mut forged = QrPayload { mine: them, theirs: me };
    forged.theirs.hash.0[0] ^= 1;
    let differs = forged.check(&me.account, &them.account, &directory);
    assert_eq!(differs, Err(QrFault::Differs(me)));
    let mut forged = QrPayload { mine: them, theirs: me };
    forged.mine.hash.0[0] ^= 1;
    let differs = forged.check(&me.account, &them.account, &directory);
    assert_eq!(differs, Err(QrFault::Differs(them)));
    let newer = QrPayload { mine: Pin { seq: 4, ..them }, theirs: Pin { seq: 2, ..me } };
    let missing = newer.check(&me.account, &them.account, &directory);
    assert_eq!(missing, Err(QrFault::Missing(vec![newer.theirs, newer.mine])));
}
