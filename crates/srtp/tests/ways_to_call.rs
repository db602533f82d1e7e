//! In place, out of place and in a burst: the same bytes, the same errors, the same state.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{key, pair_with, profiles, rtp_of};
use privity_srtp::{
    Cryptex, Datagram, Error, HeaderProtection, Options, Profile, Receiver, Sender,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A packet that may be anything: valid, repeated, cut or noise.
fn packet(rng: &mut ChaCha8Rng) -> Vec<u8> {
    let [kind, low, ssrc, cut] = rng.next_u32().to_le_bytes();
    let mut packet = rtp_of(u32::from(ssrc % 5), u16::from(low));
    match kind % 6 {
        0 => packet.truncate(usize::from(cut) % packet.len()),
        1 => packet[0] |= cut & 0x1f,
        2 => rng.fill_bytes(&mut packet),
        _ => packet.resize(12 + usize::from(cut), 7),
    }
    packet
}

fn options(profile: Profile) -> Options {
    let headers = match profile == Profile::NULL_HMAC_SHA1_80 {
        true => HeaderProtection::none(),
        false => HeaderProtection::cryptex(Cryptex::Optional),
    };
    Options::new().stream_limit(4).unwrap().header_protection(headers)
}

fn protect_each_way(seed: u64, profile: Profile) -> Vec<Vec<u8>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let new = || Sender::new(key(profile, 1), options(profile)).unwrap();
    let (mut in_place, mut out_of_place, mut burst) = (new(), new(), new());
    let plain: Vec<_> = (0..64).map(|_| packet(&mut rng)).collect();
    let mut buffers: Vec<_> =
        plain.iter().map(|packet| [packet.as_slice(), &[0; 40]].concat()).collect();
    let mut datagrams: Vec<_> =
        buffers.iter_mut().zip(&plain).map(|(b, p)| Datagram::new(b, p.len())).collect();
    let count = burst.protect_rtp_batch(&mut datagrams);
    let mut protected = Vec::new();
    for (plain, datagram) in plain.iter().zip(&datagrams) {
        let mut buffer = [plain.as_slice(), &[0; 40]].concat();
        let mut out = vec![0; plain.len() + 40];
        let one = in_place.protect_rtp(&mut buffer, plain.len()).map(|n| buffer[..n].to_vec());
        let other = out_of_place.protect_rtp_into(plain, &mut out).map(|n| out[..n].to_vec());
        assert_eq!(one, other);
        assert_eq!(one, datagram.packet().map(<[u8]>::to_vec));
        protected.extend(one);
    }
    assert_eq!(count, protected.len());
    protected
}

#[test]
fn in_place_out_of_place_and_burst_give_the_same() {
    for profile in profiles() {
        for seed in 0..60 {
            let mut packets = protect_each_way(seed, profile);
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            for _ in 0..packets.len() / 4 {
                let place = rng.next_u32() as usize % packets.len();
                let mut copy = packets[place].clone();
                let bit = rng.next_u32() as usize % (8 * copy.len());
                copy[bit / 8] ^= 1 << (bit % 8);
                packets.push(copy);
            }
            let new = || Receiver::new(key(profile, 1), options(profile)).unwrap();
            let (mut in_place, mut out_of_place, mut burst) = (new(), new(), new());
            let mut buffers = packets.clone();
            let mut datagrams: Vec<_> = buffers
                .iter_mut()
                .map(|buffer| {
                    let length = buffer.len();
                    Datagram::new(buffer, length)
                })
                .collect();
            let count = burst.unprotect_rtp_batch(&mut datagrams);
            let mut opened = 0;
            for (packet, datagram) in packets.iter().zip(&datagrams) {
                let (mut buffer, mut out) = (packet.clone(), vec![0; packet.len()]);
                let one = in_place.unprotect_rtp(&mut buffer).map(|n| buffer[..n].to_vec());
                let other =
                    out_of_place.unprotect_rtp_into(packet, &mut out).map(|n| out[..n].to_vec());
                assert_eq!(one, other);
                assert_eq!(one, datagram.packet().map(<[u8]>::to_vec));
                opened += usize::from(one.is_ok());
            }
            assert_eq!(count, opened);
        }
    }
}

#[test]
fn rtcp_in_place_and_out_of_place_give_the_same() {
    for profile in profiles() {
        let mut rng = ChaCha8Rng::seed_from_u64(3_711);
        let sender = || Sender::new(key(profile, 1), options(profile)).unwrap();
        let receiver = || Receiver::new(key(profile, 1), options(profile)).unwrap();
        let ((mut one, mut other), (mut near, mut far)) =
            ((sender(), sender()), (receiver(), receiver()));
        for _ in 0..400 {
            let mut plain = packet(&mut rng);
            if plain.len() > 8 && rng.next_u32() % 4 > 0 {
                plain[..8].copy_from_slice(&[0x80, 200, 0, 6, 0, 0, 0, 1]);
            }
            let mut buffer = [plain.as_slice(), &[0; 40]].concat();
            let mut out = vec![0; plain.len() + 40];
            let left = one.protect_rtcp(&mut buffer, plain.len()).map(|n| buffer[..n].to_vec());
            let right = other.protect_rtcp_into(&plain, &mut out).map(|n| out[..n].to_vec());
            assert_eq!(left, right);
            let Ok(mut protected) = left else { continue };
            if rng.next_u32().is_multiple_of(4) {
                let place = rng.next_u32() as usize % protected.len();
                protected[place] ^= 1;
            }
            let (mut buffer, mut out) = (protected.clone(), vec![0; protected.len()]);
            let left = near.unprotect_rtcp(&mut buffer).map(|n| buffer[..n].to_vec());
            let right = far.unprotect_rtcp_into(&protected, &mut out).map(|n| out[..n].to_vec());
            assert_eq!(left, right);
        }
    }
}

#[test]
fn a_burst_goes_on_after_a_packet_that_fails() {
    let (mut sender, mut receiver) = pair_with(Profile::AEAD_AES_128_GCM, Options::new());
    let mut buffers = [[0; 64]; 3];
    for (place, sequence) in [1, 1, 2].into_iter().enumerate() {
        buffers[place][..32].copy_from_slice(&rtp_of(9, sequence));
    }
    let mut burst: Vec<_> = buffers.iter_mut().map(|buffer| Datagram::new(buffer, 32)).collect();
    assert_eq!(sender.protect_rtp_batch(&mut burst), 2);
    assert_eq!(burst[1].packet(), Err(Error::Reused));
    assert_eq!(burst[2].packet().map(<[u8]>::len), Ok(48));

    let mut burst: Vec<_> = buffers.iter_mut().map(|buffer| Datagram::new(buffer, 48)).collect();
    burst.push(Datagram::new(&mut [], 48));
    assert_eq!(receiver.unprotect_rtp_batch(&mut burst), 2);
    assert_eq!(burst[2].packet(), Ok(rtp_of(9, 2).as_slice()));
    assert_eq!(burst[3].packet(), Err(Error::BufferTooSmall { needed: 48 }));
}
