use std::collections::BTreeMap;

use privity_wire::{
    Codec, DecodeError, EncodeError, Reader, Writer, read_list, read_option, write_list,
    write_option,
};

use crate::format::{ConversationId, EntryHash, Link, Policy, read_version};
use crate::log::fold::{Count, PolicyFrom, Row};
use crate::log::non_empty::NonEmpty;
use crate::log::record::Record;
use crate::log::{Epoch, Fold};

/// A fold's state, so that a client need not fold its logs again when it starts.
///
/// ```text
/// version 1 | conversation 32 | [predecessor] | rows: (hash 32, author 4, device 4) |
/// records | counts: (position 8, members 4, admins 4) | policies: (position 8, policy) |
/// epochs: (anchor 8, commitment 32, link) | infos: 8 each | leaves: 8 each
/// ```
impl Codec for Fold {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u8(crate::format::VERSION).raw(&self.conversation.0);
        write_option(writer, self.predecessor.as_ref())?;
        write_all(writer, &self.rows)?;
        write_list(writer, &self.records)?;
        write_all(writer, &self.counts)?;
        write_all(writer, &self.policies)?;
        write_all(writer, &self.epochs)?;
        write_positions(writer, self.infos.len(), self.infos.iter())?;
        write_positions(writer, self.leaves.len(), self.leaves.iter())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        let fold = Self {
            conversation: ConversationId::read(reader)?,
            predecessor: read_option(reader, "predecessor")?,
            rows: read_all(reader, "rows")?,
            records: read_list(reader, "records", LIST)?,
            index: BTreeMap::new(),
            counts: read_all(reader, "counts")?,
            policies: read_all(reader, "policies")?,
            epochs: read_epochs(reader)?,
            infos: NonEmpty::from_vec(read_positions(reader, "infos")?)
                .ok_or(DecodeError::Invalid("infos"))?,
            leaves: read_positions(reader, "leaves")?,
        };
        fold.indexed()
    }
}

impl Fold {
    /// Fills the index and checks what the queries rely on.
    fn indexed(mut self) -> Result<Self, DecodeError> {
        let slots = self.records.iter().zip(0..);
        self.index = slots.map(|(record, slot)| (record.account, slot)).collect();
        if self.index.len() != self.records.len() {
            return Err(DecodeError::Invalid("records"));
        }
        if self.rows.iter().any(|row| !self.names_author(row)) {
            return Err(DecodeError::Invalid("rows"));
        }
        let head = self.head();
        let from_start = dense(&self.counts, head, |count| count.position)
            && dense(&self.policies, head, |from| from.position)
            && dense(&self.epochs, head, |epoch| epoch.anchor)
            && dense(&self.infos, head, |position| *position)
            && ascends(self.leaves.iter().copied(), head)
            && self.records.iter().all(|record| in_order(record, head));
        if from_start { Ok(self) } else { Err(DecodeError::Invalid("positions")) }
    }

    fn names_author(&self, row: &Row) -> bool {
        let author = self.records.get(row.author as usize);
        author.is_some_and(|record| record.authors.get(row.device as usize).is_some())
    }
}

/// Lists of a fold are as long as their log, and no longer than the bytes they stand in.
pub(super) const LIST: usize = 1 << 30;

fn in_order(record: &Record, head: u64) -> bool {
    let mut free_from = 0;
    for period in &record.periods {
        if period.joined < free_from || period.granted_from > period.joined {
            return false;
        }
        free_from = match period.ended {
            Some(ended) if ended <= period.joined => return false,
            Some(ended) => ended,
            None => u64::MAX,
        };
    }
    let ended = record.periods.iter().filter_map(|period| period.ended);
    !record.periods.is_empty()
        && ended.chain(record.ends.iter().map(|row| row.position)).all(|end| end <= head)
        && record.ends.is_sorted_by_key(|row| row.position)
        && ascends(record.periods.iter().map(|period| period.joined), head)
        && ascends(record.roles.iter().map(|from| from.position), head)
        && ascends(record.pins.iter().map(|from| from.position), head)
}

fn ascends(positions: impl Iterator<Item = u64>, head: u64) -> bool {
    let mut next = 0;
    for position in positions {
        if position < next || position > head {
            return false;
        }
        next = position + 1;
    }
    true
}

fn dense<T>(items: &NonEmpty<T>, head: u64, position: impl Fn(&T) -> u64) -> bool {
    position(items.at(0)) == 0 && ascends(items.iter().map(position), head)
}

fn read_epochs(reader: &mut Reader<'_>) -> Result<NonEmpty<Epoch>, DecodeError> {
    let mut epochs: Vec<Epoch> = read_list(reader, "epochs", LIST)?;
    let mut segment = 0;
    for epoch in &mut epochs {
        if epoch.link == Link::Fence {
            segment = epoch.anchor;
        }
        epoch.segment = segment;
    }
    match NonEmpty::from_vec(epochs) {
        Some(epochs) if epochs.at(0).link == Link::Fence => Ok(epochs),
        _ => Err(DecodeError::Invalid("epochs")),
    }
}

fn write_all<T: Codec>(writer: &mut Writer, items: &NonEmpty<T>) -> Result<(), EncodeError> {
    write_count(writer, items.len())?;
    items.iter().try_for_each(|item| item.write(writer))
}

fn read_all<T: Codec>(
    reader: &mut Reader<'_>,
    field: &'static str,
) -> Result<NonEmpty<T>, DecodeError> {
    NonEmpty::from_vec(read_list(reader, field, LIST)?).ok_or(DecodeError::Invalid(field))
}

fn write_positions<'a>(
    writer: &mut Writer,
    count: usize,
    positions: impl Iterator<Item = &'a u64>,
) -> Result<(), EncodeError> {
    write_count(writer, count)?;
    for position in positions {
        writer.u64(*position);
    }
    Ok(())
}

fn read_positions(reader: &mut Reader<'_>, field: &'static str) -> Result<Vec<u64>, DecodeError> {
    let count = reader.u32(field)?;
    (0..count).map(|_| reader.u64(field)).collect()
}

fn write_count(writer: &mut Writer, count: usize) -> Result<(), EncodeError> {
    let short =
        u32::try_from(count).map_err(|_| EncodeError { length: count, limit: 0xffff_ffff })?;
    writer.u32(short);
    Ok(())
}

impl Codec for Row {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.raw(&self.hash.0).u32(self.author).u32(self.device);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            hash: EntryHash::read(reader)?,
            author: reader.u32("author")?,
            device: reader.u32("device")?,
        })
    }
}

impl Codec for Count {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u64(self.position).u32(self.members).u32(self.admins);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            position: reader.u64("count position")?,
            members: reader.u32("members")?,
            admins: reader.u32("admins")?,
        })
    }
}

impl Codec for PolicyFrom {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.policy.write(writer.u64(self.position))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { position: reader.u64("policy position")?, policy: Policy::read(reader)? })
    }
}
