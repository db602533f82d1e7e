//! RFC 3711 §3.3.1: the rollover counter through the wrap, with loss and reordering, and
//! for late joiners.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{SSRC, key, pair, profiles, protect_rtp, rtp, unprotect_rtp};
use privity_srtp::{Error, Options, Profile, Sender};

#[test]
fn the_counter_follows_the_wrap_with_every_loss_and_reordering_around_it() {
    let around: Vec<u16> = (65_532..=65_535).chain(0..4).collect();
    for profile in profiles() {
        for lost in 0..=255u8 {
            for rotation in 0..8 {
                let (mut sender, mut receiver) = pair(profile);
                let packets: Vec<_> = [65_000]
                    .iter()
                    .chain(&around)
                    .map(|sequence| (rtp(*sequence), protect_rtp(&mut sender, &rtp(*sequence))))
                    .collect();
                assert!(unprotect_rtp(&mut receiver, &packets[0].1).is_ok());
                let mut arriving = packets[1..].to_vec();
                arriving.rotate_left(rotation);
                for (place, (plain, protected)) in arriving.iter().enumerate() {
                    if lost >> place & 1 == 0 {
                        assert_eq!(unprotect_rtp(&mut receiver, protected).as_ref(), Ok(plain));
                    }
                }
                assert_eq!(sender.rollover_counter(SSRC), Some(1));
            }
        }
    }
}

#[test]
fn a_counter_that_is_said_again_does_not_stop_the_stream_at_the_wrap() {
    let (mut sender, mut receiver) = pair(Profile::AES_CM_128_HMAC_SHA1_80);
    let last = protect_rtp(&mut sender, &rtp(65_535));
    assert!(unprotect_rtp(&mut receiver, &last).is_ok());
    sender.set_rollover_counter(SSRC, 0).unwrap();
    receiver.set_rollover_counter(SSRC, 0).unwrap();
    for sequence in 0..3 {
        let packet = protect_rtp(&mut sender, &rtp(sequence));
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(rtp(sequence)));
    }
    assert_eq!(receiver.rollover_counter(SSRC), Some(1));
}

#[test]
fn a_loss_of_almost_half_the_cycle_at_the_wrap_is_bridged() {
    let (mut sender, mut receiver) = pair(Profile::AEAD_AES_256_GCM);
    let first = protect_rtp(&mut sender, &rtp(60_000));
    assert!(unprotect_rtp(&mut receiver, &first).is_ok());
    protect_rtp(&mut sender, &rtp(10_000));
    let after = protect_rtp(&mut sender, &rtp(27_231));
    assert!(unprotect_rtp(&mut receiver, &after).is_ok());
    assert_eq!(receiver.rollover_counter(SSRC), Some(1));
}

#[test]
fn a_packet_from_before_the_wrap_that_comes_after_it_is_taken() {
    let (mut sender, mut receiver) = pair(Profile::AEAD_AES_128_GCM);
    let (before, after) =
        (protect_rtp(&mut sender, &rtp(65_535)), protect_rtp(&mut sender, &rtp(0)));
    receiver.set_rollover_counter(SSRC, 1).unwrap();
    assert!(unprotect_rtp(&mut receiver, &after).is_ok());
    assert!(unprotect_rtp(&mut receiver, &before).is_ok(), "one before the wrap has counter 0");
}

/// Appendix A would place it one cycle before the first, where no packet can be, and a stream
/// that leaps, as when an app changes its source, would be refused until its numbers come back.
#[test]
fn in_the_first_cycle_a_stream_may_leap_by_more_than_half_of_it() {
    for profile in profiles() {
        for leaps in [[100, 40_000, 40_001], [5, 60_000, 60_001], [0, 65_408, 1]] {
            let (mut sender, mut receiver) = pair(profile);
            for sequence in leaps {
                let packet = protect_rtp(&mut sender, &rtp(sequence));
                assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(rtp(sequence)), "{leaps:?}");
                assert_eq!(sender.last_index(SSRC), receiver.last_index(SSRC));
            }
        }
    }
}

/// A forwarder may get the second packet before the first: sent as a leap, it would put all that
/// follows a cycle on, and who loses it could not follow.
#[test]
fn a_late_packet_from_just_before_the_first_is_not_sent_as_a_leap() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        let first = protect_rtp(&mut sender, &rtp(0));
        for late in [65_535, 65_500, 65_409] {
            let result = sender.protect_rtp_into(&rtp(late), &mut [0; 64]);
            assert_eq!(result, Err(Error::TooOld), "{late}");
        }
        let next = protect_rtp(&mut sender, &rtp(1));
        for packet in [first, next] {
            assert!(unprotect_rtp(&mut receiver, &packet).is_ok(), "{profile:?}");
        }
        assert_eq!(sender.rollover_counter(SSRC), Some(0));
    }
}

#[test]
fn a_stream_that_leaps_back_in_a_later_cycle_goes_on_once_both_ends_are_told() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        for sequence in [65_000, 10_000] {
            let packet = protect_rtp(&mut sender, &rtp(sequence));
            assert!(unprotect_rtp(&mut receiver, &packet).is_ok());
        }
        assert_eq!(sender.protect_rtp_into(&rtp(50_000), &mut [0; 64]), Err(Error::TooOld));
        let told = (1 << 16) | 49_999;
        sender.set_index(SSRC, told).unwrap();
        receiver.set_index(SSRC, told).unwrap();
        let packet = protect_rtp(&mut sender, &rtp(50_000));
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(rtp(50_000)), "{profile:?}");
        assert_eq!(receiver.last_index(SSRC), Some(told + 1));
    }
}

#[test]
fn a_late_joiner_is_told_the_counter() {
    for profile in profiles() {
        let (mut sender, mut late) = pair(profile);
        sender.set_rollover_counter(SSRC, 70_000).unwrap();
        let packet = protect_rtp(&mut sender, &rtp(9));
        assert_eq!(unprotect_rtp(&mut late, &packet), Err(Error::NotAuthentic));
        assert_eq!(late.rollover_counter(SSRC), None);

        late.set_rollover_counter(SSRC, sender.rollover_counter(SSRC).unwrap()).unwrap();
        assert_eq!(unprotect_rtp(&mut late, &packet), Ok(rtp(9)));
        assert_eq!(unprotect_rtp(&mut late, &packet), Err(Error::Replayed));
        assert_eq!(late.rollover_counter(SSRC), Some(70_000));
    }
}

#[test]
fn a_late_joiner_is_told_the_index_and_may_miss_the_wrap() {
    for profile in profiles() {
        for first in [65_530, 65_535, 0, 3, 30_000] {
            let (mut sender, mut late) = pair(profile);
            sender.set_rollover_counter(SSRC, 70_000).unwrap();
            assert_eq!(sender.last_index(SSRC), None);
            protect_rtp(&mut sender, &rtp(65_000));
            protect_rtp(&mut sender, &rtp(65_533));
            let told = sender.last_index(SSRC).unwrap();
            assert_eq!(told, (70_000 << 16) | 65_533);

            late.set_index(SSRC, told).unwrap();
            assert_eq!(late.rollover_counter(SSRC), Some(70_000));
            let packet = protect_rtp(&mut sender, &rtp(first));
            assert_eq!(unprotect_rtp(&mut late, &packet), Ok(rtp(first)), "{profile:?} {first}");
            assert_eq!(unprotect_rtp(&mut late, &packet), Err(Error::Replayed));
            assert_eq!(late.rollover_counter(SSRC), sender.rollover_counter(SSRC));
        }
    }
}

/// The rollover counter alone would be one too low where the last number was 65,535.
#[test]
fn a_stream_goes_on_at_another_sender_under_another_key() {
    for last in [65_534, 65_535, 0, 7] {
        let (mut sender, mut receiver) = pair(Profile::AEAD_AES_128_GCM);
        sender.set_rollover_counter(SSRC, 4).unwrap();
        receiver.set_rollover_counter(SSRC, 4).unwrap();
        for sequence in [65_530, last] {
            let packet = protect_rtp(&mut sender, &rtp(sequence));
            assert!(unprotect_rtp(&mut receiver, &packet).is_ok());
        }
        let key = || key(Profile::AEAD_AES_128_GCM, 2);
        let mut other = Sender::new(key(), Options::new()).unwrap();
        other.set_index(SSRC, sender.last_index(SSRC).unwrap()).unwrap();
        receiver.rekey(key(), 0).unwrap();
        for step in 1..4 {
            let plain = rtp(last.wrapping_add(step));
            let packet = protect_rtp(&mut other, &plain);
            assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(plain), "{last}");
        }
        assert!(matches!(other.set_index(SSRC, 0), Err(Error::Misuse(_))), "never back");
        let mut third =
            Sender::new(common::key(Profile::AEAD_AES_128_GCM, 3), Options::new()).unwrap();
        third.set_index(SSRC, sender.last_index(SSRC).unwrap()).unwrap();
        let again = third.protect_rtp_into(&rtp(last), &mut [0; 64]);
        assert_eq!(again, Err(Error::Reused), "as if it had been protected here");
        assert!(matches!(other.set_index(SSRC, 1 << 48), Err(Error::Misuse(_))));
    }
}

#[test]
fn an_index_that_was_set_survives_a_forged_packet_and_the_stream_goes_on_from_it() {
    let (mut sender, mut late) = pair(Profile::AES_CM_128_HMAC_SHA1_80);
    sender.set_rollover_counter(SSRC, 5).unwrap();
    protect_rtp(&mut sender, &rtp(65_000));
    late.set_index(SSRC, sender.last_index(SSRC).unwrap()).unwrap();
    let packet = protect_rtp(&mut sender, &rtp(2));
    let mut forged = packet.clone();
    forged[15] ^= 1;
    assert_eq!(unprotect_rtp(&mut late, &forged), Err(Error::NotAuthentic));
    assert_eq!(unprotect_rtp(&mut late, &packet), Ok(rtp(2)));
    for sequence in [30_000, 60_000, 20_000, 50_000, 9] {
        let packet = protect_rtp(&mut sender, &rtp(sequence));
        assert_eq!(unprotect_rtp(&mut late, &packet), Ok(rtp(sequence)));
    }
    assert_eq!(late.rollover_counter(SSRC), Some(8));
}

#[test]
fn an_index_has_48_bits_and_never_goes_back() {
    let (mut sender, mut late) = pair(Profile::AEAD_AES_128_GCM);
    assert!(matches!(late.set_index(SSRC, 1 << 48), Err(Error::Misuse(_))));
    assert_eq!(late.rollover_counter(SSRC), None, "a refused index brings no SSRC into being");
    let packet = protect_rtp(&mut sender, &rtp(900));
    assert!(unprotect_rtp(&mut late, &packet).is_ok());
    assert!(matches!(late.set_index(SSRC, 899), Err(Error::Misuse(_))));
    assert_eq!(late.set_index(SSRC, 900), Ok(()));
    assert_eq!(unprotect_rtp(&mut late, &packet), Err(Error::Replayed), "said again, no replay");
    assert_eq!(late.set_index(SSRC, (1 << 48) - 1), Ok(()));
}

#[test]
fn a_counter_that_was_set_survives_a_forged_packet() {
    let (mut sender, mut late) = pair(Profile::AES_CM_128_HMAC_SHA1_80);
    sender.set_rollover_counter(SSRC, 5).unwrap();
    late.set_rollover_counter(SSRC, 5).unwrap();
    let packet = protect_rtp(&mut sender, &rtp(9));
    let mut forged = packet.clone();
    forged[15] ^= 1;
    assert_eq!(unprotect_rtp(&mut late, &forged), Err(Error::NotAuthentic));
    assert_eq!(unprotect_rtp(&mut late, &packet), Ok(rtp(9)));
}

#[test]
fn a_counter_never_goes_back() {
    let (mut sender, mut receiver) = pair(Profile::AES_CM_128_HMAC_SHA1_80);
    sender.set_rollover_counter(SSRC, 5).unwrap();
    receiver.set_rollover_counter(SSRC, 5).unwrap();
    let packet = protect_rtp(&mut sender, &rtp(9));
    assert!(unprotect_rtp(&mut receiver, &packet).is_ok());
    assert!(matches!(sender.set_rollover_counter(SSRC, 4), Err(Error::Misuse(_))));
    assert!(matches!(receiver.set_rollover_counter(SSRC, 4), Err(Error::Misuse(_))));
    assert_eq!(sender.set_rollover_counter(SSRC, 6), Ok(()));
}

/// A recorded packet that an attacker sends again must not move a joiner back: what follows
/// would be looked for one cycle too low.
#[test]
fn a_late_joiner_is_not_moved_by_a_recorded_packet() {
    for profile in profiles() {
        let (mut sender, mut late) = pair(profile);
        sender.set_rollover_counter(SSRC, 5).unwrap();
        let recorded = [7_300, 20_000, 39_872, 39_873, 40_000]
            .map(|sequence| protect_rtp(&mut sender, &rtp(sequence)));
        late.set_index(SSRC, sender.last_index(SSRC).unwrap()).unwrap();
        for (place, packet) in recorded.iter().enumerate() {
            let expected = if place < 3 { Err(Error::TooOld) } else { Ok(()) };
            assert_eq!(unprotect_rtp(&mut late, packet).map(|_| ()), expected, "{place}");
        }
        assert_eq!(late.last_index(SSRC), Some((5 << 16) | 40_000));
        for sequence in [40_100, 60_000, 3] {
            let packet = protect_rtp(&mut sender, &rtp(sequence));
            assert_eq!(unprotect_rtp(&mut late, &packet), Ok(rtp(sequence)), "{profile:?}");
        }
    }
}

#[test]
fn a_stream_that_was_heard_is_found_again_many_cycles_later() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        let first = protect_rtp(&mut sender, &rtp(3));
        assert!(unprotect_rtp(&mut receiver, &first).is_ok());
        sender.set_rollover_counter(SSRC, 8).unwrap();
        assert_eq!(sender.rollover_counter(SSRC), Some(8), "said before the packet");
        assert_eq!(sender.last_index(SSRC), Some(3));
        let missed = protect_rtp(&mut sender, &rtp(4));
        assert_eq!(sender.last_index(SSRC), Some((8 << 16) | 4));
        receiver.set_index(SSRC, sender.last_index(SSRC).unwrap()).unwrap();
        assert_eq!(receiver.rollover_counter(SSRC), Some(8));
        let next = protect_rtp(&mut sender, &rtp(5));
        assert_eq!(unprotect_rtp(&mut receiver, &next), Ok(rtp(5)), "{profile:?}");
        assert_eq!(unprotect_rtp(&mut receiver, &missed), Ok(rtp(4)), "within the window");
        let refused = Err(Error::NotAuthentic);
        assert_eq!(unprotect_rtp(&mut receiver, &first), refused, "taken for one of this cycle");

        receiver.set_rollover_counter(SSRC, 9).unwrap();
        assert_eq!(receiver.rollover_counter(SSRC), Some(9), "said before the packet");
        sender.set_rollover_counter(SSRC, 9).unwrap();
        let packet = protect_rtp(&mut sender, &rtp(1));
        assert_eq!(unprotect_rtp(&mut receiver, &packet), Ok(rtp(1)), "{profile:?}");
        assert_eq!(receiver.last_index(SSRC), Some((9 << 16) | 1));
    }
}

/// A window that moves to a told index has seen nothing on the way, whatever its ring held.
#[test]
fn a_told_index_takes_nothing_for_seen() {
    for told in [128, 200, 300] {
        let (mut sender, mut receiver) = pair(Profile::AEAD_AES_128_GCM);
        for sequence in 0..128 {
            let packet = protect_rtp(&mut sender, &rtp(sequence));
            assert!(unprotect_rtp(&mut receiver, &packet).is_ok());
        }
        let packets: Vec<_> = (128..400).map(|s| protect_rtp(&mut sender, &rtp(s))).collect();
        receiver.set_index(SSRC, told).unwrap();
        for (packet, sequence) in packets.iter().zip(128..) {
            let expected = if sequence + 128 <= told { Err(Error::TooOld) } else { Ok(()) };
            assert_eq!(unprotect_rtp(&mut receiver, packet).map(|_| ()), expected, "{sequence}");
        }
    }
}

#[test]
fn a_counter_that_was_set_ends_with_its_packet_also_where_that_is_the_next_one() {
    for profile in profiles() {
        let (mut sender, mut receiver) = pair(profile);
        let packets =
            [65_534, 65_535, 0, 1].map(|sequence| protect_rtp(&mut sender, &rtp(sequence)));
        assert!(unprotect_rtp(&mut receiver, &packets[1]).is_ok());
        receiver.set_rollover_counter(SSRC, 1).unwrap();
        for place in [2, 0, 3] {
            assert!(unprotect_rtp(&mut receiver, &packets[place]).is_ok(), "{profile:?} {place}");
        }
    }
}
