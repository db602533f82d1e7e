use std::collections::VecDeque;
use std::sync::Arc;

use privity_primitives::hash::sha256;
use privity_primitives::random::CryptoRng;

use crate::agreement::SpareKeys;
use crate::budget::Budget;
use crate::chain::{self, HashChain};
use crate::config::CommitRule;
use crate::fragment;
use crate::message::{ErrorCode, Hello, Message};
use crate::packet::Packet;
use crate::peers::{PeerIndex, Peers};
use crate::state::code_of;
use crate::timer::{Due, Retransmit};
use crate::turn::Turn;
use crate::{Config, Error, Event, Failure, Suite};

/// What all phases of a session share: identity, queues, the one timer, the peers.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) config: Arc<Config>,
    pub(crate) kind: StreamKind,
    pub(crate) ssrc: u32,
    pub(crate) chain: HashChain,
    /// Our Hello in its exact bytes.
    pub(crate) hello: Vec<u8>,
    pub(crate) peers: Peers,
    /// Our Hello, until all candidates have it.
    pub(crate) greeting: Option<Retransmit>,
    /// The message whose answer we wait for.
    pub(crate) timer: Option<Retransmit>,
    /// The SASrelay whose answer we wait for.
    pub(crate) relay: Option<Retransmit>,
    /// When to stop waiting for a peer that has the timer.
    pub(crate) patience: Option<u64>,
    turn: Turn,
    strangers: Budget,
    pub(crate) last_drop: Option<Error>,
    pub(crate) peer_error: Option<ErrorCode>,
    /// Keys of our Commit that lost a contention, while the peer's is answered.
    pub(crate) spare: Option<(Suite, SpareKeys)>,
    sequence: u16,
    message_id: u16,
    outbox: VecDeque<Vec<u8>>,
    events: VecDeque<Event>,
    last_sent: Vec<u8>,
}

/// Whether a session starts a call or adds a stream to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamKind {
    /// Agrees on the session key.
    First,
    /// Multistream: derives from the session key.
    Further,
}

/// What a look at the timers brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Alarm {
    /// Nothing, or a repetition was sent.
    Quiet,
    /// The last Hello was not acknowledged by all.
    Ungreeted,
    /// The last repetition was not answered.
    Unanswered,
    /// The last SASrelay was not acknowledged.
    RelayUnanswered,
    /// The peer's time is over.
    Overdue,
    /// Nothing went on for a while, and somebody else would answer a Commit of ours.
    TurnOver,
}

/// Where one of the timers stands.
type Slot = fn(&mut Core) -> &mut Option<Retransmit>;

/// Whether there is still a use in repeating a message.
#[derive(Debug, PartialEq, Eq)]
enum Repeated {
    Enough,
    InVain,
}

impl Core {
    pub(crate) fn new(
        config: Arc<Config>,
        kind: StreamKind,
        ssrc: u32,
        rng: &mut dyn CryptoRng,
    ) -> Self {
        let chain = HashChain::generate(rng);
        let hello = Hello {
            version: *VERSION,
            client: config.client,
            h3: *chain.h3(),
            zid: config.zid,
            flags: config.flags(),
            algorithms: config.offer.lists(),
            mac: [0; 8],
        };
        let hello = chain::seal(chain.h2(), hello.write());
        Self {
            config,
            kind,
            ssrc,
            chain,
            hello,
            peers: Peers::default(),
            greeting: None,
            timer: None,
            relay: None,
            patience: None,
            turn: Turn::default(),
            strangers: Budget::of_strangers(),
            last_drop: None,
            peer_error: None,
            spare: None,
            sequence: random_start(rng, 0x7fff),
            message_id: random_start(rng, 0x0fff),
            outbox: VecDeque::new(),
            events: VecDeque::new(),
            last_sent: Vec::new(),
        }
    }

    /// Sends a message once.
    pub(crate) fn send(&mut self, message: &[u8]) {
        if self.outbox.len() >= MAX_OUTBOX {
            return;
        }
        if message.len().saturating_add(Packet::OVERHEAD) <= self.config.mtu {
            let sequence = self.next_sequence();
            let packet = Packet { sequence, ssrc: self.ssrc, message };
            self.outbox.push_back(packet.write());
            return;
        }
        if self.last_sent != message {
            self.last_sent = message.to_vec();
            self.message_id = next_nonzero(self.message_id);
        }
        let (id, mtu, ssrc) = (self.message_id, self.config.mtu, self.ssrc);
        let pieces = fragment::split(message, id, mtu, ssrc, || self.next_sequence());
        self.outbox.extend(pieces);
    }

    /// Sends what `ssrc` asks for, within its budget.
    pub(crate) fn answer(&mut self, message: &Message, ssrc: u32, now: u64) {
        self.answer_bytes(&message.write(), ssrc, now);
    }

    /// As [`Core::answer`].
    pub(crate) fn answer_bytes(&mut self, message: &[u8], ssrc: u32, now: u64) {
        let own = self.peers.spend(ssrc, now);
        if own.unwrap_or_else(|| self.strangers.spend(now)) {
            self.send(message);
        }
    }

    /// Sends a message and repeats it by `timer` until another one is set.
    pub(crate) fn send_repeating(&mut self, timer: Retransmit) {
        self.send(timer.message());
        self.timer = Some(timer);
    }

    /// Says Hello until all candidates have it.
    pub(crate) fn greet(&mut self, timer: Retransmit) {
        self.send(timer.message());
        self.greeting = Some(timer);
    }

    /// Stops saying Hello if all candidates have it.
    pub(crate) fn stop_greeting(&mut self) {
        if self.peers.all_have_our_hello() {
            self.greeting = None;
        }
    }

    /// Looks at the timers; sends what is due, and names the first that is over. A Commit that
    /// is not answered may be one whose Hello got lost: a forged HelloACK is enough for that.
    pub(crate) fn alarm(&mut self, now: u64) -> Alarm {
        if self.patience.take_if(|deadline| now >= *deadline).is_some() {
            return Alarm::Overdue;
        }
        let timers: [(Slot, Alarm); 3] = [
            (|core| &mut core.timer, Alarm::Unanswered),
            (|core| &mut core.greeting, Alarm::Ungreeted),
            (|core| &mut core.relay, Alarm::RelayUnanswered),
        ];
        for (slot, alarm) in timers {
            if self.repeat(slot, now) == Repeated::InVain {
                return alarm;
            }
        }
        match self.turn_ends() {
            Some(end) if now >= end => Alarm::TurnOver,
            _ => Alarm::Quiet,
        }
    }

    /// Repeats the message of one timer if it is due.
    fn repeat(&mut self, slot: Slot, now: u64) -> Repeated {
        let Some(mut timer) = slot(self).take() else { return Repeated::Enough };
        match timer.poll(now) {
            Due::GiveUp => return Repeated::InVain,
            Due::Repeat(message) => {
                if message.get(4..12) == Some(b"Commit  ") {
                    self.send_hello();
                }
                self.send(message);
            }
            Due::Nothing => {}
        }
        *slot(self) = Some(timer);
        Repeated::Enough
    }

    /// Says what cannot go on, and repeats it until ErrorACK (RFC 6189, 4.7.1 and 6). Where
    /// nobody is there to acknowledge it, once is enough.
    pub(crate) fn send_error(&mut self, code: ErrorCode, now: u64) {
        let error = Message::Error(code).write();
        if self.peers.is_empty() {
            self.send(&error);
        } else {
            self.send_repeating(Retransmit::t2(error, now));
        }
    }

    /// The peer has our Error: there is little left to wait for, unless there are Commits.
    pub(crate) fn error_acknowledged(&mut self, now: u64) {
        let taken = self.timer.take_if(|timer| timer.is_of(b"Error   "));
        if taken.is_some() && !self.peers.has_begun() {
            self.patience = self.patience.map(|deadline| deadline.min(now.saturating_add(GRACE)));
        }
    }

    /// Waits for the peer for as long as its own repetitions may take, from now on anew.
    pub(crate) const fn wait_for_peer(&mut self, now: u64) {
        self.patience = Some(now.saturating_add(PATIENCE));
    }

    /// Somebody made progress: another candidate has to wait for its turn.
    pub(crate) fn begin_turn(&mut self, now: u64) {
        if self.config.commits != CommitRule::Passive {
            self.turn.begin(now);
        }
    }

    /// The next turn is longer.
    pub(crate) const fn lengthen_turns(&mut self) {
        self.turn.lengthen();
    }

    /// This candidate has proven itself: nothing more is awaited of it, nor of anybody else.
    pub(crate) fn settle_on(&mut self, peer: PeerIndex) {
        self.peers.choose(peer);
        self.settle();
    }

    /// Nothing more is awaited.
    pub(crate) fn settle(&mut self) {
        self.greeting = None;
        self.timer = None;
        self.relay = None;
        self.patience = None;
        self.turn = Turn::default();
    }

    /// Sends our Hello once more, for a candidate that may not have it.
    pub(crate) fn send_hello(&mut self) {
        let hello = core::mem::take(&mut self.hello);
        self.send(&hello);
        self.hello = hello;
    }

    /// As [`Core::send_hello`], within the budget of who asks for it.
    pub(crate) fn answer_hello(&mut self, ssrc: u32, now: u64) {
        let hello = core::mem::take(&mut self.hello);
        self.answer_bytes(&hello, ssrc, now);
        self.hello = hello;
    }

    /// Answers what cannot be accepted with an Error; changes nothing else: until a Confirm opens,
    /// whatever breaks a rule may be forged, and the true message may still come.
    pub(crate) fn refuse(&mut self, ssrc: u32, error: Error, now: u64) {
        let code = code_of(Some(error));
        if code != ErrorCode::Timeout {
            self.answer(&Message::Error(code), ssrc, now);
        }
    }

    /// The next moment at which [`Core::alarm`] has something to do.
    pub(crate) fn deadline(&self) -> Option<u64> {
        let timers = [&self.greeting, &self.timer, &self.relay].into_iter().flatten();
        let deadlines = timers.map(Retransmit::deadline);
        deadlines.chain(self.patience).chain(self.turn_ends()).min()
    }

    /// When a turn ends, if anybody waits for that.
    fn turn_ends(&self) -> Option<u64> {
        self.peers.wishing().and(self.turn.end())
    }

    pub(crate) fn event(&mut self, event: Event) {
        if self.events.len() < MAX_EVENTS {
            self.events.push_back(event);
        }
    }

    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(crate) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.outbox.pop_front()
    }

    /// Why the handshake timed out, as far as we know.
    pub(crate) const fn timeout(&self) -> Failure {
        Failure::Timeout { last_drop: self.last_drop, peer_error: self.peer_error }
    }

    /// True if the signalling announced this Hello, or announced none at all.
    pub(crate) fn is_announced(&self, hello: &[u8]) -> bool {
        let announced = &self.config.announced;
        announced.is_empty() || announced.contains(&sha256(&[hello]))
    }

    /// Never 0: one implementation takes no packet that does not count upwards.
    fn next_sequence(&mut self) -> u16 {
        let sequence = self.sequence;
        self.sequence = next_nonzero(sequence);
        sequence
    }
}

/// A random number in 1..=`mask`.
fn random_start(rng: &mut dyn CryptoRng, mask: u16) -> u16 {
    let mut bytes = [0; 2];
    rng.fill_bytes(&mut bytes);
    (u16::from_be_bytes(bytes) & mask).max(1)
}

const fn next_nonzero(number: u16) -> u16 {
    match number.wrapping_add(1) {
        0 => 1,
        next => next,
    }
}

/// The version that we speak.
pub(crate) const VERSION: &[u8; 4] = b"1.10";
/// Longer than the 10,650 ms that the peer repeats one message.
const PATIENCE: u64 = 15_000;
/// How long a peer may take to commit that was told that there is nothing in common.
const GRACE: u64 = 2_000;
/// A caller that does not drain its datagrams loses some, as on a bad network.
const MAX_OUTBOX: usize = 32;
/// More than a handshake has.
const MAX_EVENTS: usize = 32;
