use privity_wire::{
    Codec, DecodeError, EncodeError, Reader, Writer, read_list, read_option, write_list,
    write_option,
};

use crate::format::{
    AccountId, Delivery, DeviceId, EpochStart, MessageId, Role, StatementHash, limit,
};
use crate::log::Epoch;
use crate::log::codec::LIST;
use crate::log::record::{EndRow, Period, PinFrom, Record, RoleFrom};

/// One account in a fold's state.
///
/// ```text
/// account 32 | periods: (joined 8, granted from 8, [ended 8]) | roles: (position 8, role 1) |
/// pins: (position 8, seq 8, hash 32) | ends: (position 8, device 32, heads) | authors
/// ```
impl Codec for Record {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.account.write(writer)?;
        write_list(writer, &self.periods)?;
        write_list(writer, &self.roles)?;
        write_list(writer, &self.pins)?;
        write_list(writer, &self.ends)?;
        write_list(writer, &self.authors)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            account: AccountId::read(reader)?,
            periods: read_exact(reader, "periods")?,
            roles: read_exact(reader, "roles")?,
            pins: read_exact(reader, "pins")?,
            ends: read_exact(reader, "ends")?,
            authors: read_exact(reader, "authors")?,
        })
    }
}

fn read_exact<T: Codec>(
    reader: &mut Reader<'_>,
    field: &'static str,
) -> Result<Vec<T>, DecodeError> {
    let mut items = read_list(reader, field, LIST)?;
    items.shrink_to_fit();
    Ok(items)
}

struct Position(u64);

impl Codec for Position {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u64(self.0);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.u64("position").map(Self)
    }
}

impl Codec for Period {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u64(self.joined).u64(self.granted_from);
        write_option(writer, self.ended.map(Position).as_ref())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            joined: reader.u64("joined")?,
            granted_from: reader.u64("granted from")?,
            ended: read_option::<Position>(reader, "ended")?.map(|position| position.0),
        })
    }
}

impl Codec for RoleFrom {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.role.write(writer.u64(self.position))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { position: reader.u64("role position")?, role: Role::read(reader)? })
    }
}

impl Codec for PinFrom {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u64(self.position).u64(self.seq).raw(&self.hash.0);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            position: reader.u64("pin position")?,
            seq: reader.u64("pin seq")?,
            hash: StatementHash::read(reader)?,
        })
    }
}

impl Codec for EndRow {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.device.write(writer.u64(self.position))?;
        write_list(writer, &self.heads)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            position: reader.u64("end position")?,
            device: DeviceId::read(reader)?,
            heads: read_list::<MessageId>(reader, "heads", limit::CUT_HEADS)?,
        })
    }
}

/// The segment is not written: the links say it.
impl Codec for Epoch {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        let start =
            EpochStart { delivery: Delivery::Flat, commitment: self.commitment, link: self.link };
        start.write(writer.u64(self.anchor))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let anchor = reader.u64("anchor")?;
        let EpochStart { delivery: Delivery::Flat, commitment, link } = EpochStart::read(reader)?;
        Ok(Self { anchor, segment: anchor, commitment, link })
    }
}
