//! A receiver that joins after the rollover counter has advanced (RFC 3711 §3.3.1), on either
//! side: the counter comes from the sender's end, by ours and by libsrtp's calls.

mod common;

use common::{
    Pair, SSRC, key, library, profiles, protect_rtp, rtp, setup, their_protect_rtp,
    their_unprotect_rtp, unprotect_rtp,
};
use interop_srtp::Peer;
use privity_srtp::{Error, Options, Receiver};

/// Sequence numbers that wrap twice.
const TWICE_ROUND: [u16; 7] = [100, 30_000, 60_000, 20_000, 50_000, 10_000, 40_000];
/// Some that wrap once more, out of order around it.
const ONCE_MORE: [u16; 7] = [40_001, 40_003, 40_002, 65_535, 1, 0, 20_000];

/// Senders that both have sent the same.
fn senders(profile: privity_srtp::Profile) -> Pair {
    let mut pair = Pair::new(&library(), profile);
    for sequence in TWICE_ROUND {
        let ours = protect_rtp(&mut pair.sender, &rtp(sequence));
        assert_eq!(ours, their_protect_rtp(&mut pair.their_sender, &rtp(sequence), 0));
    }
    pair
}

#[test]
fn theirs_joins_our_stream_by_the_rollover_counter() {
    for profile in profiles() {
        let mut pair = senders(profile);
        let mut joiner = Peer::late_joiner(&library(), &setup(profile, 1), SSRC).unwrap();
        let roc = pair.sender.rollover_counter(SSRC).unwrap();
        assert_eq!(roc, 2);
        joiner.set_rollover_counter(SSRC, roc).unwrap();
        for sequence in ONCE_MORE {
            let packet = protect_rtp(&mut pair.sender, &rtp(sequence));
            let opened = their_unprotect_rtp(&mut joiner, &packet);
            assert_eq!(opened, Ok(rtp(sequence)), "{profile:?}");
        }
        assert_eq!(joiner.rollover_counter(SSRC), Ok(3));
        assert_eq!(pair.sender.rollover_counter(SSRC), Some(3));
    }
}

#[test]
fn ours_joins_their_stream_by_the_rollover_counter() {
    for profile in profiles() {
        let mut pair = senders(profile);
        let roc = pair.their_sender.rollover_counter(SSRC).unwrap();
        assert_eq!(roc, 2);
        pair.receiver.set_rollover_counter(SSRC, roc).unwrap();
        for sequence in ONCE_MORE {
            let packet = their_protect_rtp(&mut pair.their_sender, &rtp(sequence), 0);
            let opened = unprotect_rtp(&mut pair.receiver, &packet);
            assert_eq!(opened, Ok(rtp(sequence)), "{profile:?}");
        }
        assert_eq!(pair.receiver.rollover_counter(SSRC), Some(3));
        assert_eq!(pair.their_sender.rollover_counter(SSRC), Ok(3));
    }
}

/// The counter that signalling gave is one too low by then; the index is not.
#[test]
fn ours_joins_their_stream_by_the_index_though_it_wraps_before_the_first_packet() {
    for profile in profiles() {
        let mut pair = senders(profile);
        let roc = pair.their_sender.rollover_counter(SSRC).unwrap();
        let index = u64::from(roc) << 16 | u64::from(TWICE_ROUND[6]);
        assert_eq!(pair.sender.last_index(SSRC), Some(index));
        their_protect_rtp(&mut pair.their_sender, &rtp(65_000), 0);
        let packet = their_protect_rtp(&mut pair.their_sender, &rtp(5), 0);

        pair.receiver.set_index(SSRC, index).unwrap();
        assert_eq!(unprotect_rtp(&mut pair.receiver, &packet), Ok(rtp(5)), "{profile:?}");
        assert_eq!(pair.receiver.rollover_counter(SSRC), Some(3));
        assert_eq!(pair.their_sender.rollover_counter(SSRC), Ok(3));

        let mut by_counter = Receiver::new(key(profile, 1), Options::new()).unwrap();
        by_counter.set_rollover_counter(SSRC, roc).unwrap();
        assert_eq!(unprotect_rtp(&mut by_counter, &packet), Err(Error::NotAuthentic));
    }
}

/// A packet that does not open leaves the counter that was set for the next one.
#[test]
fn a_forged_first_packet_does_not_use_up_what_was_set() {
    for profile in profiles() {
        let mut pair = senders(profile);
        let mut joiner = Peer::late_joiner(&library(), &setup(profile, 1), SSRC).unwrap();
        joiner.set_rollover_counter(SSRC, 2).unwrap();
        pair.receiver.set_rollover_counter(SSRC, 2).unwrap();
        let packet = protect_rtp(&mut pair.sender, &rtp(40_001));
        let mut forged = packet.clone();
        forged[14] ^= 1;
        assert!(their_unprotect_rtp(&mut joiner, &forged).is_err());
        assert_eq!(unprotect_rtp(&mut pair.receiver, &forged), Err(Error::NotAuthentic));
        assert_eq!(their_unprotect_rtp(&mut joiner, &packet), Ok(rtp(40_001)));
        assert_eq!(unprotect_rtp(&mut pair.receiver, &packet), Ok(rtp(40_001)), "{profile:?}");
    }
}

/// What the tests above show is shown by the counter alone: without it both refuse.
#[test]
fn neither_joins_without_the_counter() {
    for profile in profiles() {
        let mut pair = senders(profile);
        let packet = protect_rtp(&mut pair.sender, &rtp(40_001));
        assert!(their_unprotect_rtp(&mut pair.their_receiver, &packet).is_err());
        assert_eq!(unprotect_rtp(&mut pair.receiver, &packet), Err(Error::NotAuthentic));
    }
}

/// The stream of a sender that goes on where another was.
#[test]
fn a_sender_that_starts_at_a_counter_is_joined_by_either() {
    for profile in profiles() {
        let mut pair = Pair::new(&library(), profile);
        let mut joiner = Peer::late_joiner(&library(), &setup(profile, 1), SSRC).unwrap();
        pair.sender.set_rollover_counter(SSRC, 70_000).unwrap();
        pair.receiver.set_rollover_counter(SSRC, 70_000).unwrap();
        joiner.set_rollover_counter(SSRC, 70_000).unwrap();
        for sequence in [65_000, 500] {
            let packet = protect_rtp(&mut pair.sender, &rtp(sequence));
            assert_eq!(their_unprotect_rtp(&mut joiner, &packet), Ok(rtp(sequence)));
            assert_eq!(unprotect_rtp(&mut pair.receiver, &packet), Ok(rtp(sequence)));
        }
        assert_eq!(joiner.rollover_counter(SSRC), Ok(70_001), "{profile:?}");
        assert_eq!(pair.receiver.rollover_counter(SSRC), Some(70_001));
    }
}
