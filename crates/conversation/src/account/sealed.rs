use privity_primitives::secret::SecretVec;
use privity_wire::{Codec, DecodeError, Reader, Writer};

use crate::Error;
use crate::account::device_keys::{DeviceKeys, read_secret, read_suite};
use crate::account::own::OwnAccount;
use crate::account::pending::PendingStatement;
use crate::account::seed::GenerationSeed;
use crate::account::seeds::Seeds;
use crate::format::{AccountId, VERSION, limit, read_version};

/// The stored form (PROTOCOL.md, "Accounts: stored state"); it is sealed by who stores it.
///
/// ```text
/// version 1 | account 32 | signing seed 32 | suite 1 | wrap seed 32 | renewed 8 | unsigned 8 |
/// seeds: count 4, each (generation 4, suite 1, seed 32) | [pending]
/// ```
impl OwnAccount {
    /// Everything this device holds of its account.
    ///
    /// # Errors
    /// [`Error::TooLong`] in no case in practice.
    pub fn to_bytes(&self) -> Result<SecretVec, Error> {
        let public = self.pending.as_ref().map(PendingStatement::request).transpose()?;
        let public = public.map(|request| request.to_bytes()).transpose()?.unwrap_or_default();
        // Room for everything: a vector that grows would leave copies of secrets behind.
        let seeds = self.seeds.iter().count();
        let room = public.len().saturating_add(seeds.saturating_mul(SEED_LENGTH));
        let mut writer = Writer::with_capacity(room.saturating_add(FIXED_LENGTH));
        writer.u8(VERSION).raw(&self.account.0);
        self.keys.write(&mut writer);
        writer.u64(self.renewed).u64(self.unsigned);
        let count = u32::try_from(seeds).map_err(|_| Error::Misuse("too many seeds"))?;
        writer.u32(count);
        for seed in self.seeds.iter() {
            writer.u32(seed.generation()).u8(seed.suite().id()).raw(seed.secret().expose());
        }
        writer.u8(u8::from(self.pending.is_some()));
        if let Some(pending) = &self.pending {
            pending.write(&mut writer)?;
        }
        Ok(SecretVec::new(writer.into_vec()))
    }

    /// What was stored.
    ///
    /// # Errors
    /// [`Error::Malformed`] names the field; [`Error::UpdateNeeded`] for a newer version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let own = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(own)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        let account = AccountId::read(reader)?;
        let keys = DeviceKeys::read(reader)?;
        let (renewed, unsigned) = (reader.u64("renewed")?, reader.u64("unsigned")?);
        let seeds = read_seeds(reader, account)?;
        let pending = match reader.u8("pending")? {
            0 => None,
            1 => Some(PendingStatement::read(reader)?),
            _ => return Err(DecodeError::Invalid("pending")),
        };
        if pending.as_ref().is_some_and(|it| it.pin().account != account) {
            return Err(DecodeError::Invalid("pending"));
        }
        Ok(Self { account, keys, seeds, renewed, unsigned, pending })
    }
}

fn read_seeds(reader: &mut Reader<'_>, account: AccountId) -> Result<Seeds, DecodeError> {
    let count = reader.u32("seeds")?;
    if u64::from(count) > limit::STATEMENTS {
        return Err(DecodeError::TooLong("seeds"));
    }
    let mut seeds = Seeds::empty(account);
    for _ in 0..count {
        let generation = reader.u32("generation")?;
        if seeds.newest().is_some_and(|newest| newest >= generation) {
            return Err(DecodeError::Invalid("seeds"));
        }
        let suite = read_suite(reader)?;
        let secret = read_secret(reader, "seed")?;
        seeds.insert(GenerationSeed::fresh(account, generation, suite, secret));
    }
    Ok(seeds)
}

/// Bytes of one seed.
const SEED_LENGTH: usize = 4 + 1 + 32;
/// At least the bytes of all else but the pending request.
const FIXED_LENGTH: usize = 512;
