//! Media between two ends over UDP: RTP and RTCP on one port beside others, keys as a DTLS
//! handshake exports them, and a new key on the way.
//!
//! `cargo run --example media`

use std::net::UdpSocket;
use std::time::Duration;

use privity_examples::Result;
use privity_srtp::{DtlsKeys, Error, Event, Options, Profile, Protocol, Receiver, Sender};

const PROFILE: Profile = Profile::AEAD_AES_128_GCM; // by number: Profile::from_dtls_id(7)

/// One end of a call.
struct End {
    socket: UdpSocket,
    sender: Sender,
    receiver: Receiver,
}

impl End {
    /// Protects an RTP or RTCP packet and sends it.
    fn send(&mut self, plain: &[u8]) -> Result<()> {
        let mut buffer = [0; 1_500];
        let length = match Protocol::of(plain) {
            Some(Protocol::Rtp) => self.sender.protect_rtp_into(plain, &mut buffer)?,
            Some(Protocol::Rtcp) => self.sender.protect_rtcp_into(plain, &mut buffer)?,
            None => return Err("neither RTP nor RTCP".into()),
        };
        self.socket.send(buffer.get(..length).unwrap_or_default())?;
        while let Some(Event::KeyExpiring { remaining, .. }) = self.sender.poll_event() {
            println!("{remaining} packets are left: agree on a new key");
        }
        Ok(())
    }

    /// Takes the next datagram, whatever it is (RFC 7983 §7).
    fn receive(&mut self) -> Result<()> {
        let mut buffer = [0; 1_500];
        let length = self.socket.recv(&mut buffer)?;
        let datagram = buffer.get_mut(..length).unwrap_or_default();
        let opened = match (datagram.first(), Protocol::of(datagram)) {
            (_, Some(Protocol::Rtp)) => self.receiver.unprotect_rtp(datagram),
            (_, Some(Protocol::Rtcp)) => self.receiver.unprotect_rtcp(datagram),
            (Some(0..=3), _) => return note("STUN: to ICE"),
            (Some(16..=19), _) => return note("ZRTP: to its session"),
            (Some(20..=63), _) => return note("DTLS: to its session"),
            (Some(64..=79), _) => return note("a TURN channel: to the TURN client"),
            _ => return note("nothing known"),
        };
        match opened {
            Ok(length) => {
                let plain = datagram.get(..length).unwrap_or_default();
                println!("{:?}: {}", Protocol::of(plain), plain.escape_ascii());
            }
            // Anybody can send such a packet: it is dropped, counted, and ends no call.
            Err(Error::Replayed | Error::NotAuthentic) => println!("dropped"),
            Err(error) => println!("dropped: {error}"),
        }
        while let Some(Event::KeyExpiring { remaining, .. }) = self.receiver.poll_event() {
            println!("the peer has {remaining} packets left: agree on a new key");
        }
        Ok(())
    }
}

fn note(what: &str) -> Result<()> {
    println!("{what}");
    Ok(())
}

/// What DTLS exports at both ends, under [`DtlsKeys::EXPORTER_LABEL`], after either handshake.
fn exported(handshake: u8) -> Result<DtlsKeys> {
    let bytes: Vec<u8> = (handshake..).take(DtlsKeys::exported_length(PROFILE)).collect();
    Ok(DtlsKeys::from_exported(PROFILE, &bytes)?)
}

fn rtp(sequence: u8, payload: &[u8]) -> Vec<u8> {
    [&[0x80, 111, 0, sequence, 0, 0, 0, 160, 0, 0, 0, 1][..], payload].concat()
}

fn main() -> Result<()> {
    let (alice, bob) = (UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
    alice.connect(bob.local_addr()?)?;
    bob.connect(alice.local_addr()?)?;
    bob.set_read_timeout(Some(Duration::from_secs(5)))?;

    let options = Options::new().replay_window(1_024)?; // video, with packets sent again
    let (at_alice, at_bob) = (exported(1)?, exported(1)?);
    let sender = Sender::new(at_alice.client, options.clone())?; // Alice is the DTLS client
    let receiver = Receiver::new(at_alice.server, options.clone())?;
    let mut alice = End { socket: alice, sender, receiver };
    let sender = Sender::new(at_bob.server, options.clone())?;
    let receiver = Receiver::new(at_bob.client, options)?;
    let mut bob = End { socket: bob, sender, receiver };

    alice.send(&rtp(1, b"one"))?;
    bob.receive()?;
    alice.send(&[&[0x80, 200, 0, 6, 0, 0, 0, 1][..], b"twenty bytes of time"].concat())?;
    bob.receive()?;
    alice.socket.send(&[0, 1, 0, 0])?;
    bob.receive()?;

    // A second handshake on the same association: Bob's receiver takes the key first, the old
    // one ends in two seconds. (A new association would begin a new sender and receiver.)
    alice.send(&rtp(2, b"two, under way while the key changes"))?;
    let now = 1_700_000_000_000;
    bob.receiver.rekey(exported(2)?.client, now + 2_000)?;
    // Signalling tells Alice that Bob is ready.
    alice.sender.rekey(exported(2)?.client)?;
    alice.send(&rtp(3, b"three, under the new key"))?;
    bob.receive()?;
    bob.receive()?;
    if bob.receiver.poll_timeout() == Some(now + 2_000) {
        bob.receiver.handle_timeout(now + 2_000); // by the app's timer
    }
    Ok(())
}
