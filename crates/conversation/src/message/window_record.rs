use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::format::{ChainId, DeviceId, MessageId, VERSION};

/// Counters of one block.
pub(super) const BLOCK: u64 = 16;

/// The start of a message id, enough to tell two apart.
pub(super) type ShortId = [u8; 16];

/// Sixteen counters of a chain: which of them came, under which id.
///
/// ```text
/// version 1 | kind 0 | device 32 | chain 16 | block 8 | mask 2 | id starts 16 each |
/// rank 8 | position 8 | time 8 | newest 32 | named 1 | whole 1
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowBlock {
    pub(super) device: DeviceId,
    pub(super) chain: ChainId,
    /// Counter of its first slot, divided by [`BLOCK`].
    pub(super) block: u64,
    /// Bit `i` is set if the message with counter `16 * block + i` came.
    pub(super) mask: u16,
    /// One for each bit set, lowest first.
    pub(super) ids: Vec<ShortId>,
    /// The chain as it was when this block was written last.
    pub(super) state: ChainState,
}

/// What is remembered of a chain beside its counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChainState {
    /// Ascends with each message that the conversation takes: who was active last.
    pub(super) rank: u64,
    /// Position and claimed time of the chain's newest message by these two.
    pub(super) latest: (u64, u64),
    /// The message with the highest counter.
    pub(super) newest: MessageId,
    /// Whether another chain of the device goes on from it.
    pub(super) named: Named,
    /// Whether everything came that leads to it.
    pub(super) whole: Whole,
}

/// Whether a chain's newest message is named by another chain's first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    No,
    Yes,
}

/// Whether every message came that a chain's newest one leads back to by its links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    No,
    Yes,
}

/// Up to where a device's forgotten chains reach.
///
/// ```text
/// version 1 | kind 1 | device 32 | position 8 | time 8
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowFloor {
    pub(super) device: DeviceId,
    pub(super) latest: (u64, u64),
}

/// One record of the memory of messages; a message rewrites one of at most 374 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowRecord {
    /// Counters of a chain.
    Block(WindowBlock),
    /// Where a device's memory begins.
    Floor(WindowFloor),
}

/// Names a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WindowKey {
    /// Of a [`WindowBlock`].
    Block {
        /// Whose.
        device: DeviceId,
        /// Which chain.
        chain: ChainId,
        /// Which sixteen counters.
        block: u64,
    },
    /// Of a [`WindowFloor`].
    Floor {
        /// Whose.
        device: DeviceId,
    },
}

impl WindowRecord {
    /// Its name.
    #[must_use]
    pub const fn key(&self) -> WindowKey {
        match self {
            Self::Block(WindowBlock { device, chain, block, .. }) => {
                WindowKey::Block { device: *device, chain: *chain, block: *block }
            }
            Self::Floor(WindowFloor { device, .. }) => WindowKey::Floor { device: *device },
        }
    }
}

impl Codec for WindowRecord {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u8(VERSION);
        match self {
            Self::Block(block) => {
                writer.u8(0);
                block.write(writer);
            }
            Self::Floor(floor) => {
                let (position, time) = floor.latest;
                writer.u8(1).raw(&floor.device.0).u64(position).u64(time);
            }
        }
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.u8("version")? != VERSION {
            return Err(DecodeError::Unsupported("version"));
        }
        match reader.u8("window kind")? {
            0 => WindowBlock::read(reader).map(Self::Block),
            1 => Ok(Self::Floor(WindowFloor {
                device: DeviceId::read(reader)?,
                latest: (reader.u64("position")?, reader.u64("time")?),
            })),
            _ => Err(DecodeError::Invalid("window kind")),
        }
    }
}

impl WindowBlock {
    fn write(&self, writer: &mut Writer) {
        writer.raw(&self.device.0).raw(&self.chain.0).u64(self.block).u16(self.mask);
        self.ids.iter().for_each(|id| {
            writer.raw(id);
        });
        let ChainState { rank, latest: (position, time), newest, named, whole } = self.state;
        writer.u64(rank).u64(position).u64(time).raw(&newest.0);
        writer.u8(u8::from(named == Named::Yes)).u8(u8::from(whole == Whole::Yes));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (device, chain) = (DeviceId::read(reader)?, ChainId::read(reader)?);
        let (block, mask) = (reader.u64("block")?, reader.u16("mask")?);
        if block > u64::MAX / BLOCK || mask == 0 {
            return Err(DecodeError::Invalid("block"));
        }
        let ids = (0..mask.count_ones()).map(|_| reader.array("id")).collect::<Result<_, _>>()?;
        let state = ChainState {
            rank: reader.u64("rank")?,
            latest: (reader.u64("position")?, reader.u64("time")?),
            newest: MessageId::read(reader)?,
            named: match reader.u8("named")? {
                0 => Named::No,
                1 => Named::Yes,
                _ => return Err(DecodeError::Invalid("named")),
            },
            whole: match reader.u8("whole")? {
                0 => Whole::No,
                1 => Whole::Yes,
                _ => return Err(DecodeError::Invalid("whole")),
            },
        };
        Ok(Self { device, chain, block, mask, ids, state })
    }
}
