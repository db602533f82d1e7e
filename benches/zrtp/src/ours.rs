//! A handshake between two sessions of ours.

use std::sync::Arc;

use privity_primitives::random::System;
use privity_zrtp::{
    AuthTag, CallKeys, Config, Env, Event, Hash, KeyAgreement, MemoryCache, Offer, Sas, Session,
    Zid,
};

use crate::Case;

struct End {
    session: Session,
    cache: MemoryCache,
    call: CallKeys,
    encrypted: Option<(KeyAgreement, Option<String>)>,
}

impl End {
    fn new(config: &Arc<Config>, ssrc: u32, rng: &mut System) -> Self {
        let (mut cache, mut call) = (MemoryCache::new(), CallKeys::new());
        let mut env = Env { now: 0, rng, cache: &mut cache, call: &mut call };
        let session = Session::first(config.clone(), ssrc, &mut env);
        Self { session, cache, call, encrypted: None }
    }

    fn receive(&mut self, datagram: &[u8], rng: &mut System) {
        let mut env = Env { now: 0, rng, cache: &mut self.cache, call: &mut self.call };
        // What crossed is dropped: not this bench's business.
        let _ = self.session.handle_packet(datagram, &mut env);
        while let Some(event) = self.session.poll_event() {
            if let Event::Encrypted(encrypted) = event {
                self.encrypted = Some((encrypted.suite.agreement, encrypted.sas));
            }
        }
    }
}

/// The two configurations of a case.
pub(crate) fn configs(case: &Case) -> [Arc<Config>; 2] {
    // The RFC ties EC38 to S384.
    let hash = if case.agreement == KeyAgreement::Ec38 { Hash::S384 } else { Hash::S256 };
    let offer = || {
        Offer::default()
            .hashes(&[hash])
            .and_then(|offer| offer.ciphers(&[case.cipher]))
            .and_then(|offer| offer.auth_tags(&[AuthTag::Hs80]))
            .and_then(|offer| offer.agreements(&[case.agreement]))
            .and_then(|offer| offer.sas_types(&[Sas::B32]))
            .expect("each list has one entry")
    };
    [[1; 12], [2; 12]].map(|zid| Arc::new(Config::new(Zid(zid)).offer(offer())))
}

/// A handshake from two fresh sessions to two that are encrypted; the agreement that they came
/// to. What crosses on the line crosses as with the peer.
pub(crate) fn handshake([a, b]: &[Arc<Config>; 2], rng: &mut System) -> KeyAgreement {
    let mut a = End::new(a, 0x0a0a_0a0a, rng);
    let mut b = End::new(b, 0x0b0b_0b0b, rng);
    loop {
        let (from_a, from_b) = (a.session.poll_transmit(), b.session.poll_transmit());
        assert!(from_a.is_some() || from_b.is_some(), "ours does not come to an end");
        if let Some(datagram) = from_a {
            b.receive(&datagram, rng);
        }
        if let Some(datagram) = from_b {
            a.receive(&datagram, rng);
        }
        if let (Some(of_a), Some(of_b)) = (&a.encrypted, &b.encrypted) {
            assert_eq!(of_a, of_b, "two ends, two outcomes");
            return of_a.0;
        }
    }
}
