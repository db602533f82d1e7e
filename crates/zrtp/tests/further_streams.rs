//! Further streams with a peer that breaks one rule (RFC 6189, 4.4.3).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod pair;

use std::sync::Arc;

use pair::puppet::Puppet;
use pair::{End, Pair, START, ZID_A, ZID_B, alone, quick};
use privity_primitives::secret::Secret;
use privity_zrtp::message::{CommitBody, Confirm, ErrorCode, Hello, Message};
use privity_zrtp::{
    CommitRule, Config, Error, Hash, KeyAgreement, Offer, PeerMisbehaved, Role, Unsupported, Zid,
};

/// A puppet that is the peer of a first stream, and the session key.
fn puppet_call() -> (Puppet, End, Vec<u8>) {
    let mut puppet = Puppet::new(3, ZID_B);
    let mut end = alone(quick(ZID_A).commits(CommitRule::Passive));
    puppet.greet(&mut end);
    let key = puppet.chain[0];
    let exchange = puppet.initiate(&mut end, &key);
    let confirm = exchange.keys.seal(Role::Initiator, &puppet.plain());
    puppet.say(&mut end, &confirm.write_confirm2()).unwrap();
    assert!(end.encrypted.take().is_some());
    (puppet, end, exchange.keys.derive(b"ZRTP Session Key", 32))
}

/// The Commit of a puppet to a further stream, said to a fresh session of the end.
fn commit(
    end: &mut End,
    seed: u8,
    zid: Zid,
    nonce: [u8; 16],
    edit: Edit,
) -> Result<Vec<u8>, Error> {
    end.start_further(&Arc::new(quick(ZID_A).commits(CommitRule::Passive)), START).unwrap();
    let mut puppet = Puppet::new(seed, zid);
    let hello = puppet.hello.clone();
    puppet.say(end, &hello)?;
    puppet.say(end, &Message::HelloAck.write())?;
    let mut commit = puppet.commit_to(CommitBody::Multistream { nonce }, *b"Mult");
    edit(&mut commit);
    let commit = puppet.seal_commit(&commit);
    let said = puppet.say(end, &commit).map(|()| commit);
    // The next session must not take what this one sent with it.
    end.count("Confirm1");
    said
}

type Edit = fn(&mut privity_zrtp::message::Commit);

#[test]
fn a_nonce_is_used_once_in_a_call() {
    let (_, mut end, _) = puppet_call();
    commit(&mut end, 10, ZID_B, [7; 16], |_| {}).unwrap();
    let again = commit(&mut end, 11, ZID_B, [7; 16], |_| {});
    assert_eq!(again, Err(PeerMisbehaved::NonceReuse.into()));
    assert_eq!(Message::read(&end.last("Error")), Ok(Message::Error(ErrorCode::NonceReuse)));
    assert_eq!(end.count("Confirm1"), 1);
    commit(&mut end, 12, ZID_B, [8; 16], |_| {}).unwrap();
}

#[test]
fn a_further_stream_is_for_the_same_peer_and_the_same_hash() {
    let (_, mut end, _) = puppet_call();
    let stranger = commit(&mut end, 13, Zid([0xcc; 12]), [1; 16], |_| {});
    assert_eq!(stranger, Err(PeerMisbehaved::Unexpected.into()));
    let other_hash = commit(&mut end, 14, ZID_B, [2; 16], |commit| commit.hash = *b"S384");
    assert_eq!(other_hash, Err(Unsupported::Hash.into()));
    assert_eq!(end.count("Confirm1"), 0);
}

#[test]
fn the_h0_of_a_confirm2_verifies_the_commit_of_a_further_stream() {
    for (h0, edit, rule) in [
        ([20; 32], false, None),
        ([9; 32], false, Some(PeerMisbehaved::HashChain)),
        ([20; 32], true, Some(PeerMisbehaved::MessageMac)),
    ] {
        let (_, mut end, session_key) = puppet_call();
        let config = Arc::new(quick(ZID_A).commits(CommitRule::Passive));
        end.start_further(&config, START).unwrap();
        let mut puppet = Puppet::new(20, ZID_B);
        puppet.greet(&mut end);
        let body = CommitBody::Multistream { nonce: [3; 16] };
        let mut commit = puppet.seal_commit(&puppet.commit_to(body, *b"Mult"));
        if edit {
            *commit.last_mut().unwrap() ^= 1;
        }
        puppet.say(&mut end, &commit).unwrap();
        let hello = end.last("Hello");
        let messages = [&hello[..], &commit];
        let keys = puppet.stream(Role::Initiator, ZID_A, &session_key, messages);
        let mut plain = puppet.plain();
        plain.h0 = Secret::copy_from(&h0);
        let confirm = keys.seal(Role::Initiator, &plain).write_confirm2();
        let said = puppet.say(&mut end, &confirm);
        assert_eq!(said, rule.map_or(Ok(()), |rule| Err(rule.into())));
        assert_eq!(end.encrypted.is_some(), rule.is_none());
    }
}

#[test]
fn the_h0_of_a_confirm1_verifies_the_hello_of_a_further_stream() {
    for (h0, flip, rule) in [
        ([21; 32], 0, None),
        ([9; 32], 0, Some(PeerMisbehaved::HashChain)),
        ([21; 32], 1, Some(PeerMisbehaved::MessageMac)),
    ] {
        let (_, mut end, session_key) = puppet_call();
        end.start_further(&Arc::new(quick(ZID_A)), START).unwrap();
        let mut puppet = Puppet::new(21, ZID_B);
        *puppet.hello.last_mut().unwrap() ^= flip;
        puppet.greet(&mut end);
        let commit = end.last("Commit");
        let messages = [&puppet.hello[..], &commit];
        let keys = puppet.stream(Role::Responder, ZID_A, &session_key, messages);
        let mut plain = puppet.plain();
        plain.h0 = Secret::copy_from(&h0);
        let confirm: Confirm = keys.seal(Role::Responder, &plain);
        let said = puppet.say(&mut end, &confirm.write_confirm1());
        assert_eq!(said, rule.map_or(Ok(()), |rule| Err(rule.into())));
        assert_eq!(end.keys.take().is_some() && end.count("Confirm2") > 0, rule.is_none());
    }
}

/// Multistream needs "Mult" from both; a Commit to it on a first stream is out of place.
#[test]
fn multistream_is_for_further_streams_between_ends_that_list_it() {
    let mut puppet = Puppet::new(22, ZID_B);
    let mut end = alone(quick(ZID_A).commits(CommitRule::Passive));
    puppet.greet(&mut end);
    let body = CommitBody::Multistream { nonce: [3; 16] };
    let multistream = puppet.seal_commit(&puppet.commit_to(body, *b"Mult"));
    assert_eq!(puppet.say(&mut end, &multistream), Err(PeerMisbehaved::Unexpected.into()));

    let (_, mut end, _) = puppet_call();
    end.start_further(&Arc::new(quick(ZID_A)), START).unwrap();
    let only = |hello: &mut Hello| {
        hello.algorithms.key_agreements =
            privity_zrtp::message::NameList::new(&[*b"X255"]).unwrap();
    };
    let mut puppet = Puppet::with_hello(23, ZID_B, only);
    let hello = puppet.hello.clone();
    puppet.say(&mut end, &hello).unwrap();
    let refused = Err(Unsupported::KeyAgreement.into());
    assert_eq!(puppet.say(&mut end, &Message::HelloAck.write()), refused);
    assert_eq!(end.count("Commit"), 0);
}

#[test]
fn the_hash_of_the_first_stream_serves_the_further_ones() {
    let config = |zid| {
        let list = [KeyAgreement::X448, KeyAgreement::Multistream];
        let offer = Offer::default().agreements(&list).unwrap();
        Arc::new(Config::new(zid).offer(offer))
    };
    let mut pair = Pair::new(24);
    pair.start(&config(ZID_A), &config(ZID_B)).run().assert_encrypted();
    assert_eq!(pair.a.encrypted.as_ref().unwrap().suite.hash, Hash::S384);
    let now = pair.now;
    for (end, zid) in [(&mut pair.a, ZID_A), (&mut pair.b, ZID_B)] {
        end.encrypted = None;
        end.start_further(&config(zid), now).unwrap();
    }
    pair.run().assert_encrypted();
    assert_eq!(pair.b.encrypted.as_ref().unwrap().suite.hash, Hash::S384);
}
