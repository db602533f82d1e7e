use privity_wire::{
    Codec, DecodeError, EncodeError, Reader, Writer, read_list, read_option, write_list,
    write_option,
};

use crate::account::lazy_key::LazyKey;
use crate::account::{Chain, Device, Directory, Equivocation};
use crate::format::{AccountId, DeviceId, Pin, Statement, VERSION, limit, read_version};

/// The stored form of a verified chain (PROTOCOL.md, "Accounts: stored state").
///
/// ```text
/// version 1 | account 32 | hashes 32 each | devices | keys (seq 8, account key) |
/// recoveries (seq 8, holder) | resets: seq 8 each | [closed: seq 8]
/// device  sign key 32 | wrap keys (seq 8, wrap key) | added 8 | [added by 32] | [revoked 8]
/// ```
impl Codec for Chain {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u8(VERSION).raw(&self.id.0);
        write_list(writer, &self.hashes)?;
        write_list(writer, &self.devices)?;
        write_dated(writer, &self.keys)?;
        write_dated(writer, &self.recoveries)?;
        write_list(writer, &self.resets.iter().copied().map(Seq).collect::<Vec<_>>())?;
        write_option(writer, self.closed.map(Seq).as_ref())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        let chain = Self {
            id: AccountId::read(reader)?,
            hashes: read_list(reader, "hashes", MOST)?,
            devices: read_list(reader, "devices", MOST)?,
            keys: read_dated(reader, "keys")?,
            recoveries: read_dated(reader, "recoveries")?,
            resets: read_list(reader, "resets", MOST)?.into_iter().map(|Seq(seq)| seq).collect(),
            closed: read_option(reader, "closed")?.map(|Seq(seq)| seq),
        };
        let begins = chain.hashes.first().is_some_and(|hash| AccountId::from(*hash) == chain.id);
        if begins { Ok(chain) } else { Err(DecodeError::Invalid("hashes")) }
    }
}

impl Codec for Device {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.raw(&self.sign);
        write_dated(writer, &self.wraps)?;
        writer.u64(self.added);
        write_option(writer, self.added_by.as_ref())?;
        write_option(writer, self.revoked.map(Seq).as_ref())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let sign = reader.array("sign key")?;
        Ok(Self {
            id: DeviceId::of(&sign),
            sign,
            wraps: read_dated(reader, "wrap keys")?,
            added: reader.u64("added")?,
            added_by: read_option(reader, "added by")?,
            revoked: read_option(reader, "revoked")?.map(|Seq(seq)| seq),
            verifier: LazyKey::default(),
        })
    }
}

/// `version 1 | chains by account | equivocations by account (ours, theirs)`
impl Codec for Directory {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u8(VERSION);
        write_count(writer, self.chains.len())?;
        self.chains.values().try_for_each(|chain| chain.write(writer))?;
        write_count(writer, self.equivocations.len())?;
        self.equivocations.values().try_for_each(|evidence| evidence.write(writer))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        let mut directory = Self::default();
        for _ in 0..reader.u32("chains")? {
            let chain = Chain::read(reader)?;
            let after = directory.chains.last_key_value().is_none_or(|(last, _)| *last < chain.id);
            if !after {
                return Err(DecodeError::Invalid("chains"));
            }
            directory.chains.insert(chain.id, chain);
        }
        for _ in 0..reader.u32("equivocations")? {
            let evidence = Equivocation::read(reader)?;
            let account = evidence.ours.account;
            let last = directory.equivocations.last_key_value();
            if last.is_some_and(|(last, _)| *last >= account) {
                return Err(DecodeError::Invalid("equivocations"));
            }
            directory.equivocations.insert(account, evidence);
        }
        Ok(directory)
    }
}

/// `ours: pin 72 | theirs: length 4, statement`
impl Codec for Equivocation {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.ours.write(writer)?;
        writer.bytes32(&self.theirs.to_bytes()?)?;
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let ours = Pin::read(reader)?;
        let theirs = Statement::from_bytes(reader.bytes32("theirs", limit::STATEMENT)?)?;
        Ok(Self { ours, theirs })
    }
}

struct Seq(u64);

impl Codec for Seq {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u64(self.0);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.u64("seq").map(Self)
    }
}

struct Dated<T>(u64, T);

impl<T: Codec> Codec for Dated<T> {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.1.write(writer.u64(self.0))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(reader.u64("seq")?, T::read(reader)?))
    }
}

fn write_dated<T: Codec>(writer: &mut Writer, items: &[(u64, T)]) -> Result<(), EncodeError> {
    write_count(writer, items.len())?;
    items.iter().try_for_each(|(seq, item)| item.write(writer.u64(*seq)))
}

fn read_dated<T: Codec>(
    reader: &mut Reader<'_>,
    field: &'static str,
) -> Result<Vec<(u64, T)>, DecodeError> {
    let items: Vec<Dated<T>> = read_list(reader, field, MOST)?;
    Ok(items.into_iter().map(|Dated(seq, item)| (seq, item)).collect())
}

fn write_count(writer: &mut Writer, count: usize) -> Result<(), EncodeError> {
    let count =
        u32::try_from(count).map_err(|_| EncodeError { length: count, limit: 0xffff_ffff })?;
    writer.u32(count);
    Ok(())
}

/// Statements of a chain times what one of them introduces.
const MOST: usize = 65_536 * limit::DEVICES;
