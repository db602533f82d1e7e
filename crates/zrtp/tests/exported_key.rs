//! Keys for other uses than SRTP (RFC 6189, 4.5.2).

#![allow(clippy::unwrap_used, missing_docs)]

mod pair;

use pair::{End, Pair, ZID_A, ZID_B, phone};
use privity_zrtp::{Error, Misuse};

fn derived(end: &End, label: &[u8], bytes: usize) -> Result<Vec<u8>, Error> {
    let exported = end.encrypted.as_ref().unwrap().exported.as_ref().unwrap();
    exported.derive(label, bytes).map(|key| key.expose().to_vec())
}

fn call<'a>() -> Pair<'a> {
    let mut pair = Pair::new(1);
    pair.start(&phone(ZID_A), &phone(ZID_B)).run().assert_encrypted();
    pair
}

#[test]
fn both_ends_derive_the_same_and_each_label_and_length_another() {
    let pair = call();
    let key = derived(&pair.a, b"a use", 32).unwrap();
    assert_eq!(derived(&pair.b, b"a use", 32).unwrap(), key);
    assert_ne!(derived(&pair.a, b"other", 32).unwrap(), key);
    let shorter = derived(&pair.a, b"a use", 16).unwrap();
    assert_ne!(key.first_chunk::<16>().unwrap(), shorter.as_slice());
}

#[test]
fn a_length_is_one_byte_at_least_and_the_hashs_at_most() {
    let pair = call();
    let refused = Err(Error::Misuse(Misuse::ExportLength));
    assert_eq!(derived(&pair.a, b"a use", 0), refused);
    assert!(derived(&pair.a, b"a use", 1).is_ok());
    assert!(derived(&pair.a, b"a use", 48).is_ok());
    assert_eq!(derived(&pair.a, b"a use", 49), refused);
}
