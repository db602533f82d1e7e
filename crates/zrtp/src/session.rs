use std::sync::Arc;

use crate::core::{Alarm, Core, StreamKind};
use crate::env::Env;
use crate::fragment::Fragment;
use crate::message::{ErrorCode, Message, Ping, PingAck, SasRelayPlain};
use crate::packet::Packet;
use crate::state::{Closed, Incoming, Negotiation, State, Step};
use crate::{Config, Error, Event, Failure, Misuse, PeerMisbehaved};

/// One media stream's key agreement, without clock, socket or thread.
///
/// Feed it datagrams and time; after each call drain [`Session::poll_transmit`] and
/// [`Session::poll_event`], and call [`Session::handle_timeout`] at the moment that
/// [`Session::poll_timeout`] names.
#[derive(Debug)]
pub struct Session {
    core: Core,
    state: State,
    dropped: u64,
    ping: Option<Ping>,
    /// True once a collision of SSRCs was told.
    collided: bool,
}

impl Session {
    /// Starts the first stream of a call with `ssrc`: sends Hello.
    ///
    /// Two ends with the same SSRC cannot talk: draw it at random.
    #[must_use]
    pub fn first(config: Arc<Config>, ssrc: u32, env: &mut Env<'_>) -> Self {
        Self::start(config, StreamKind::First, ssrc, env)
    }

    /// Starts a further stream of the call whose keys stand in `env.call`.
    ///
    /// # Errors
    /// [`Misuse::State`] before the first stream is encrypted, or past
    /// [`crate::CallKeys::MAX_STREAMS`].
    pub fn further(config: Arc<Config>, ssrc: u32, env: &mut Env<'_>) -> Result<Self, Error> {
        env.call.open_stream()?;
        Ok(Self::start(config, StreamKind::Further, ssrc, env))
    }

    /// Takes a datagram that [`Packet::is_zrtp`] recognised.
    ///
    /// # Errors
    /// Why it was dropped; a dropped packet changed nothing. Anyone can send such packets:
    /// count them, do not end the call.
    pub fn handle_packet(&mut self, datagram: &[u8], env: &mut Env<'_>) -> Result<(), Error> {
        let outcome = self.receive(datagram, env);
        if let Err(error) = outcome {
            self.dropped = self.dropped.saturating_add(1);
            if tells_a_reason(error) {
                self.core.last_drop = Some(error);
            }
        }
        outcome
    }

    /// Lets time pass: repeats what was not answered, gives up what never will be.
    pub fn handle_timeout(&mut self, env: &mut Env<'_>) {
        let alarm = self.core.alarm(env.now);
        if alarm != Alarm::Quiet {
            self.state = self.take_state().give_up(alarm, &mut self.core, env);
        }
    }

    /// The next datagram to send.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.core.poll_transmit()
    }

    /// When to call [`Session::handle_timeout`], in Unix milliseconds.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<u64> {
        self.core.deadline()
    }

    /// The next thing to know.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.core.poll_event()
    }

    /// Authentic media came from the peer: as good as Conf2ACK (RFC 6189, 5.8).
    pub fn media_received(&mut self, env: &mut Env<'_>) {
        self.state = match self.take_state() {
            State::AwaitConf2Ack(phase) => phase.complete(&mut self.core, env),
            other => other,
        };
    }

    /// The users compared the SAS and it is the same: remembers it for later calls, and
    /// writes the cache where a mismatch had held it back.
    ///
    /// # Errors
    /// [`Misuse::State`] unless the first stream of a call is encrypted; also where its
    /// signature is [`crate::SignatureFinding::Invalid`].
    ///
    /// # Security
    /// Call it only when a person said so.
    pub fn confirm_sas(&mut self, env: &mut Env<'_>) -> Result<(), Error> {
        match &mut self.state {
            State::Established(phase) => phase.confirm_sas(env),
            _ => Err(Misuse::State.into()),
        }
    }

    /// Takes [`Session::confirm_sas`] back, also one of an earlier call.
    ///
    /// # Errors
    /// [`Misuse::State`] unless the call is encrypted.
    pub fn withdraw_sas(&mut self, env: &mut Env<'_>) -> Result<(), Error> {
        match &mut self.state {
            State::Established(phase) => phase.withdraw_sas(env),
            _ => Err(Misuse::State.into()),
        }
    }

    /// Agrees to an enrolment that [`Event::EnrolmentOffered`] announced, or that we asked
    /// for as a trusted middle; in a stream with a fresh key agreement only.
    ///
    /// # Errors
    /// [`Misuse::State`] if there is none.
    pub fn accept_enrolment(&mut self, env: &mut Env<'_>) -> Result<(), Error> {
        match &mut self.state {
            State::Established(phase) => phase.accept_enrolment(&self.core, env),
            _ => Err(Misuse::State.into()),
        }
    }

    /// Asks the peer to leave encryption. Stop sending media until [`Event::Cleared`].
    ///
    /// # Errors
    /// [`Misuse::State`] unless the call is encrypted and both sides allowed it.
    pub fn request_clear(&mut self, env: &mut Env<'_>) -> Result<(), Error> {
        match &self.state {
            State::Established(phase) => phase.request_clear(&mut self.core, env.now),
            _ => Err(Misuse::State.into()),
        }
    }

    /// As a trusted middle: tells an enrolled client the SAS of the other leg.
    ///
    /// # Errors
    /// [`Misuse::State`] unless we are one and the client's secret matched.
    pub fn relay_sas(&mut self, relayed: &SasRelayPlain, env: &mut Env<'_>) -> Result<(), Error> {
        match &self.state {
            State::Established(phase) => phase.relay_sas(relayed, &mut self.core, env),
            _ => Err(Misuse::State.into()),
        }
    }

    /// Asks whether a ZRTP endpoint is there; [`Event::PingAnswered`] may follow.
    pub fn ping(&mut self) {
        let ping = Ping { version: *crate::core::VERSION, endpoint_hash: self.endpoint_hash() };
        self.core.send(&ping.write());
        self.ping = Some(ping);
    }

    /// Ends a handshake that is not encrypted yet, and tells the peer until it acknowledges.
    pub fn stop(&mut self, env: &mut Env<'_>) {
        if matches!(self.state, State::Established(_) | State::Closed(_)) {
            return;
        }
        self.core.settle();
        self.core.send_error(ErrorCode::Unavailable, env.now);
        self.core.event(Event::Failed(Failure::Stopped));
        self.state = Closed::new().into();
    }

    /// The value of `a=zrtp-hash` for our Hello (RFC 6189, 8.1).
    #[must_use]
    pub fn zrtp_hash(&self) -> crate::ZrtpHash {
        crate::ZrtpHash::of(&self.core.hello)
    }

    /// Packets that were dropped.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    fn start(config: Arc<Config>, kind: StreamKind, ssrc: u32, env: &mut Env<'_>) -> Self {
        let mut core = Core::new(config, kind, ssrc, env.rng);
        let state = Negotiation::start(&mut core, env.now).into();
        Self { core, state, dropped: 0, ping: None, collided: false }
    }

    fn receive(&mut self, datagram: &[u8], env: &mut Env<'_>) -> Result<(), Error> {
        if Fragment::is_fragment(datagram) {
            let piece = Fragment::read(datagram)?;
            return match self.core.peers.assemble(&piece)? {
                Some(bytes) => self.message(&bytes, piece.ssrc, env),
                None => Ok(()),
            };
        }
        let packet = Packet::read(datagram)?;
        self.message(packet.message, packet.ssrc, env)
    }

    fn message(&mut self, bytes: &[u8], ssrc: u32, env: &mut Env<'_>) -> Result<(), Error> {
        let message = Message::read(bytes)?;
        if ssrc == self.core.ssrc {
            self.own_ssrc(&message, bytes, env.now);
            return Err(PeerMisbehaved::OwnSsrc.into());
        }
        self.core.peers.heard(ssrc, env.now);
        match &message {
            Message::Ping(ping) => self.answer_ping(ping, ssrc, env.now),
            Message::PingAck(ack) => return self.ping_answered(ack),
            Message::Error(code) => self.peer_error(*code, ssrc, env),
            // Acknowledgements carry no proof: the SSRC is what a stranger has to guess.
            Message::HelloAck
            | Message::Conf2Ack
            | Message::ErrorAck
            | Message::ClearAck
            | Message::RelayAck
                if !self.core.peers.has_ssrc(ssrc) =>
            {
                return Err(PeerMisbehaved::Unexpected.into());
            }
            Message::ErrorAck => self.core.error_acknowledged(env.now),
            message => {
                let incoming = Incoming { message, bytes, ssrc };
                let Step { next, outcome } =
                    self.take_state().handle(&incoming, &mut self.core, env);
                self.state = next;
                return outcome;
            }
        }
        Ok(())
    }

    /// A Hello from our own SSRC. Only a Hello is answered: else two ends with one SSRC would
    /// send Errors back and forth.
    fn own_ssrc(&mut self, message: &Message, bytes: &[u8], now: u64) {
        let Message::Hello(hello) = message else { return };
        self.core.answer(&Message::Error(ErrorCode::SsrcCollision), self.core.ssrc, now);
        let is_mirrored = hello.zid == self.core.config.zid;
        if !is_mirrored && !self.collided && self.core.is_announced(bytes) {
            self.collided = true;
            self.core.event(Event::SsrcCollision);
        }
    }

    /// An Error is not authentic: it is acknowledged and remembered, and ends nothing. A
    /// Preshared Commit gives way to a fresh agreement, which is the stronger one.
    fn peer_error(&mut self, code: ErrorCode, ssrc: u32, env: &mut Env<'_>) {
        self.core.answer(&Message::ErrorAck, ssrc, env.now);
        if !self.core.peers.has_ssrc(ssrc) {
            return;
        }
        self.core.peer_error = Some(code);
        if let State::Negotiation(phase) = &mut self.state
            && code == ErrorCode::NoSharedSecret
        {
            phase.refused(ssrc, &mut self.core, env);
        }
    }

    fn answer_ping(&mut self, ping: &Ping, ssrc: u32, now: u64) {
        let answer = PingAck {
            version: *crate::core::VERSION,
            endpoint_hash: self.endpoint_hash(),
            received_hash: ping.endpoint_hash,
            received_ssrc: ssrc,
        };
        self.core.answer(&Message::PingAck(answer), ssrc, now);
    }

    fn ping_answered(&mut self, ack: &PingAck) -> Result<(), Error> {
        let asked = self.ping.take_if(|ping| ping.endpoint_hash == ack.received_hash);
        asked.ok_or(PeerMisbehaved::Unexpected)?;
        let (endpoint_hash, ssrc) = (ack.endpoint_hash, ack.received_ssrc);
        self.core.event(Event::PingAnswered { endpoint_hash, ssrc });
        Ok(())
    }

    fn endpoint_hash(&self) -> [u8; 8] {
        self.core.config.zid.0.first_chunk().copied().unwrap_or_default()
    }

    fn take_state(&mut self) -> State {
        core::mem::replace(&mut self.state, Closed::new().into())
    }
}

/// A dropped packet that may be the reason of a later timeout; not mere noise.
const fn tells_a_reason(error: Error) -> bool {
    !matches!(
        error,
        Error::Malformed(_)
            | Error::Peer(
                PeerMisbehaved::Checksum | PeerMisbehaved::Unexpected | PeerMisbehaved::Flood
            )
    )
}
