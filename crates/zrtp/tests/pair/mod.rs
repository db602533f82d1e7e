//! Two sessions on a virtual line: clock, loss, delay, reordering, repetition, all from a seed.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

pub mod puppet;

use std::collections::BTreeMap;
use std::sync::Arc;

use privity_primitives::random::CryptoRng;
use privity_zrtp::{
    CallKeys, Config, Encrypted, Env, Error, Event, Failure, KeyAgreement, MemoryCache, Offer,
    Packet, Session, SrtpKeys, Zid,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

pub const ZID_A: Zid = Zid([0xaa; 12]);
pub const ZID_B: Zid = Zid([0xbb; 12]);
pub const START: u64 = 1_700_000_000_000;

/// One end: a session and all that it needs from outside.
pub struct End {
    pub session: Option<Session>,
    pub cache: MemoryCache,
    pub call: CallKeys,
    pub rng: ChaCha8Rng,
    pub ssrc: u32,
    pub encrypted: Option<Box<Encrypted>>,
    pub keys: Option<Box<SrtpKeys>>,
    pub failed: Option<Failure>,
    pub events: Vec<Event>,
    pub drops: Vec<Error>,
    pub sent: Vec<Vec<u8>>,
}

impl End {
    pub fn new(seed: u64, ssrc: u32) -> Self {
        Self {
            session: None,
            cache: MemoryCache::new(),
            call: CallKeys::new(),
            rng: ChaCha8Rng::seed_from_u64(seed),
            ssrc,
            encrypted: None,
            keys: None,
            failed: None,
            events: Vec::new(),
            drops: Vec::new(),
            sent: Vec::new(),
        }
    }

    pub fn with<T>(&mut self, now: u64, act: impl FnOnce(&mut Session, &mut Env<'_>) -> T) -> T {
        let mut session = self.session.take().unwrap();
        let mut env = Env {
            now,
            rng: &mut self.rng as &mut dyn CryptoRng,
            cache: &mut self.cache,
            call: &mut self.call,
        };
        let result = act(&mut session, &mut env);
        while let Some(event) = session.poll_event() {
            match event {
                Event::Encrypted(encrypted) => self.encrypted = Some(encrypted),
                Event::Keys(keys) => self.keys = Some(keys),
                Event::Failed(failure) => self.failed = Some(failure),
                other => self.events.push(other),
            }
        }
        self.session = Some(session);
        result
    }

    pub fn start(&mut self, config: &Arc<Config>, now: u64) {
        let mut env = Env { now, rng: &mut self.rng, cache: &mut self.cache, call: &mut self.call };
        self.session = Some(Session::first(config.clone(), self.ssrc, &mut env));
    }

    pub fn start_further(&mut self, config: &Arc<Config>, now: u64) -> Result<(), Error> {
        let mut env = Env { now, rng: &mut self.rng, cache: &mut self.cache, call: &mut self.call };
        self.session = Some(Session::further(config.clone(), self.ssrc, &mut env)?);
        Ok(())
    }

    pub fn receive(&mut self, datagram: &[u8], now: u64) -> Result<(), Error> {
        let outcome = self.with(now, |session, env| session.handle_packet(datagram, env));
        self.drops.extend(outcome.err());
        outcome
    }

    pub fn is_over(&self) -> bool {
        self.encrypted.is_some()
            || self.failed.is_some()
            || self.events.iter().any(|event| matches!(event, Event::NoPeer { .. }))
    }

    /// The newest message of this type that was sent, whole.
    #[track_caller]
    pub fn last(&mut self, kind: &str) -> Vec<u8> {
        let fresh = self.drain();
        self.sent.extend(fresh);
        let found = self.sent.iter().rev().find(|datagram| kind_of(datagram) == kind);
        let Some(datagram) = found else { panic!("no {kind} was sent: {:?}", self.drops) };
        Packet::read(datagram).unwrap().message.to_vec()
    }

    /// How many datagrams of this type were sent.
    pub fn count(&mut self, kind: &str) -> usize {
        let fresh = self.drain();
        self.sent.extend(fresh);
        self.sent.iter().filter(|datagram| kind_of(datagram) == kind).count()
    }

    /// What the session wants to send.
    pub fn drain(&mut self) -> Vec<Vec<u8>> {
        let mut datagrams = Vec::new();
        while let Some(datagram) = self.session.as_mut().and_then(Session::poll_transmit) {
            datagrams.push(datagram);
        }
        datagrams
    }
}

/// What the line does to datagrams; probabilities in percent.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub loss_to_a: u32,
    pub loss_to_b: u32,
    pub repeat: u32,
    pub delay: u64,
    /// Added at random: what was sent later may arrive earlier.
    pub jitter: u64,
}

pub const CLEAN: Line = Line { loss_to_a: 0, loss_to_b: 0, repeat: 0, delay: 20, jitter: 0 };

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum To {
    A,
    B,
}

type Tamper<'a> = Box<dyn FnMut(To, Vec<u8>) -> Vec<(To, Vec<u8>)> + 'a>;

pub struct Pair<'a> {
    pub a: End,
    pub b: End,
    pub line: Line,
    pub now: u64,
    pub rng: ChaCha8Rng,
    /// Sees each datagram and says what goes on instead.
    pub tamper: Tamper<'a>,
    flying: BTreeMap<(u64, u64), (To, Vec<u8>)>,
    count: u64,
}

impl<'a> Pair<'a> {
    pub fn new(seed: u64) -> Self {
        Self {
            a: End::new(seed.wrapping_mul(2) + 1, 0x0a0a_0a0a),
            b: End::new(seed.wrapping_mul(2) + 2, 0x0b0b_0b0b),
            line: CLEAN,
            now: START,
            rng: ChaCha8Rng::seed_from_u64(seed ^ 0x5eed),
            tamper: Box::new(|to, datagram| vec![(to, datagram)]),
            flying: BTreeMap::new(),
            count: 0,
        }
    }

    pub fn start(&mut self, a: &Arc<Config>, b: &Arc<Config>) -> &mut Self {
        self.a.start(a, self.now);
        self.b.start(b, self.now);
        self
    }

    /// Opens a further stream of the call on both ends, on a pair of SSRCs of its own.
    pub fn open_further(&mut self, [a, b]: [&Arc<Config>; 2], stream: u32) -> &mut Self {
        let now = self.now;
        for (end, config, ssrc) in [(&mut self.a, a, 0x1000), (&mut self.b, b, 0x2000)] {
            end.ssrc = ssrc + stream;
            (end.encrypted, end.keys, end.failed) = (None, None, None);
            end.sent.clear();
            end.drops.clear();
            end.start_further(config, now).unwrap();
        }
        self
    }

    /// Runs until both ends are done or nothing can happen any more.
    pub fn run(&mut self) -> &mut Self {
        self.run_until(|pair| pair.a.is_over() && pair.b.is_over())
    }

    pub fn run_until(&mut self, done: impl Fn(&Self) -> bool) -> &mut Self {
        for _ in 0..20_000 {
            self.transmit();
            if done(self) || !self.step(None) {
                return self;
            }
        }
        panic!("the sessions never come to an end");
    }

    /// Lets this much time pass.
    pub fn run_for(&mut self, millis: u64) -> &mut Self {
        let end = self.now + millis;
        for _ in 0..20_000 {
            self.transmit();
            if !self.step(Some(end)) {
                self.now = end;
                return self;
            }
        }
        panic!("the sessions never come to rest");
    }

    pub fn inject(&mut self, to: To, datagram: Vec<u8>) {
        self.count += 1;
        self.flying.insert((self.now, self.count), (to, datagram));
    }

    /// Puts a datagram on the way that arrives in this many milliseconds.
    pub fn inject_in(&mut self, millis: u64, to: To, datagram: Vec<u8>) {
        self.count += 1;
        self.flying.insert((self.now + millis, self.count), (to, datagram));
    }

    fn transmit(&mut self) {
        for datagram in self.a.drain() {
            self.a.sent.push(datagram.clone());
            self.post(To::B, datagram);
        }
        for datagram in self.b.drain() {
            self.b.sent.push(datagram.clone());
            self.post(To::A, datagram);
        }
    }

    fn post(&mut self, to: To, datagram: Vec<u8>) {
        for (to, datagram) in (self.tamper)(to, datagram) {
            let loss = if to == To::A { self.line.loss_to_a } else { self.line.loss_to_b };
            if self.chance(loss) {
                continue;
            }
            for _ in 0..1 + u32::from(self.chance(self.line.repeat)) {
                let jitter = self.rng.next_u64() % (self.line.jitter + 1);
                self.count += 1;
                let key = (self.now + self.line.delay + jitter, self.count);
                self.flying.insert(key, (to, datagram.clone()));
            }
        }
    }

    fn chance(&mut self, percent: u32) -> bool {
        percent > 0 && self.rng.next_u32() % 100 < percent
    }

    /// The next thing that happens: an arrival or a deadline. False if there is none in time.
    fn step(&mut self, end: Option<u64>) -> bool {
        let arrival = self.flying.keys().next().map(|key| key.0);
        let deadline = |side: &End| side.session.as_ref().and_then(Session::poll_timeout);
        let (a, b) = (deadline(&self.a), deadline(&self.b));
        let Some(next) = arrival.into_iter().chain(a).chain(b).min() else { return false };
        if end.is_some_and(|end| next > end) {
            return false;
        }
        self.now = self.now.max(next);
        let now = self.now;
        if arrival == Some(next) {
            let (_, (to, datagram)) = self.flying.pop_first().unwrap();
            let side = if to == To::A { &mut self.a } else { &mut self.b };
            if side.session.is_some() {
                let _ = side.receive(&datagram, now);
            }
            return true;
        }
        for (side, deadline) in [(&mut self.a, a), (&mut self.b, b)] {
            if deadline == Some(next) {
                side.with(now, |session, env| session.handle_timeout(env));
            }
        }
        true
    }

    /// Both ends are encrypted with each other and hold the same secrets.
    pub fn assert_encrypted(&self) {
        let (Some(a), Some(b)) = (&self.a.encrypted, &self.b.encrypted) else {
            panic!(
                "A: {:?} {:?} B: {:?} {:?}",
                self.a.failed, self.a.drops, self.b.failed, self.b.drops
            )
        };
        assert_eq!(a.sas, b.sas);
        assert_eq!(a.sashash, b.sashash);
        assert_eq!(a.suite, b.suite);
        assert_eq!(a.role, b.role.other());
        let (a, b) = (self.a.keys.as_ref().unwrap(), self.b.keys.as_ref().unwrap());
        assert_eq!(a.send.key, b.receive.key);
        assert_eq!(a.send.salt, b.receive.salt);
        assert_eq!(a.receive.key, b.send.key);
        assert_eq!(a.receive.salt, b.send.salt);
        assert_ne!(a.send.key, a.receive.key);
    }
}

pub fn phone(zid: Zid) -> Arc<Config> {
    Arc::new(Config::new(zid))
}

/// A telephone whose agreement is cheap: X255, Multistream, Preshared.
pub fn quick(zid: Zid) -> Config {
    let agreements = [KeyAgreement::X255, KeyAgreement::Multistream, KeyAgreement::Preshared];
    Config::new(zid).offer(Offer::default().agreements(&agreements).unwrap())
}

/// An end of its own, started, without a line.
pub fn alone(config: Config) -> End {
    let mut end = End::new(5, 0x0a0a_0a0a);
    end.start(&Arc::new(config), START);
    end
}

/// The type of the message in a datagram, without padding.
pub fn kind_of(datagram: &[u8]) -> String {
    String::from_utf8_lossy(&datagram[16..24]).trim_end().to_owned()
}
