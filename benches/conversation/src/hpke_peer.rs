//! Plain HPKE seals of the same crate: what a rotation can't go below.

use std::hint::black_box;

use bench_harness::measure_once;
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeS, Serializable, single_shot_seal_with_rng};
use privity_primitives::random::System;

use crate::Measured;
use crate::group::ROUNDS;

type Public = <X25519HkdfSha256 as Kem>::PublicKey;

/// `count` seals of 32 bytes, each to another key that is read from its bytes.
pub(crate) fn seals(count: usize) -> Measured {
    let mut rng = System::new().expect("the system's generator");
    let keys: Vec<Vec<u8>> = (0..count)
        .map(|_| X25519HkdfSha256::gen_keypair_with_rng(&mut rng).1.to_bytes().to_vec())
        .collect();
    Measured::median((0..ROUNDS).map(|_| {
        let mut bytes = 0;
        let ((), sample) = measure_once(|| {
            for key in &keys {
                let key = Public::from_bytes(key).expect("a public key");
                let sealed = single_shot_seal_with_rng::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
                    &OpModeS::Base,
                    &key,
                    b"info",
                    &[7; 32],
                    b"",
                    &mut rng,
                );
                let (enc, ciphertext) = black_box(sealed.expect("sealed"));
                bytes += enc.to_bytes().len() + ciphertext.len();
            }
        });
        Measured { sample, bytes: bytes as u64 }
    }))
}
