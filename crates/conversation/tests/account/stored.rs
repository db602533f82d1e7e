//! What a client keeps of chains and of its own account, and that broken bytes only fail.

use privity_conversation::account::{
    Chain, DeviceConsent, DeviceDraft, DeviceRequest, Directory, JoiningDevice, Learned,
    OwnAccount, PhraseFault, RecoveryPhrase,
};
use privity_conversation::format::{
    ContactCard, GenerationRecord, Pin, QrPayload, RegisteredSeed, Statement,
};
use privity_primitives::wrap::Suite;
use privity_wire::Codec;

use crate::people::World;
use crate::world::{chain, genesis, holder, sign, update, with_device};

/// A closed account and another one of two devices.
fn directory() -> Directory {
    let mut world = World::new(60);
    let phrase = world.phrase();
    let mut own = world.account(&phrase);
    let before = world.chain(&own);
    own.replace_wrap_key(&before, Suite::X25519, &world.local, &mut world.rng).unwrap();
    world.publish(&mut own);
    let closing = world.chain(&own);
    own.close(&closing).unwrap();
    world.publish(&mut own);
    world.directory.learn(&sign(genesis(), 1, &[1, 9])).unwrap();
    world.directory
}

#[test]
fn a_directory_reads_back_with_its_evidence() {
    let mut directory = directory();
    let first = update(&chain());
    for seed in [2, 3] {
        let mut body = first.clone();
        body.add_devices = vec![holder(seed)];
        let learned = directory.learn(&sign(body, 1, &[seed]));
        assert!(matches!(learned, Ok(Learned::Extended | Learned::Equivocates)));
    }
    assert!(directory.equivocation(&chain().id()).is_some());
    let bytes = directory.to_bytes().unwrap();
    let mut read = Directory::from_bytes(&bytes).unwrap();
    assert_eq!(read, directory);
    // What was read goes on as what was kept.
    let mut next = update(directory.chain(&chain().id()).unwrap());
    next.add_devices = vec![holder(4)];
    let next = sign(next, 1, &[4]);
    assert_eq!(read.learn(&next), directory.learn(&next));
    assert_eq!(read, directory);
}

#[test]
fn a_chain_reads_back_at_every_place() {
    let mut long = chain();
    with_device(&mut long, 2, 1);
    with_device(&mut long, 3, 2);
    let mut body = update(&long);
    body.revoke = vec![holder(2).id()];
    body.wrap_key = Some(crate::world::generation(1));
    long.append(&sign(body, 1, &[])).unwrap();
    let read = Chain::from_bytes(&long.to_bytes().unwrap()).unwrap();
    assert_eq!(read, long);
    assert_eq!(read.devices_at(2).count(), 3);
    assert_eq!(read.devices_at(3).count(), 2);
}

#[test]
fn a_stored_chain_begins_with_its_id() {
    let mut bytes = chain().to_bytes().unwrap();
    bytes[1] ^= 1;
    assert!(Chain::from_bytes(&bytes).is_err());
}

#[test]
fn a_directory_has_one_order() {
    let directory = directory();
    let mut chains: Vec<Vec<u8>> = directory.chains().map(|it| it.to_bytes().unwrap()).collect();
    chains.reverse();
    let mut bytes = vec![1, 0, 0, 0, 2];
    bytes.extend(chains.concat());
    bytes.extend([0; 4]);
    assert!(Directory::from_bytes(&bytes).is_err());
    let (first, last) = (chains.pop().unwrap(), chains.pop().unwrap());
    let mut twice = vec![1, 0, 0, 0, 2];
    twice.extend([first.clone(), first.clone(), vec![0; 4]].concat());
    assert!(Directory::from_bytes(&twice).is_err());
    let mut good = vec![1, 0, 0, 0, 2];
    good.extend([first, last, vec![0; 4]].concat());
    assert_eq!(Directory::from_bytes(&good), Ok(directory));
}

#[test]
fn a_count_that_lies_allocates_nothing() {
    let mut bytes = chain().to_bytes().unwrap();
    bytes[33..37].copy_from_slice(&[0xff; 4]);
    assert!(Chain::from_bytes(&bytes).is_err());
    assert!(Directory::from_bytes(&[1, 0xff, 0xff, 0xff, 0xff]).is_err());
}

/// Every truncation fails, and every flipped bit gives an error or another value.
fn broken<T: Codec + PartialEq + std::fmt::Debug>(value: &T) {
    let bytes = value.to_bytes().unwrap();
    assert_eq!(T::from_bytes(&bytes).as_ref(), Ok(value));
    for length in 0..bytes.len() {
        assert!(T::from_bytes(&bytes[..length]).is_err());
    }
    assert!(T::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(T::from_bytes(&flipped).as_ref(), Ok(value));
    }
}

#[test]
fn broken_bytes_of_every_format_are_refused_or_other_values() {
    let mut world = World::new(61);
    let phrase = world.phrase();
    let own = world.account(&phrase);
    let head: Pin = world.chain(&own).head();
    let joining = JoiningDevice::new(Suite::X25519, &world.local, &mut world.rng).unwrap();
    let request = joining.request().unwrap();
    let draft = own.draft_device(&world.chain(&own), &request).unwrap();
    let consent = joining.consent(&draft, &own.account()).unwrap();
    broken::<DeviceRequest>(&request);
    broken::<DeviceDraft>(&draft);
    broken::<DeviceConsent>(&consent);
    broken(&ContactCard { head, relay_hint: "https://relay.example".into() });
    broken(&QrPayload { mine: head, theirs: head });
    broken::<Chain>(&world.chain(&own));
    broken::<Directory>(&directory());
    broken::<Statement>(&sign(genesis(), 1, &[1, 9]));
    broken::<GenerationRecord>(&world.newest_record());
    let wrap = world.newest_record().wraps.remove(0);
    broken(&RegisteredSeed { account: own.account(), wrap });
}

#[test]
fn a_broken_statement_never_extends_a_chain() {
    let good = sign(genesis(), 1, &[1, 9]);
    let bytes = good.to_bytes().unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(statement) = Statement::from_bytes(&flipped) {
            let learned = Directory::default().learn(&statement);
            assert_ne!(learned, Ok(Learned::Extended), "bit {bit}");
        }
    }
}

#[test]
fn a_broken_text_is_no_card_and_no_code() {
    let head = chain().head();
    let card = ContactCard { head, relay_hint: "https://relay.example".into() }.to_string();
    let code = QrPayload { mine: head, theirs: head }.to_string();
    for text in [card, code] {
        for place in 0..text.len() {
            assert!(text[..place].parse::<ContactCard>().is_err());
            assert!(text[..place].parse::<QrPayload>().is_err());
            for bit in 0..8 {
                let mut flipped = text.clone().into_bytes();
                flipped[place] ^= 1 << bit;
                let flipped = String::from_utf8_lossy(&flipped);
                assert!(flipped.parse::<ContactCard>().is_err());
                assert!(flipped.parse::<QrPayload>().is_err());
            }
        }
    }
}

#[test]
fn a_broken_phrase_is_refused_or_names_nobody_here() {
    let phrase = World::new(62).phrase();
    let text = String::from_utf8(phrase.words().expose().to_vec()).unwrap();
    for place in 0..text.len() {
        assert!(RecoveryPhrase::from_words(&text[..place]).is_err() || place + 1 == text.len());
        for bit in 0..8 {
            let mut flipped = text.clone().into_bytes();
            flipped[place] ^= 1 << bit;
            let read = RecoveryPhrase::from_words(&String::from_utf8_lossy(&flipped));
            // A flipped case bit is the same word; a checksum of 8 bits lets 1 in 256 through.
            let same = flipped.to_ascii_lowercase() == text.as_bytes();
            let fine = read.is_ok_and(|read| read.signing_public() == phrase.signing_public());
            assert_eq!(same, fine, "bit {bit} of {place}");
        }
    }
    assert_eq!(RecoveryPhrase::from_words("").err(), Some(PhraseFault::WordCount));
}

#[test]
fn a_broken_own_account_is_refused_or_another() {
    let mut world = World::new(63);
    let phrase = world.phrase();
    let mut own = world.account(&phrase);
    let chain = world.chain(&own);
    own.replace_wrap_key(&chain, Suite::X25519, &world.local, &mut world.rng).unwrap();
    let bytes = own.to_bytes().unwrap();
    let read = OwnAccount::from_bytes(bytes.expose()).unwrap();
    assert_eq!(read.to_bytes().unwrap().expose(), bytes.expose());
    for length in 0..bytes.expose().len() {
        assert!(OwnAccount::from_bytes(&bytes.expose()[..length]).is_err());
    }
    for bit in 0..bytes.expose().len() * 8 {
        let mut flipped = bytes.expose().to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(read) = OwnAccount::from_bytes(&flipped) {
            assert_eq!(read.to_bytes().unwrap().expose(), flipped);
        }
    }
}
