use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use privity_primitives::random::CryptoRng;
use privity_primitives::secret::Secret;
use privity_zrtp::{Cache, Retained, SealedCache, Zid};

/// Retained secrets in a sealed file, replaced in one step.
#[derive(Debug)]
pub(crate) struct FileCache {
    path: PathBuf,
    cache: SealedCache,
}

impl FileCache {
    /// The cache in this file; an empty one if there is no such file.
    pub(crate) fn open(path: &Path, key: Secret<32>) -> io::Result<Self> {
        let cache = match fs::read(path) {
            Ok(sealed) => SealedCache::open(key, &sealed).map_err(io::Error::other)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => SealedCache::new(key),
            Err(error) => return Err(error),
        };
        Ok(Self { path: path.to_owned(), cache })
    }

    /// Writes what changed: after each round of events, before anything is sent.
    pub(crate) fn save(&mut self, now: u64, rng: &mut dyn CryptoRng) -> io::Result<()> {
        if !self.cache.is_changed() {
            return Ok(());
        }
        let sealed = self.cache.seal(now, rng).map_err(io::Error::other)?;
        let beside = self.path.with_extension("new");
        let mut file = File::create(&beside)?;
        file.write_all(&sealed)?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)
    }
}

impl Cache for FileCache {
    fn lookup(&self, peer: Zid, now: u64) -> Option<Retained> {
        self.cache.lookup(peer, now)
    }

    fn store(&mut self, peer: Zid, retained: Retained) {
        self.cache.store(peer, retained);
    }
}
