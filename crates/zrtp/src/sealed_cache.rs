//! A cache whose content goes to a file, a database or a key store as sealed bytes.
//!
//! ```text
//!   sealed:  format 1 | salt 32 | commitment 32 | AES-256-GCM of the rows
//!   key:     HKDF(salt, storage key), "privity/v1/zrtp-cache"
//!   row:     ZID 12 | flags 1 | rs1 32? | rs2 32? | pbx 32? | expires 8?
//!   flags:   1 rs1, 2 rs2, 4 pbx, 8 verified, 16 expires
//! ```

use core::fmt;

use privity_primitives::committing::CommittingKey;
use privity_primitives::kdf;
use privity_primitives::random::CryptoRng;
use privity_primitives::secret::{Secret, SecretVec};
use privity_wire::{DecodeError, Reader, Writer};

use crate::{Cache, Error, MemoryCache, Misuse, Retained, Zid};

/// Secrets of earlier calls that outlive the program: a memory cache with a sealed form. The
/// example `file_cache` keeps it in a file.
///
/// ```
/// use privity_primitives::{random::System, secret::Secret};
/// use privity_zrtp::SealedCache;
///
/// let storage_key = Secret::fill(|key| key.fill(7)); // from the platform's key store
/// let mut rng = System::new()?;
/// let file = std::env::temp_dir().join("zrtp-cache-of-the-example");
///
/// let mut cache = SealedCache::new(storage_key.duplicate());
/// // ... a call ...
/// std::fs::write(&file, cache.seal(0, &mut rng)?)?;
/// // ... the next start of the program ...
/// let cache = SealedCache::open(storage_key, &std::fs::read(&file)?)?;
/// assert!(!cache.is_changed());
/// # std::fs::remove_file(&file)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
/// Whoever can put an older copy back makes the next call a mismatch or a call on the older
/// secret, never a silent one with a stranger: the peer's secret must still match.
pub struct SealedCache {
    key: Secret<32>,
    rows: MemoryCache,
    changed: bool,
}

impl SealedCache {
    /// Empty, to be sealed under a key that the caller keeps safe.
    #[must_use]
    pub fn new(key: Secret<32>) -> Self {
        Self { key, rows: MemoryCache::new(), changed: false }
    }

    /// Opens what [`SealedCache::seal`] made.
    ///
    /// # Errors
    /// [`Misuse::Storage`] for another key, another format, or changed bytes.
    pub fn open(key: Secret<32>, sealed: &[u8]) -> Result<Self, Error> {
        let rows = open(&key, sealed).ok_or(Misuse::Storage)?;
        let rows = read(rows.expose()).map_err(|_| Misuse::Storage)?;
        Ok(Self { key, rows, changed: false })
    }

    /// True if something was stored since it was made, opened or sealed: seal it again.
    #[must_use]
    pub const fn is_changed(&self) -> bool {
        self.changed
    }

    /// The sealed content; what expired at `now` is left out. Write it in one step: to a new
    /// file, then rename.
    ///
    /// # Errors
    /// [`Error::Primitives`] past the limits of the cipher.
    pub fn seal(&mut self, now: u64, rng: &mut dyn CryptoRng) -> Result<Vec<u8>, Error> {
        self.rows.purge(now);
        let mut salt = [0; SALT];
        rng.fill_bytes(&mut salt);
        let key = sealing_key(&self.key, &salt);
        let commitment = *key.commitment();
        let sealed = key.seal(&[FORMAT], write(&self.rows).expose())?;
        self.changed = false;
        Ok([[FORMAT].as_slice(), &salt, &commitment, &sealed].concat())
    }
}

impl Cache for SealedCache {
    fn lookup(&self, peer: Zid, now: u64) -> Option<Retained> {
        self.rows.lookup(peer, now)
    }

    fn store(&mut self, peer: Zid, retained: Retained) {
        self.changed = true;
        self.rows.store(peer, retained);
    }
}

impl fmt::Debug for SealedCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedCache").field("changed", &self.changed).finish_non_exhaustive()
    }
}

fn sealing_key(storage: &Secret<32>, salt: &[u8; SALT]) -> CommittingKey {
    CommittingKey::derive(&kdf::extract(salt, storage.expose()), &[LABEL])
}

fn open(key: &Secret<32>, sealed: &[u8]) -> Option<SecretVec> {
    let (format, rest) = sealed.split_first()?;
    let (salt, rest) = rest.split_first_chunk()?;
    let (commitment, ciphertext) = rest.split_first_chunk()?;
    if *format != FORMAT {
        return None;
    }
    let rows = sealing_key(key, salt).open(commitment, &[FORMAT], ciphertext).ok()?;
    Some(SecretVec::new(rows))
}

fn write(rows: &MemoryCache) -> SecretVec {
    let mut writer = Writer::with_capacity(rows.len().saturating_mul(LONGEST_ROW));
    for (peer, row) in rows.rows() {
        let secrets = [(RS1, &row.rs1), (RS2, &row.rs2), (PBX, &row.pbx)];
        let present = secrets.iter().filter(|(_, secret)| secret.is_some());
        let flags = present.fold(0, |flags, (bit, _)| flags | bit);
        let flags = flags | if row.verified { VERIFIED } else { 0 };
        let flags = flags | if row.expires.is_some() { EXPIRES } else { 0 };
        writer.raw(&peer.0).u8(flags);
        for secret in secrets.iter().filter_map(|(_, secret)| secret.as_ref()) {
            writer.raw(secret.expose());
        }
        if let Some(expires) = row.expires {
            writer.u64(expires);
        }
    }
    SecretVec::new(writer.into_vec())
}

fn read(bytes: &[u8]) -> Result<MemoryCache, DecodeError> {
    let mut reader = Reader::new(bytes);
    let mut rows = MemoryCache::new();
    while reader.remaining() > 0 {
        let peer = Zid(reader.array("ZID")?);
        let flags = reader.u8("flags")?;
        if flags & !ALL != 0 {
            return Err(DecodeError::Invalid("flags"));
        }
        let mut secret = |bit: u8| (flags & bit != 0).then(|| read_secret(&mut reader)).transpose();
        let row = Retained {
            rs1: secret(RS1)?,
            rs2: secret(RS2)?,
            pbx: secret(PBX)?,
            verified: flags & VERIFIED != 0,
            expires: (flags & EXPIRES != 0).then(|| reader.u64("expires")).transpose()?,
        };
        rows.store(peer, row);
    }
    Ok(rows)
}

fn read_secret(reader: &mut Reader<'_>) -> Result<Secret<32>, DecodeError> {
    let secret = Secret::from_slice(reader.take("secret", 32)?);
    secret.ok_or(DecodeError::Invalid("secret"))
}

const FORMAT: u8 = 1;
const SALT: usize = 32;
const LABEL: &[u8] = b"privity/v1/zrtp-cache";
const RS1: u8 = 1;
const RS2: u8 = 2;
const PBX: u8 = 4;
const VERIFIED: u8 = 8;
const EXPIRES: u8 = 16;
const ALL: u8 = RS1 | RS2 | PBX | VERIFIED | EXPIRES;
/// The buffer never grows, so that no copy of a secret stays behind.
const LONGEST_ROW: usize = 12 + 1 + 3 * 32 + 8;

#[cfg(test)]
mod tests {
    use super::*;
    use privity_primitives::random::System;

    fn storage_key(fill: u8) -> Secret<32> {
        Secret::fill(|bytes| bytes.fill(fill))
    }

    fn secret(fill: u8) -> Option<Secret<32>> {
        Some(storage_key(fill))
    }

    fn filled() -> SealedCache {
        let mut cache = SealedCache::new(storage_key(1));
        for flags in 0..=ALL {
            let has = |bit| flags & bit != 0;
            let row = Retained {
                rs1: secret(11).filter(|_| has(RS1)),
                rs2: secret(12).filter(|_| has(RS2)),
                pbx: secret(13).filter(|_| has(PBX)),
                verified: has(VERIFIED),
                expires: has(EXPIRES).then_some(1_000),
            };
            cache.store(Zid([flags; 12]), row);
        }
        cache
    }

    fn sealed() -> Vec<u8> {
        filled().seal(0, &mut System::new().unwrap()).unwrap()
    }

    #[test]
    fn every_kind_of_row_comes_back() {
        let (before, after) = (filled(), SealedCache::open(storage_key(1), &sealed()).unwrap());
        for flags in 0..=ALL {
            let peer = Zid([flags; 12]);
            let row = after.lookup(peer, 0).unwrap();
            assert_eq!(row.rs1, secret(11).filter(|_| flags & RS1 != 0));
            assert_eq!(row.rs2, secret(12).filter(|_| flags & RS2 != 0));
            assert_eq!(row.pbx, secret(13).filter(|_| flags & PBX != 0));
            assert_eq!(row.verified, flags & VERIFIED != 0);
            assert_eq!(row.expires, before.lookup(peer, 0).unwrap().expires);
        }
    }

    #[test]
    fn what_expired_is_neither_found_nor_sealed_and_a_middle_stays() {
        let mut cache = filled();
        let all = Zid([ALL; 12]);
        assert!(cache.lookup(all, 999).unwrap().rs1.is_some());
        let left = cache.lookup(all, 1_000).unwrap();
        assert!(left.rs1.is_none() && left.rs2.is_none() && !left.verified);
        assert_eq!(left.pbx, secret(13));
        assert!(cache.lookup(Zid([ALL & !PBX; 12]), 1_000).is_none());
        let sealed = cache.seal(1_000, &mut System::new().unwrap()).unwrap();
        let cache = SealedCache::open(storage_key(1), &sealed).unwrap();
        assert!(cache.lookup(Zid([ALL & !PBX; 12]), 0).is_none());
        assert!(cache.lookup(all, 0).unwrap().rs1.is_none());
    }

    #[test]
    fn a_change_is_told_until_it_is_sealed() {
        let mut cache = filled();
        assert!(cache.is_changed());
        cache.seal(0, &mut System::new().unwrap()).unwrap();
        assert!(!cache.is_changed());
        cache.store(Zid([1; 12]), Retained::default());
        assert!(cache.is_changed());
    }

    #[test]
    fn another_key_opens_nothing() {
        assert!(SealedCache::open(storage_key(2), &sealed()).is_err());
    }

    #[test]
    fn no_bit_can_be_changed_and_nothing_cut_off() {
        let sealed = SealedCache::new(storage_key(1)).seal(0, &mut System::new().unwrap()).unwrap();
        assert!(SealedCache::open(storage_key(1), &sealed).is_ok());
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let refused = SealedCache::open(storage_key(1), &changed).err();
            assert_eq!(refused, Some(Misuse::Storage.into()), "{bit}");
        }
        for length in 0..sealed.len() {
            assert!(SealedCache::open(storage_key(1), &sealed[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn no_secret_stands_in_the_sealed_bytes() {
        let sealed = sealed();
        for fill in [1, 11, 12, 13] {
            assert!(!sealed.windows(32).any(|window| window == [fill; 32]));
        }
    }

    #[test]
    fn rows_that_are_not_of_this_format_are_refused() {
        for bytes in
            [vec![0; 12], [vec![0; 12], vec![32]].concat(), [vec![0; 12], vec![1]].concat()]
        {
            assert!(read(&bytes).is_err());
        }
    }
}
