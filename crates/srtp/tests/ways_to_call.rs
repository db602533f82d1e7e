//! In place, out of place and in a burst: the same bytes, the same errors, the same state.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{key, pair_with, profiles, protect_rtp, rtcp, rtp_of, rtp_with};
use privity_srtp::{
    Cryptex, Datagram, Error, HeaderProtection, MasterKey, Options, Profile, Receiver, Sender,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A session of which any number of ends can be made.
#[derive(Clone)]
struct Setup {
    profile: Profile,
    options: Options,
    mki: Vec<u8>,
    overlap: bool,
}

impl Setup {
    fn all() -> impl Iterator<Item = Self> {
        profiles().flat_map(|profile| {
            let clear = profile == Profile::NULL_HMAC_SHA1_80;
            let ways = [
                HeaderProtection::cryptex(Cryptex::Optional),
                HeaderProtection::elements(&[1, 2]).unwrap(),
            ];
            let ways = if clear { [const { HeaderProtection::none() }; 2] } else { ways };
            let [cryptex, elements] = ways
                .map(|headers| Options::new().stream_limit(4).unwrap().header_protection(headers));
            let elements = elements.key_derivation_rate(8).unwrap();
            [(cryptex.clone(), &[][..], false), (elements, &[1, 2, 3], false), (cryptex, &[], true)]
                .map(|(options, mki, overlap)| Self {
                    profile,
                    options,
                    mki: mki.to_vec(),
                    overlap,
                })
        })
    }

    fn key(&self) -> MasterKey {
        match self.mki.as_slice() {
            [] => key(self.profile, 1),
            mki => key(self.profile, 1).with_mki(mki).unwrap(),
        }
    }

    fn sender(&self) -> Sender {
        Sender::new(self.key(), self.options.clone()).unwrap()
    }

    fn receiver(&self) -> Receiver {
        let mut receiver = Receiver::new(self.key(), self.options.clone()).unwrap();
        if self.overlap {
            receiver.rekey(key(self.profile, 2), 9).unwrap();
        }
        receiver
    }
}

/// A packet that may be anything: valid, with an extension, repeated, cut or noise.
fn packet(rng: &mut ChaCha8Rng) -> Vec<u8> {
    let [kind, low, ssrc, cut] = rng.next_u32().to_le_bytes();
    let mut packet = rtp_of(u32::from(ssrc % 5), u16::from(low));
    match kind % 8 {
        0 => packet.truncate(usize::from(cut) % packet.len()),
        1 => packet[0] |= cut & 0x1f,
        2 => rng.fill_bytes(&mut packet),
        3 => packet = rtp_with(u16::from(low), cut % 3, Some((0xbede, &[0x11, 1, 2, 0]))),
        4 => packet = rtp_with(u16::from(low), 0, Some((0x1000, &[2, 1, cut, 0]))),
        _ => packet.resize(12 + usize::from(cut), 7),
    }
    packet
}

fn report(rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut plain = packet(rng);
    if plain.len() > 8 && !rng.next_u32().is_multiple_of(4) {
        plain[..8].copy_from_slice(&[0x80, 200, 0, 6, 0, 0, 0, 1]);
    }
    plain
}

type Protect = fn(&mut Sender, &mut [u8], usize) -> Result<usize, Error>;
type ProtectInto = fn(&mut Sender, &[u8], &mut [u8]) -> Result<usize, Error>;
type ProtectBatch = fn(&mut Sender, &mut [Datagram<'_>]) -> usize;
type Open = fn(&mut Receiver, &mut [u8]) -> Result<usize, Error>;
type OpenInto = fn(&mut Receiver, &[u8], &mut [u8]) -> Result<usize, Error>;
type OpenBatch = fn(&mut Receiver, &mut [Datagram<'_>]) -> usize;

fn protect_each_way(
    setup: &Setup,
    plain: &[Vec<u8>],
    (protect, protect_into, protect_batch): (Protect, ProtectInto, ProtectBatch),
) -> Vec<Vec<u8>> {
    let (mut in_place, mut out_of_place, mut burst) =
        (setup.sender(), setup.sender(), setup.sender());
    let mut buffers: Vec<_> =
        plain.iter().map(|packet| [packet.as_slice(), &[0; 40]].concat()).collect();
    let mut datagrams: Vec<_> =
        buffers.iter_mut().zip(plain).map(|(b, p)| Datagram::new(b, p.len())).collect();
    let count = protect_batch(&mut burst, &mut datagrams);
    let mut protected = Vec::new();
    for (plain, datagram) in plain.iter().zip(&datagrams) {
        let mut buffer = [plain.as_slice(), &[0; 40]].concat();
        let mut out = vec![0; plain.len() + 40];
        let one = protect(&mut in_place, &mut buffer, plain.len()).map(|n| buffer[..n].to_vec());
        let other = protect_into(&mut out_of_place, plain, &mut out).map(|n| out[..n].to_vec());
        assert_eq!(one, other);
        assert_eq!(one, datagram.packet().map(<[u8]>::to_vec));
        protected.extend(one);
    }
    assert_eq!(count, protected.len());
    protected
}

fn open_each_way(
    setup: &Setup,
    packets: &[Vec<u8>],
    (open, open_into, open_batch): (Open, OpenInto, OpenBatch),
) -> usize {
    let (mut in_place, mut out_of_place, mut burst) =
        (setup.receiver(), setup.receiver(), setup.receiver());
    let mut buffers = packets.to_vec();
    let mut datagrams: Vec<_> = buffers
        .iter_mut()
        .map(|buffer| {
            let length = buffer.len();
            Datagram::new(buffer, length)
        })
        .collect();
    let count = open_batch(&mut burst, &mut datagrams);
    let mut opened = 0;
    for (packet, datagram) in packets.iter().zip(&datagrams) {
        let (mut buffer, mut out) = (packet.clone(), vec![0; packet.len()]);
        let one = open(&mut in_place, &mut buffer).map(|n| buffer[..n].to_vec());
        let other = open_into(&mut out_of_place, packet, &mut out).map(|n| out[..n].to_vec());
        assert_eq!(one, other);
        assert_eq!(one, datagram.packet().map(<[u8]>::to_vec));
        opened += usize::from(one.is_ok());
    }
    assert_eq!(count, opened);
    opened
}

/// Adds copies with a bit changed, a quarter as many.
fn spoil(packets: &mut Vec<Vec<u8>>, rng: &mut ChaCha8Rng) {
    for _ in 0..packets.len() / 4 {
        let place = rng.next_u32() as usize % packets.len();
        let mut copy = packets[place].clone();
        let bit = rng.next_u32() as usize % (8 * copy.len());
        copy[bit / 8] ^= 1 << (bit % 8);
        packets.push(copy);
    }
}

#[test]
fn in_place_out_of_place_and_burst_give_the_same() {
    for setup in Setup::all() {
        for seed in 0..30 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let plain: Vec<_> = (0..64).map(|_| packet(&mut rng)).collect();
            let ways: (Protect, ProtectInto, ProtectBatch) =
                (Sender::protect_rtp, Sender::protect_rtp_into, Sender::protect_rtp_batch);
            let mut packets = protect_each_way(&setup, &plain, ways);
            spoil(&mut packets, &mut rng);
            let ways: (Open, OpenInto, OpenBatch) =
                (Receiver::unprotect_rtp, Receiver::unprotect_rtp_into, |receiver, burst| {
                    receiver.unprotect_rtp_batch(burst)
                });
            assert!(open_each_way(&setup, &packets, ways) > 10);
        }
    }
}

#[test]
fn rtcp_in_place_out_of_place_and_burst_give_the_same() {
    for setup in Setup::all() {
        for seed in 0..10 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let plain: Vec<_> = (0..64).map(|_| report(&mut rng)).collect();
            let ways: (Protect, ProtectInto, ProtectBatch) =
                (Sender::protect_rtcp, Sender::protect_rtcp_into, Sender::protect_rtcp_batch);
            let mut packets = protect_each_way(&setup, &plain, ways);
            spoil(&mut packets, &mut rng);
            let ways: (Open, OpenInto, OpenBatch) =
                (Receiver::unprotect_rtcp, Receiver::unprotect_rtcp_into, |receiver, burst| {
                    receiver.unprotect_rtcp_batch(burst)
                });
            assert!(open_each_way(&setup, &packets, ways) > 10);
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

/// Otherwise an app that forgets the call sends in the clear, or takes what nobody opened.
#[test]
fn a_packet_that_no_call_has_taken_is_not_handed_out() {
    let mut buffer = [0; 64];
    buffer[..32].copy_from_slice(&rtp_of(9, 1));
    let datagram = Datagram::new(&mut buffer, 32);
    assert!(matches!(datagram.packet(), Err(Error::Misuse(_))));
    assert!(matches!(datagram.into_packet(), Err(Error::Misuse(_))));
}

#[test]
fn a_burst_that_is_handed_over_again_stays_as_it_is() {
    let (mut sender, mut receiver) = pair_with(Profile::AES_CM_128_HMAC_SHA1_80, Options::new());
    let mut buffers = [[0; 64]; 2];
    buffers[0][..32].copy_from_slice(&rtp_of(9, 1));
    let mut burst = buffers.each_mut().map(|buffer| Datagram::new(buffer, 32));
    for count in [1, 0] {
        assert_eq!(sender.protect_rtp_batch(&mut burst), count);
        assert_eq!(burst[0].packet().map(<[u8]>::len), Ok(42));
        assert!(matches!(burst[1].packet(), Err(Error::Malformed(_))));
    }
    let mut packet = protect_rtp(&mut sender, &rtp_of(9, 2));
    let length = packet.len();
    let mut burst = [Datagram::new(&mut packet, length)];
    for count in [1, 0] {
        assert_eq!(receiver.unprotect_rtp_batch(&mut burst), count);
        assert_eq!(burst[0].packet(), Ok(rtp_of(9, 2).as_slice()));
    }
    let [datagram] = burst;
    datagram.into_packet().unwrap()[31] = 9;
    assert_eq!((packet[30], packet[31]), (0xab, 9), "the buffer is the caller's again");
}

#[test]
fn a_packet_that_failed_is_not_tried_again_in_its_burst() {
    let named = |seed| key(Profile::AEAD_AES_128_GCM, seed).with_mki(&[seed]).unwrap();
    let mut sender = Sender::new(named(2), Options::new()).unwrap();
    let mut receiver = Receiver::new(named(1), Options::new()).unwrap();
    let mut packet = protect_rtp(&mut sender, &rtp_of(9, 1));
    let length = packet.len();
    let mut burst = [Datagram::new(&mut packet, length)];
    assert_eq!(receiver.unprotect_rtp_batch(&mut burst), 0);
    receiver.add_key(named(2)).unwrap();
    assert_eq!(receiver.unprotect_rtp_batch(&mut burst), 0);
    assert_eq!(burst[0].packet(), Err(Error::UnknownKey));
    assert!(!format!("{burst:?}").contains("buffer"), "the bytes may be what was opened");
}

/// Its SSRC would be read from the timestamp, and its own SSRC be encrypted.
#[test]
fn rtp_is_not_protected_as_rtcp() {
    for profile in profiles() {
        let (mut sender, _) = pair_with(profile, Options::new());
        for kind in (0..=255).filter(|kind| !(192..=223).contains(kind)) {
            let mut plain = rtcp();
            plain[1] = kind;
            let result = sender.protect_rtcp_into(&plain, &mut [0; 80]);
            assert!(matches!(result, Err(Error::Malformed(_))), "{kind}");
        }
        for kind in 192..=223 {
            let mut plain = rtcp();
            (plain[0], plain[1]) = (0xa1, kind);
            assert!(sender.protect_rtcp_into(&plain, &mut [0; 80]).is_ok(), "{kind}");
        }
    }
}

/// Its length would be the sequence number, and its time the SSRC: each would take a place.
#[test]
fn reports_are_not_protected_as_rtp() {
    for profile in profiles() {
        let (mut sender, _) = pair_with(profile, Options::new());
        for (kind, sequence) in (0..=255).zip(0..) {
            let mut plain = rtp_of(7, sequence);
            plain[1] = kind;
            let result = sender.protect_rtp_into(&plain, &mut [0; 80]);
            let refused = matches!(result, Err(Error::Malformed(_)));
            assert_eq!(refused, (200..=204).contains(&kind), "{kind}: types 72 to 76");
        }
    }
}
