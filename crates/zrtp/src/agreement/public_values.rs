//! Values that no honest peer sends (RFC 6189, 4.4.1.1), by what is wrong with them: refused
//! by both sides of every agreement of that kind.

use privity_primitives::modp::Group;
use privity_primitives::random::System;

use super::{InitiatorKeys, ResponderKeys};
use crate::message::CommitBody;
use crate::suite::{AuthTag, Cipher, Hash, KeyAgreement, Sas, Suite};
use crate::{Error, PeerMisbehaved};

const PRIMES: [(KeyAgreement, Group); 2] =
    [(KeyAgreement::Dh3k, Group::Modp3072), (KeyAgreement::Dh2k, Group::Modp2048)];
const CURVES: [KeyAgreement; 2] = [KeyAgreement::Ec25, KeyAgreement::Ec38];
const X25519: [KeyAgreement; 2] = [KeyAgreement::X255, KeyAgreement::E255];

fn suite(agreement: KeyAgreement) -> Suite {
    Suite {
        hash: Hash::S384,
        cipher: Cipher::Aes1,
        auth_tag: AuthTag::Hs80,
        agreement,
        sas: Sas::B32,
    }
}

/// What the two roles say to this pv.
fn outcomes(agreement: KeyAgreement, pv: &[u8]) -> [Option<Error>; 2] {
    let mut rng = System::new().unwrap();
    let initiator = InitiatorKeys::generate(suite(agreement), &mut rng).unwrap();
    let commit = CommitBody::Dh { hvi: [0; 32] };
    let responder = ResponderKeys::generate(suite(agreement), &commit, &mut rng).unwrap();
    [initiator.result(pv).err(), responder.result(pv).err()]
}

fn assert_refused(agreement: KeyAgreement, pv: &[u8]) {
    let refused = Some(PeerMisbehaved::PublicValue.into());
    assert_eq!(outcomes(agreement, pv), [refused, refused], "{agreement:?} {pv:x?}");
}

fn good(agreement: KeyAgreement) -> Vec<u8> {
    let mut rng = System::new().unwrap();
    InitiatorKeys::generate(suite(agreement), &mut rng).unwrap().value().to_vec()
}

/// A small number, big endian.
fn number(value: u8, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    bytes[length - 1] = value;
    bytes
}

/// The prime and a little more or less; none of the primes has a carry at its last byte.
fn beside(prime: &[u8], change: i8) -> Vec<u8> {
    let mut bytes = prime.to_vec();
    let last = bytes.len() - 1;
    bytes[last] = bytes[last].checked_add_signed(change).unwrap_or(bytes[last]);
    bytes
}

#[test]
fn zero_is_refused() {
    for (agreement, group) in PRIMES {
        assert_refused(agreement, &number(0, group.length()));
    }
}

#[test]
fn one_is_refused() {
    for (agreement, group) in PRIMES {
        assert_refused(agreement, &number(1, group.length()));
    }
}

#[test]
fn the_prime_less_one_is_refused() {
    for (agreement, group) in PRIMES {
        assert_refused(agreement, &beside(&group.prime(), -1));
    }
}

#[test]
fn the_prime_is_refused() {
    for (agreement, group) in PRIMES {
        assert_refused(agreement, &group.prime());
    }
}

/// Three more than the prime would pass a check that reduces first.
#[test]
fn more_than_the_prime_is_refused() {
    for (agreement, group) in PRIMES {
        assert_refused(agreement, &vec![0xff; group.length()]);
        let mut sum = group.prime();
        let mut carry = 3_u16;
        for byte in sum.iter_mut().rev() {
            carry += u16::from(*byte);
            *byte = carry.to_be_bytes()[1];
            carry >>= 8;
        }
        assert_eq!(carry, 0);
        assert_refused(agreement, &sum);
    }
}

#[test]
fn two_and_the_prime_less_two_are_the_ends_of_what_is_taken() {
    for (agreement, group) in PRIMES {
        assert_eq!(outcomes(agreement, &number(2, group.length())), [None, None]);
        assert_eq!(outcomes(agreement, &beside(&group.prime(), -2)), [None, None]);
    }
}

#[test]
fn a_point_off_the_curve_is_refused() {
    for agreement in CURVES {
        let mut pv = good(agreement);
        let last = pv.len() - 1;
        pv[last] ^= 1;
        assert_refused(agreement, &pv);
    }
}

#[test]
fn a_coordinate_that_is_not_below_the_prime_is_refused() {
    for agreement in CURVES {
        let good = good(agreement);
        let half = good.len() / 2;
        for coordinate in [0..half, half..good.len()] {
            let mut pv = good.clone();
            pv[coordinate].fill(0xff);
            assert_refused(agreement, &pv);
        }
    }
}

#[test]
fn the_point_at_infinity_is_refused() {
    for agreement in CURVES {
        let length = good(agreement).len();
        assert_refused(agreement, &vec![0; length]);
    }
}

/// A pv is X then Y: neither the prefix of SEC 1 nor its compressed form.
#[test]
fn another_encoding_of_a_point_is_refused() {
    for agreement in CURVES {
        let good = good(agreement);
        let prefixed = [&[4], good.as_slice()].concat();
        assert_refused(agreement, &prefixed);
        assert_refused(agreement, &prefixed[..=good.len() / 2]);
    }
}

/// Every u of order 1, 2, 4 and 8, the sums with the prime that fit into 255 bits, and each
/// with the bit set that RFC 7748 ignores: all lead to an all-zero result.
#[test]
fn low_order_of_x25519_is_refused() {
    let all_but = |first: u8, last: u8| -> [u8; 32] {
        core::array::from_fn(|index| match index {
            0 => first,
            31 => last,
            _ => 0xff,
        })
    };
    let mut low = vec![[0; 32], core::array::from_fn(|index| u8::from(index == 0))];
    low.push(unhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"));
    low.push(unhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"));
    low.extend([0xec, 0xed, 0xee].map(|first| all_but(first, 0x7f)));
    for agreement in X25519 {
        for mut pv in low.clone() {
            assert_refused(agreement, &pv);
            pv[31] |= 0x80;
            assert_refused(agreement, &pv);
        }
    }
}

/// Every u of order 1, 2 and 4, and the sums with the prime that fit.
#[test]
fn low_order_of_x448_is_refused() {
    let prime: [u8; 56] = core::array::from_fn(|index| if index == 28 { 0xfe } else { 0xff });
    let with_first =
        |first| core::array::from_fn(|index| if index == 0 { first } else { prime[index] });
    let past: [u8; 56] = core::array::from_fn(|index| match index {
        0..28 => 0,
        _ => 0xff,
    });
    let one = core::array::from_fn(|index| u8::from(index == 0));
    let low: [[u8; 56]; 5] = [[0; 56], one, with_first(0xfe), prime, past];
    for pv in low {
        assert_refused(KeyAgreement::X448, &pv);
    }
}

/// What a low-order value leads to; no value but those gives it, since the scalars are
/// multiples of the cofactor.
#[test]
fn an_all_zero_result_is_never_handed_out() {
    for (agreement, length) in
        [(KeyAgreement::X255, 32), (KeyAgreement::E255, 32), (KeyAgreement::X448, 56)]
    {
        for pv in [vec![0; length], number(0x80, length)] {
            let mut rng = System::new().unwrap();
            let keys = InitiatorKeys::generate(suite(agreement), &mut rng).unwrap();
            if let Ok(result) = keys.result(&pv) {
                assert!(result.0.expose().iter().any(|byte| *byte != 0), "{agreement:?}");
            }
        }
    }
}

fn unhex<const N: usize>(text: &str) -> [u8; N] {
    core::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
}
