use std::collections::VecDeque;
use std::sync::Arc;

use privity_primitives::hash::sha256;
use privity_primitives::random::CryptoRng;

use crate::agreement::SpareKeys;
use crate::budget::AnswerBudget;
use crate::chain::{self, HashChain};
use crate::fragment;
use crate::message::{ErrorCode, Hello, Message};
use crate::packet::Packet;
use crate::peers::{PeerIndex, Peers};
use crate::state::code_of;
use crate::timer::{Due, Retransmit};
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
    /// The message whose answer we wait for.
    pub(crate) timer: Option<Retransmit>,
    /// When to stop waiting for a peer that has the timer.
    pub(crate) patience: Option<u64>,
    pub(crate) budget: AnswerBudget,
    pub(crate) last_drop: Option<Error>,
    pub(crate) peer_error: Option<ErrorCode>,
    /// The type of the message that was repeated last and never answered.
    pub(crate) unanswered: Option<[u8; 8]>,
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
    /// The last repetition was not answered, or the peer's time is over.
    GiveUp,
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
            timer: None,
            patience: None,
            budget: AnswerBudget::default(),
            last_drop: None,
            peer_error: None,
            unanswered: None,
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

    /// Sends an answer that anybody can ask for, within the budget.
    pub(crate) fn answer(&mut self, message: &Message, now: u64) {
        if self.budget.spend(now) {
            self.send(&message.write());
        }
    }

    /// Sends a message and repeats it by `timer` until another one is set.
    pub(crate) fn send_repeating(&mut self, timer: Retransmit) {
        self.send(timer.message());
        self.timer = Some(timer);
    }

    /// Looks at the timers; sends what is due. A Commit that is not answered may be one whose
    /// Hello got lost: a forged HelloACK is enough for that.
    pub(crate) fn alarm(&mut self, now: u64) -> Alarm {
        if self.patience.is_some_and(|deadline| now >= deadline) {
            self.patience = None;
            self.timer = None;
            return Alarm::GiveUp;
        }
        let Some(mut timer) = self.timer.take() else { return Alarm::Quiet };
        match timer.poll(now) {
            Due::GiveUp => {
                self.unanswered = timer.message().get(4..12).and_then(|kind| kind.try_into().ok());
                return Alarm::GiveUp;
            }
            Due::Repeat(message) => {
                if message.get(4..12) == Some(b"Commit  ") {
                    self.send_hello();
                }
                self.send(message);
            }
            Due::Nothing => {}
        }
        self.timer = Some(timer);
        Alarm::Quiet
    }

    /// Says what cannot go on, and repeats it until ErrorACK (RFC 6189, 4.7.1 and 6). Where
    /// nobody is there to acknowledge it, once is enough.
    pub(crate) fn send_error(&mut self, code: ErrorCode, now: u64) {
        let error = Message::Error(code);
        if self.peers.is_empty() {
            self.answer(&error, now);
        } else if self.budget.spend(now) {
            self.send_repeating(Retransmit::t2(error.write(), now));
        }
    }

    /// The peer has our Error: there is little left to wait for.
    pub(crate) fn error_acknowledged(&mut self, now: u64) {
        if self.timer.take_if(|timer| timer.is_of(b"Error   ")).is_some() {
            self.patience = self.patience.map(|deadline| deadline.min(now.saturating_add(GRACE)));
        }
    }

    /// Waits for the peer for as long as its own repetitions may take.
    pub(crate) fn wait_for_peer(&mut self, now: u64) {
        self.timer = None;
        self.patience = Some(now.saturating_add(PATIENCE));
    }

    /// As [`Core::wait_for_peer`], from now on anew; the timer stays.
    pub(crate) fn wait_longer(&mut self, now: u64) {
        self.patience = Some(now.saturating_add(PATIENCE));
    }

    /// The peer has proven itself: nothing more is awaited.
    pub(crate) fn settle(&mut self) {
        self.timer = None;
        self.patience = None;
    }

    /// Sends our Hello once more, for a candidate that may not have it.
    pub(crate) fn send_hello(&mut self) {
        let hello = core::mem::take(&mut self.hello);
        self.send(&hello);
        self.hello = hello;
    }

    /// As [`Core::send_hello`], within the budget.
    pub(crate) fn answer_hello(&mut self, now: u64) {
        if self.budget.spend(now) {
            self.send_hello();
        }
    }

    /// Answers what cannot be accepted with an Error; changes nothing else.
    pub(crate) fn refuse(&mut self, error: Error, now: u64) {
        let code = code_of(Some(error));
        if code != ErrorCode::Timeout {
            self.answer(&Message::Error(code), now);
        }
    }

    /// A candidate with a proven chain broke a rule: it is not heard again. If it was the
    /// only one, the real peer has a moment to show up.
    pub(crate) fn reject(&mut self, peer: PeerIndex, error: Error, now: u64) {
        self.last_drop = Some(error);
        self.refuse(error, now);
        self.peers.reject(peer);
        if self.peers.all_rejected() {
            self.patience = Some(now.saturating_add(GRACE));
        }
    }

    /// The next moment at which [`Core::alarm`] has something to do.
    pub(crate) fn deadline(&self) -> Option<u64> {
        let timer = self.timer.as_ref().map(Retransmit::deadline);
        timer.into_iter().chain(self.patience).min()
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
/// How long the real peer may take to show up after a false one was found out.
const GRACE: u64 = 2_000;
/// A caller that does not drain its datagrams loses some, as on a bad network.
const MAX_OUTBOX: usize = 32;
/// More than a handshake has.
const MAX_EVENTS: usize = 32;
