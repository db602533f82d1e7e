//! The sequence number's wrap with loss and reordering around it, late joiners, replays.

mod common;

use common::{
    Pair, SSRC, library, profiles, protect_rtp, rtp, their_protect_rtp, their_unprotect_rtp,
    unprotect_rtp,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Sequence numbers in the order of arrival: some lost, some moved by up to 20 places.
fn arrival(rng: &mut ChaCha8Rng, count: usize) -> Vec<usize> {
    let mut places = vec![(0, 0)];
    for place in 1..count {
        if !rng.next_u32().is_multiple_of(5) {
            places.push((place + rng.next_u32() as usize % 20, place));
        }
    }
    places.sort_unstable();
    places.into_iter().map(|(_, place)| place).collect()
}

#[test]
fn the_wrap_is_followed_through_loss_and_reordering() {
    for profile in profiles() {
        for seed in 0..6 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut pair = Pair::new(&library(), profile);
            let plain: Vec<_> = (0..400u16).map(|n| rtp(65_300u16.wrapping_add(n))).collect();
            let ours: Vec<_> = plain.iter().map(|p| protect_rtp(&mut pair.sender, p)).collect();
            let theirs: Vec<_> =
                plain.iter().map(|p| their_protect_rtp(&mut pair.their_sender, p, 0)).collect();
            assert_eq!(ours, theirs);
            for place in arrival(&mut rng, plain.len()) {
                let their_result = their_unprotect_rtp(&mut pair.their_receiver, &ours[place]);
                assert_eq!(their_result.as_ref(), Ok(&plain[place]), "{profile:?} {place}");
                let result = unprotect_rtp(&mut pair.receiver, &theirs[place]);
                assert_eq!(result.as_ref(), Ok(&plain[place]), "{profile:?} {place}");
            }
            assert_eq!(pair.their_receiver.rollover_counter(SSRC), Ok(1));
            assert_eq!(pair.receiver.rollover_counter(SSRC), Some(1));
        }
    }
}

#[test]
fn three_cycles_with_gaps_up_to_half_of_one() {
    for profile in profiles() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut pair = Pair::new(&library(), profile);
        let mut sequence = 100u16;
        let mut index = 100u32;
        while index < 3 << 16 {
            pair.exchange_rtp(&rtp(sequence));
            let gap = 1 + u16::try_from(rng.next_u32() % 20_000).unwrap();
            sequence = sequence.wrapping_add(gap);
            index += u32::from(gap);
        }
        assert_eq!(pair.sender.rollover_counter(SSRC).unwrap(), 2);
    }
}

/// At rollover counter 0 a leap forward by more than half the cycle is no step back.
#[test]
fn leaps_in_the_first_cycle_are_taken_as_they_are() {
    for profile in profiles() {
        for leaps in [&[1_000, 41_000, 41_001, 60_000, 100][..], &[5, 60_000, 6], &[0, 65_408, 1]] {
            let mut pair = Pair::new(&library(), profile);
            for sequence in leaps {
                pair.exchange_rtp(&rtp(*sequence));
                let roc = pair.their_receiver.rollover_counter(SSRC).ok();
                assert_eq!(pair.receiver.rollover_counter(SSRC), roc, "{profile:?} {sequence}");
            }
        }
    }
}

/// The one leap that libsrtp makes and our sender does not, since it is more likely a late packet.
#[test]
fn a_leap_to_just_before_the_first_packet_is_followed_though_not_made() {
    for profile in profiles() {
        let mut pair = Pair::new(&library(), profile);
        for sequence in [0, 65_535, 1] {
            let packet = their_protect_rtp(&mut pair.their_sender, &rtp(sequence), 0);
            assert_eq!(unprotect_rtp(&mut pair.receiver, &packet), Ok(rtp(sequence)));
            let ours = pair.sender.protect_rtp_into(&rtp(sequence), &mut [0; 80]);
            assert_eq!(ours.is_ok(), sequence != 65_535);
        }
        assert_eq!(pair.receiver.rollover_counter(SSRC), Some(1));
        assert_eq!(pair.sender.rollover_counter(SSRC), Some(0));
    }
}

#[test]
fn leaps_forward_of_any_size_are_followed_at_both_ends() {
    for profile in profiles() {
        for seed in 0..40 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut pair = Pair::new(&library(), profile);
            let mut sequence = u16::try_from(rng.next_u32() % 100).unwrap();
            for _ in 0..30 {
                pair.exchange_rtp(&rtp(sequence));
                let leap = [1, 2, 32_700, 32_767][rng.next_u32() as usize % 4];
                let wide = rng.next_u32().is_multiple_of(8);
                let first_cycle = pair.receiver.rollover_counter(SSRC) == Some(0);
                let leap = if wide && first_cycle && sequence < 20_000 { 40_000 } else { leap };
                sequence = sequence.wrapping_add(leap);
            }
        }
    }
}

#[test]
fn both_take_and_refuse_the_same_packets() {
    for profile in profiles() {
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let mut pair = Pair::new(&library(), profile);
        let packets: Vec<_> =
            (0..1_000).map(|n| protect_rtp(&mut pair.sender, &rtp(1_000 + n))).collect();
        let mut front = 0usize;
        for _ in 0..4_000 {
            front = (front + rng.next_u32() as usize % 2).min(packets.len() - 1);
            let back = rng.next_u32() as usize % 150;
            let mut packet = packets[front.saturating_sub(back)].clone();
            if rng.next_u32().is_multiple_of(4) {
                let place = 4 + rng.next_u32() as usize % (packet.len() - 4);
                packet[place] ^= 1 << (rng.next_u32() % 8);
            }
            let theirs = their_unprotect_rtp(&mut pair.their_receiver, &packet);
            let ours = unprotect_rtp(&mut pair.receiver, &packet);
            assert_eq!(ours.as_ref().ok(), theirs.as_ref().ok(), "{ours:?} {theirs:?}");
        }
    }
}

#[test]
fn late_joiners_are_told_the_counter() {
    for profile in profiles() {
        let mut pair = Pair::new(&library(), profile);
        for sequence in [1, 30_000, 60_000, 10_000] {
            protect_rtp(&mut pair.sender, &rtp(sequence));
            their_protect_rtp(&mut pair.their_sender, &rtp(sequence), 0);
        }
        let roc = pair.sender.rollover_counter(SSRC).unwrap();
        assert_eq!(pair.their_sender.rollover_counter(SSRC), Ok(roc));
        pair.receiver.set_rollover_counter(SSRC, roc).unwrap();
        let ours = protect_rtp(&mut pair.sender, &rtp(10_001));
        let theirs = their_protect_rtp(&mut pair.their_sender, &rtp(10_001), 0);
        assert_eq!(ours, theirs);
        assert_eq!(unprotect_rtp(&mut pair.receiver, &theirs), Ok(rtp(10_001)));
    }
}
