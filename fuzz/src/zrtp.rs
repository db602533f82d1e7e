//! ZRTP messages from arbitrary bytes, and two sessions driven by arbitrary operations.

use std::sync::{Arc, LazyLock};

use arbitrary::Arbitrary;
use privity_primitives::random::CryptoRng;
use privity_zrtp::message::Message;
use privity_zrtp::{
    Assurance, Cache, CallKeys, Config, Encrypted, Env, Event, MemoryCache, Packet, Session,
    SignatureFinding, SrtpKeys,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::zrtp_config::{HYBRID, SMALL_MTU, Signs, config, signs};
use crate::zrtp_line::{OTHER_LEG, SSRC_A, SSRC_B, ZID_A, ZID_B, any_ssrc, forged, piece};

/// Reads arbitrary bytes as a datagram, as a message and as a piece of one, and hands all of
/// them to a session that knows their sender.
pub fn packet(input: &[u8]) {
    let mut end = End::new(1, SSRC_A, config(ZID_A, 0));
    let _ = end.with(0, |session, env| session.handle_packet(&HELLO, env));
    // The low half of the first byte and the second are not used in a whole packet.
    if let (Ok(packet), true) = (Packet::read(input), input.starts_with(&[0x10, 0])) {
        assert_eq!(packet.write(), input, "a packet comes back");
    }
    if let Ok(message) = Message::read(input) {
        assert_eq!(Message::read(&message.write()), Ok(message), "a message comes back");
    }
    let _ = end.with(0, |session, env| session.handle_packet(input, env));
    let wrapped = Packet { sequence: 1, ssrc: SSRC_B, message: input }.write();
    let _ = end.with(0, |session, env| session.handle_packet(&wrapped, env));
    let piece = piece(SSRC_B, input);
    let _ = end.with(0, |session, env| session.handle_packet(&piece, env));
}

/// The Hello of the peer in [`packet`].
static HELLO: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut peer = End::new(2, SSRC_B, config(ZID_B, 0));
    peer.session.poll_transmit().unwrap_or_default()
});

/// What two ends send each other with the hybrid, in pieces of two sizes: seeds.
#[must_use]
pub fn datagrams() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for choice in [HYBRID, HYBRID | SMALL_MTU] {
        let mut dialogue = Dialogue::new([choice, choice]);
        dialogue.run(&Operation::Settle);
        all.extend(dialogue.ends.into_iter().flat_map(|end| end.sent));
    }
    all
}

/// One thing that happens to two sessions and the line between them.
#[derive(Arbitrary, Debug)]
pub enum Operation {
    /// The oldest datagram that was not delivered yet arrives.
    Next(Side),
    /// A datagram arrives, perhaps again, perhaps late, perhaps at its own sender.
    Deliver {
        /// Who receives it.
        to: Side,
        /// Who sent it.
        from: Side,
        /// Which of the datagrams so far.
        datagram: u16,
    },
    /// As `Deliver`, with a byte changed and the CRC put right.
    Forge {
        /// Who receives it.
        to: Side,
        /// Who sent it.
        from: Side,
        /// Which of the datagrams so far.
        datagram: u16,
        /// Which byte behind the packet header.
        place: u16,
        /// What it is combined with.
        change: u8,
    },
    /// An arbitrary message arrives.
    Inject {
        /// Who receives it.
        to: Side,
        /// From the peer's SSRC, or a stranger's.
        ssrc: u8,
        /// What it says.
        message: Vec<u8>,
    },
    /// An arbitrary piece of a long message arrives.
    Piece {
        /// Who receives it.
        to: Side,
        /// From the peer's SSRC, or a stranger's.
        ssrc: u8,
        /// Its header fields and data.
        content: Vec<u8>,
    },
    /// Time passes: milliseconds.
    Wait(u16),
    /// Both sides run undisturbed for a while.
    Settle,
    /// A caller does something.
    Call(Side, Act),
}

/// One of two ends.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

/// What a caller may do.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Act {
    /// The SAS was compared.
    Confirm,
    /// It was not, after all.
    Withdraw,
    /// Leave encryption.
    Clear,
    /// Ping.
    Ping,
    /// Agree to an enrolment.
    Enrol,
    /// Tell the SAS of another leg.
    Relay,
    /// End a handshake.
    Stop,
    /// Media came in.
    Media,
    /// A new stream: the next call, or a further stream of this one.
    Renew {
        /// Of this call.
        further: bool,
    },
}

/// Two ends and what they sent. Whatever happens, there is no panic; if both are encrypted with
/// one another they have the same keys and the same SAS, and the same secret if both enrolled in
/// that call; who signs with the key of somebody else is never taken for the peer; and they come
/// to rest.
pub struct Dialogue {
    ends: [End; 2],
    now: u64,
}

struct End {
    config: Arc<Config>,
    session: Session,
    cache: MemoryCache,
    call: CallKeys,
    rng: ChaCha8Rng,
    ssrc: u32,
    sent: Vec<Vec<u8>>,
    delivered: usize,
    encrypted: Option<Box<Encrypted>>,
    keys: Option<Box<SrtpKeys>>,
    /// The SAS hash of the call in which an enrolment was accepted last.
    enrolled: Option<[u8; 32]>,
    /// Whether the other end signs with the right key.
    peer_signs: Signs,
}

impl Dialogue {
    /// Two fresh ends, each configured by one byte.
    #[must_use]
    pub fn new([of_a, of_b]: [u8; 2]) -> Self {
        let mut a = End::new(1, SSRC_A, config(ZID_A, of_a));
        let mut b = End::new(2, SSRC_B, config(ZID_B, of_b));
        (a.peer_signs, b.peer_signs) = (signs(of_b), signs(of_a));
        Self { ends: [a, b], now: 0 }
    }

    /// Lets one thing happen.
    pub fn run(&mut self, operation: &Operation) {
        match operation {
            Operation::Next(to) => self.next(*to),
            Operation::Deliver { to, from, datagram } => {
                if let Some(datagram) = self.sent(*from, *datagram) {
                    self.receive(*to, &datagram);
                }
            }
            Operation::Forge { to, from, datagram, place, change } => {
                if let Some(datagram) = self.sent(*from, *datagram) {
                    let datagram = forged(&datagram, (*place).into(), *change);
                    self.receive(*to, &datagram);
                }
            }
            Operation::Inject { to, ssrc, message } => {
                self.receive(*to, &Packet { sequence: 1, ssrc: any_ssrc(*ssrc), message }.write());
            }
            Operation::Piece { to, ssrc, content } => {
                self.receive(*to, &piece(any_ssrc(*ssrc), content));
            }
            Operation::Wait(millis) => {
                self.now += u64::from(*millis);
                self.alarms();
            }
            Operation::Settle => self.settle(),
            Operation::Call(side, act) => {
                let now = self.now;
                self.ends[index(*side)].act(now, *act);
            }
        }
        for end in &mut self.ends {
            end.drain();
        }
        self.compare();
    }

    /// At the end both sides come to rest: no timer runs for ever.
    pub fn check(&mut self) {
        for _ in 0..2_000 {
            let due = self.ends.iter().filter_map(|end| end.session.poll_timeout()).min();
            let Some(due) = due else { return };
            self.now = self.now.max(due);
            self.alarms();
        }
        panic!("a timer runs for ever");
    }

    fn next(&mut self, to: Side) {
        let from = &mut self.ends[1 - index(to)];
        let Some(datagram) = from.sent.get(from.delivered).cloned() else { return };
        from.delivered += 1;
        self.receive(to, &datagram);
    }

    fn settle(&mut self) {
        for _ in 0..60 {
            for end in &mut self.ends {
                end.drain();
            }
            self.next(Side::A);
            self.next(Side::B);
            self.now += 10;
            self.alarms();
        }
    }

    fn sent(&self, from: Side, datagram: u16) -> Option<Vec<u8>> {
        let sent = &self.ends[index(from)].sent;
        sent.get(usize::from(datagram).checked_rem(sent.len())?).cloned()
    }

    fn receive(&mut self, to: Side, datagram: &[u8]) {
        let now = self.now;
        let _ = self.ends[index(to)].with(now, |session, env| session.handle_packet(datagram, env));
    }

    fn alarms(&mut self) {
        let now = self.now;
        for end in &mut self.ends {
            while end.session.poll_timeout().is_some_and(|due| due <= now) {
                end.with(now, |session, env| session.handle_timeout(env));
                end.drain();
            }
        }
    }

    /// Streams under the same session key are encrypted with one another.
    fn compare(&self) {
        let [a, b] = &self.ends;
        if a.enrolled.is_some() && a.enrolled == b.enrolled {
            let of_a = a.cache.lookup(ZID_B, self.now).and_then(|row| row.pbx);
            assert_eq!(of_a, b.cache.lookup(ZID_A, self.now).and_then(|row| row.pbx));
        }
        let (Some(of_a), Some(of_b)) = (&a.encrypted, &b.encrypted) else { return };
        let (Some(a), Some(b)) = (&a.keys, &b.keys) else { return };
        if a.send.key == b.receive.key {
            assert_eq!(of_a.sashash, of_b.sashash);
            assert_eq!(of_a.role, of_b.role.other());
            assert_eq!(of_a.suite, of_b.suite);
            assert_eq!(a.receive.key, b.send.key);
        }
    }
}

impl End {
    fn new(seed: u64, ssrc: u32, config: Arc<Config>) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (mut cache, mut call) = (MemoryCache::new(), CallKeys::new());
        let mut env = Env { now: 0, rng: &mut rng, cache: &mut cache, call: &mut call };
        let session = Session::first(config.clone(), ssrc, &mut env);
        Self {
            config,
            session,
            cache,
            call,
            rng,
            ssrc,
            sent: Vec::new(),
            delivered: 0,
            encrypted: None,
            keys: None,
            enrolled: None,
            peer_signs: Signs::Nothing,
        }
    }

    fn with<T>(&mut self, now: u64, act: impl FnOnce(&mut Session, &mut Env<'_>) -> T) -> T {
        let rng = &mut self.rng as &mut dyn CryptoRng;
        let mut env = Env { now, rng, cache: &mut self.cache, call: &mut self.call };
        let result = act(&mut self.session, &mut env);
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Encrypted(encrypted) => {
                    self.check_signature(&encrypted);
                    self.encrypted = Some(encrypted);
                }
                Event::Keys(keys) => self.keys = Some(keys),
                _ => {}
            }
        }
        result
    }

    fn act(&mut self, now: u64, act: Act) {
        if let Act::Renew { further } = act {
            self.renew(now, further);
            return;
        }
        let done = self.with(now, |session, env| match act {
            Act::Confirm => session.confirm_sas(env),
            Act::Withdraw => session.withdraw_sas(env),
            Act::Clear => session.request_clear(env),
            Act::Enrol => session.accept_enrolment(env),
            Act::Relay => session.relay_sas(&OTHER_LEG, env),
            Act::Stop => {
                session.stop(env);
                Ok(())
            }
            Act::Ping => {
                session.ping();
                Ok(())
            }
            Act::Media | Act::Renew { .. } => {
                session.media_received(env);
                Ok(())
            }
        });
        if let (Act::Enrol, Ok(()), Some(encrypted)) = (act, done, &self.encrypted) {
            assert!(encrypted.sas.is_some(), "no enrolment in a further stream");
            self.enrolled = Some(encrypted.sashash);
        }
    }

    fn check_signature(&self, encrypted: &Encrypted) {
        match (encrypted.signature, self.peer_signs) {
            (SignatureFinding::Valid, signs) => assert_eq!(signs, Signs::Truly),
            (SignatureFinding::Invalid, signs) => {
                assert_eq!(signs, Signs::AsSomebodyElse);
                assert_eq!(encrypted.assurance, Assurance::Unverified);
            }
            _ => {}
        }
    }

    fn renew(&mut self, now: u64, further: bool) {
        let config = self.config.clone();
        if !further {
            self.call = CallKeys::new();
        }
        let rng = &mut self.rng as &mut dyn CryptoRng;
        let mut env = Env { now, rng, cache: &mut self.cache, call: &mut self.call };
        let session = if further {
            Session::further(config, self.ssrc, &mut env)
        } else {
            Ok(Session::first(config, self.ssrc, &mut env))
        };
        if let Ok(session) = session {
            self.session = session;
            (self.encrypted, self.keys) = (None, None);
        }
    }

    fn drain(&mut self) {
        while let Some(datagram) = self.session.poll_transmit() {
            self.sent.push(datagram);
        }
    }
}

const fn index(side: Side) -> usize {
    match side {
        Side::A => 0,
        Side::B => 1,
    }
}
