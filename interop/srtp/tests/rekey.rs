//! Re-keying in place: both go on with rollover counter and SRTCP index.

mod common;

use common::{
    Pair, SSRC, key, library, profiles, protect_rtp, rtcp, rtp, setup, their_protect_rtp,
    their_unprotect_rtp, unprotect_rtp,
};
use privity_srtp::Error;

#[test]
fn counters_go_on_under_the_new_key_on_both_ends() {
    for profile in profiles() {
        let mut pair = Pair::new(&library(), profile);
        for sequence in [65_534, 65_535, 0, 1] {
            pair.exchange_rtp(&rtp(sequence));
            pair.exchange_rtcp(&rtcp());
        }
        for seed in 2..5 {
            pair.sender.rekey(key(profile, seed)).unwrap();
            pair.their_receiver.update_receiver(&setup(profile, seed)).unwrap();
            pair.their_sender.update_sender(&setup(profile, seed)).unwrap();
            pair.receiver.rekey(key(profile, seed), 100).unwrap();
            pair.exchange_rtp(&rtp(u16::from(seed)));
            pair.exchange_rtcp(&rtcp());
            assert_eq!(pair.their_receiver.rollover_counter(SSRC), Ok(1));
            assert_eq!(pair.receiver.rollover_counter(SSRC), Some(1));
        }
    }
}

#[test]
fn ours_loses_no_packet_in_flight() {
    for profile in profiles() {
        let mut pair = Pair::new(&library(), profile);
        let old: Vec<_> = (0..6)
            .map(|sequence| their_protect_rtp(&mut pair.their_sender, &rtp(sequence), 0))
            .collect();
        assert!(unprotect_rtp(&mut pair.receiver, &old[0]).is_ok());
        pair.their_sender.update_sender(&setup(profile, 2)).unwrap();
        pair.receiver.rekey(key(profile, 2), 1_000).unwrap();
        let new = their_protect_rtp(&mut pair.their_sender, &rtp(6), 0);
        assert_eq!(unprotect_rtp(&mut pair.receiver, &new), Ok(rtp(6)));
        for (sequence, packet) in (1..6).zip(&old[1..]) {
            assert_eq!(unprotect_rtp(&mut pair.receiver, packet), Ok(rtp(sequence)));
        }
        pair.receiver.handle_timeout(1_000);
        assert_eq!(unprotect_rtp(&mut pair.receiver, &old[5]), Err(Error::Replayed));
    }
}

#[test]
fn a_packet_under_the_old_key_is_not_taken_afterwards() {
    for profile in profiles() {
        let mut pair = Pair::new(&library(), profile);
        let old = protect_rtp(&mut pair.sender, &rtp(1));
        pair.exchange_rtp(&rtp(2));
        pair.their_receiver.update_receiver(&setup(profile, 2)).unwrap();
        pair.receiver.rekey(key(profile, 2), 0).unwrap();
        pair.receiver.handle_timeout(0);
        assert!(their_unprotect_rtp(&mut pair.their_receiver, &old).is_err());
        assert_eq!(unprotect_rtp(&mut pair.receiver, &old), Err(Error::NotAuthentic));
    }
}
