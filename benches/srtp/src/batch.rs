//! Packets made before the clock starts and worked on while it runs.

use bench_harness::{Sample, measure_once};

/// Room behind a packet: libsrtp asks for that of its longest trailer.
const ROOM: usize = 192;
/// Packets in a batch: with their buffers they stay in the second cache.
const PACKETS: u16 = 256;
/// Batches in a round, and rounds in a measurement.
const BATCHES: usize = 20;
const ROUNDS: usize = 41;
/// Bytes of an RTP header.
const HEADER: usize = 12;

/// One packet in a buffer with room for what protection adds.
#[derive(Clone)]
pub(crate) struct Packet {
    pub(crate) buffer: Vec<u8>,
    pub(crate) length: usize,
}

impl Packet {
    /// An RTP packet of one stream.
    pub(crate) fn new(sequence: u16, payload: usize) -> Self {
        let mut buffer = vec![0x80, 111];
        buffer.extend(sequence.to_be_bytes());
        buffer.extend([0, 0, 3, 0xc0, 0xca, 0xfe, 0xba, 0xbe]);
        buffer.resize(HEADER + payload, 0xab);
        buffer.resize(HEADER + payload + ROOM, 0);
        Self { buffer, length: HEADER + payload }
    }

    /// The bytes of the packet.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

/// Both ends of one implementation.
pub(crate) trait Party {
    /// Protects the packet in place or, if that is how the party works, beside it.
    fn protect(&mut self, packet: &mut Packet);
    /// Undoes it.
    fn unprotect(&mut self, packet: &mut Packet);
    /// Fills `packet` with its protected form; not measured.
    fn prepare(&mut self, packet: &mut Packet);
}

/// What is measured.
#[derive(Clone, Copy)]
pub(crate) enum Direction {
    Protect,
    Unprotect,
}

impl Direction {
    /// As it stands in the name of a row.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Protect => "protect",
            Self::Unprotect => "unprotect",
        }
    }
}

/// One party and where its stream stands.
pub(crate) struct Runner<P> {
    party: P,
    direction: Direction,
    payload: usize,
    sequence: u16,
}

impl<P: Party> Runner<P> {
    pub(crate) const fn new(party: P, direction: Direction, payload: usize) -> Self {
        Self { party, direction, payload, sequence: 0 }
    }

    fn batch(&mut self) -> Sample {
        let mut packets: Vec<_> = (0..PACKETS)
            .map(|place| Packet::new(self.sequence.wrapping_add(place), self.payload))
            .collect();
        self.sequence = self.sequence.wrapping_add(PACKETS);
        let party = &mut self.party;
        let ((), sample) = match self.direction {
            Direction::Protect => {
                measure_once(|| packets.iter_mut().for_each(|packet| party.protect(packet)))
            }
            Direction::Unprotect => {
                packets.iter_mut().for_each(|packet| party.prepare(packet));
                measure_once(|| packets.iter_mut().for_each(|packet| party.unprotect(packet)))
            }
        };
        sample
    }
}

/// Ours and the peer in turns, a batch each: the machine gets faster and slower for both. The
/// medians of all rounds.
pub(crate) fn compare<P: Party, Q: Party>(
    ours: &mut Runner<P>,
    peer: &mut Runner<Q>,
) -> (Sample, Sample) {
    round(ours, peer);
    let rounds: Vec<_> = (0..ROUNDS).map(|_| round(ours, peer)).collect();
    (median(rounds.iter().map(|round| round.0)), median(rounds.iter().map(|round| round.1)))
}

/// The time per packet of either.
fn round<P: Party, Q: Party>(ours: &mut Runner<P>, peer: &mut Runner<Q>) -> (Sample, Sample) {
    let batches: Vec<_> = (0..BATCHES).map(|_| (ours.batch(), peer.batch())).collect();
    (
        per_packet(batches.iter().map(|batch| batch.0)),
        per_packet(batches.iter().map(|batch| batch.1)),
    )
}

fn per_packet(batches: impl Iterator<Item = Sample> + Clone) -> Sample {
    let packets = f64::from(PACKETS) * BATCHES as f64;
    let sum = |pick: fn(Sample) -> f64| batches.clone().map(pick).sum::<f64>() / packets;
    Sample { cpu_ns: sum(|batch| batch.cpu_ns), wall_ns: sum(|batch| batch.wall_ns) }
}

fn median(samples: impl Iterator<Item = Sample> + Clone) -> Sample {
    let middle = |pick: fn(Sample) -> f64| {
        let mut values: Vec<f64> = samples.clone().map(pick).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Sample { cpu_ns: middle(|sample| sample.cpu_ns), wall_ns: middle(|sample| sample.wall_ns) }
}
