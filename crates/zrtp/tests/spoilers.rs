//! What a few packets of a stranger who sees nothing could spoil: on a long line, on a bad one,
//! and before the peer comes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use pair::puppet::Puppet;
use pair::{ZID_A, alone, quick};
use privity_zrtp::message::CommitBody;
use privity_zrtp::{PeerMisbehaved, Zid};

const ZID_F: Zid = Zid([0xcc; 12]);

fn stranger(seed: u8) -> Puppet {
    let mut puppet = Puppet::new(seed, ZID_F);
    puppet.ssrc = 0x0f0f_0f00 + u32::from(seed);
    puppet
}

/// A Commit that wins against every other one of its kind.
fn winning(puppet: &Puppet) -> Vec<u8> {
    let body = CommitBody::Dh { hvi: [0xff; 32] };
    puppet.seal_commit(&puppet.commit_to(body, *b"X255"))
}

/// The DHPart1 that a stranger's Commit draws goes to the peer, which takes it for the answer to
/// its own. If the other Commit won, that one is answered all the same.
#[test]
fn a_dhpart1_for_a_stranger_does_not_make_two_initiators() {
    let mut peer = stranger(1);
    let mut end = alone(quick(ZID_A));
    peer.greet(&mut end);
    let part1 = peer.part1(&peer.public());
    peer.say(&mut end, &part1).unwrap();
    assert_eq!(end.count("DHPart2"), 1);
    let body = CommitBody::Dh { hvi: [0; 32] };
    let losing = peer.seal_commit(&peer.commit_to(body, *b"X255"));
    assert_eq!(peer.say(&mut end, &losing), Err(PeerMisbehaved::Unexpected.into()));
    assert_eq!(end.count("DHPart1"), 0);
    peer.say(&mut end, &winning(&peer)).unwrap();
    assert_eq!(end.count("DHPart1"), 1);
}
