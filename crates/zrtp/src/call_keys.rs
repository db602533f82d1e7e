use crate::peers::Peers;
use crate::schedule::SessionKey;
use crate::{Error, Misuse, PeerMisbehaved, Zid};

/// What the streams of one call share: the session key of the first stream and the nonces
/// that further streams used under it (RFC 6189, 4.4.3), at most 768 of 16 bytes. Empty until the
/// first one is encrypted.
#[derive(Debug, Default)]
pub struct CallKeys {
    shared: Option<Shared>,
}

#[derive(Debug)]
struct Shared {
    key: SessionKey,
    peer: Zid,
    nonces: Vec<[u8; 16]>,
    streams: usize,
}

impl CallKeys {
    /// The most further streams of a call.
    pub const MAX_STREAMS: usize = 64;

    /// Empty: before the first stream.
    #[must_use]
    pub const fn new() -> Self {
        Self { shared: None }
    }

    /// True once further streams can be opened.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.shared.is_some()
    }

    /// Takes over the session key of a stream that is encrypted; nonces start anew with it.
    pub(crate) fn install(&mut self, key: SessionKey, peer: Zid) {
        self.shared = Some(Shared { key, peer, nonces: Vec::new(), streams: 0 });
    }

    /// Replaces the key after GoClear: it is derived anew (RFC 6189, 4.7.2.1).
    pub(crate) fn renew(&mut self) {
        if let Some(shared) = &mut self.shared {
            shared.key = shared.key.renewed();
        }
    }

    /// Counts a further stream.
    pub(crate) fn open_stream(&mut self) -> Result<(), Error> {
        let shared = self.shared.as_mut().ok_or(Misuse::State)?;
        if shared.streams >= Self::MAX_STREAMS {
            return Err(Misuse::State.into());
        }
        shared.streams += 1;
        Ok(())
    }

    /// The session key, for a stream with this peer only.
    pub(crate) fn key_with(&self, peer: Zid) -> Result<&SessionKey, Error> {
        let shared = self.shared.as_ref().ok_or(Misuse::State)?;
        if shared.peer == peer { Ok(&shared.key) } else { Err(PeerMisbehaved::Unexpected.into()) }
    }

    /// Remembers a nonce for as long as the session key lives.
    ///
    /// # Errors
    /// [`PeerMisbehaved::NonceReuse`] if it came before, [`PeerMisbehaved::Flood`] past the
    /// bound that the number of streams sets.
    pub(crate) fn use_nonce(&mut self, nonce: [u8; 16]) -> Result<(), Error> {
        let shared = self.shared.as_mut().ok_or(Misuse::State)?;
        if shared.nonces.contains(&nonce) {
            return Err(PeerMisbehaved::NonceReuse.into());
        }
        if shared.nonces.len() >= MAX_NONCES {
            return Err(PeerMisbehaved::Flood.into());
        }
        shared.nonces.push(nonce);
        Ok(())
    }
}

/// Whoever says Hello may use up those of a stream, and must not take them from another one.
const MAX_NONCES: usize = Peers::MAX_COMMITS * CallKeys::MAX_STREAMS;
