//! A handshake between two contexts of libbzrtp.

use interop_zrtp::{Library, Peer, Setup};

use crate::Case;

const A: u32 = 0x0a0a_0a0a;
const B: u32 = 0x0b0b_0b0b;

/// What both contexts of a case offer.
pub(crate) fn setup(case: &Case) -> Setup {
    Setup {
        hashes: vec![0x11],
        ciphers: vec![case.cipher_id],
        auth_tags: vec![0x32],
        agreements: vec![case.id],
        sas: vec![0x51],
        aux_secret: Vec::new(),
    }
}

/// A handshake from two fresh contexts to two that are encrypted; the agreement that they came
/// to. What crosses on the line crosses as with ours.
pub(crate) fn handshake(library: &Library, setup: &Setup) -> u8 {
    let mut a = Peer::new(library, setup, None, A);
    let mut b = Peer::new(library, setup, None, B);
    a.start(A);
    b.start(B);
    for now in 0..20 {
        a.iterate(A, now);
        b.iterate(B, now);
        loop {
            let (from_a, from_b) = (a.take(A), b.take(B));
            if from_a.is_none() && from_b.is_none() {
                break;
            }
            if let Some(datagram) = from_a {
                b.process(B, datagram);
            }
            if let Some(datagram) = from_b {
                a.process(A, datagram);
            }
        }
        if let (Some(of_a), Some(of_b)) = (a.outcome(A), b.outcome(B)) {
            assert_eq!((of_a.suite, of_a.sas), (of_b.suite, of_b.sas), "two ends, two outcomes");
            return of_a.suite[3];
        }
    }
    panic!("libbzrtp does not come to an end");
}
