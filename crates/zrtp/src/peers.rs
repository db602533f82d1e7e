use privity_primitives::hash::sha256;
use privity_primitives::secret::equal;

use crate::chain::{self, HashChainVerified};
use crate::fragment::{Assembly, Fragment};
use crate::message::{Commit, Hello};
use crate::{Error, PeerMisbehaved};

/// The Hellos that came in on this stream. Anyone can send one; the real peer is the one
/// whose hash chain later messages prove.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    list: Vec<Peer>,
}

/// Where in [`Peers`] somebody stands; never reused within a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PeerIndex(usize);

/// One Hello, kept in its exact bytes: hvi, total_hash and its own MAC cover them.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hello: Hello,
    pub(crate) ssrc: u32,
    /// The Commit whose H2 proved this Hello, if one came.
    pub(crate) commit: Option<Vec<u8>>,
    standing: Standing,
    assembly: Assembly,
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Untried,
    /// It got a Commit of ours.
    Tried,
    /// It proved its chain and then broke a rule: it is not heard again.
    Rejected,
}

/// What a Hello is to us.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Not seen before.
    New(PeerIndex),
    /// The same bytes again.
    Repeated,
}

impl Peers {
    /// Candidates that are kept until one proves its chain.
    pub(crate) const MAX: usize = 4;

    /// Keeps a Hello.
    ///
    /// # Errors
    /// [`PeerMisbehaved::Flood`] if there are four others.
    pub(crate) fn arrive(
        &mut self,
        hello: &Hello,
        bytes: &[u8],
        ssrc: u32,
    ) -> Result<Arrival, Error> {
        if self.list.iter().any(|peer| peer.bytes == bytes) {
            return Ok(Arrival::Repeated);
        }
        if self.list.len() >= Self::MAX {
            return Err(PeerMisbehaved::Flood.into());
        }
        self.list.push(Peer {
            bytes: bytes.to_vec(),
            hello: hello.clone(),
            ssrc,
            commit: None,
            standing: Standing::Untried,
            assembly: Assembly::default(),
        });
        Ok(Arrival::New(PeerIndex(self.list.len() - 1)))
    }

    /// True as long as nobody said Hello.
    pub(crate) const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// True for the exact bytes of a Hello that is kept.
    pub(crate) fn knows(&self, bytes: &[u8]) -> bool {
        self.list.iter().any(|peer| peer.bytes == bytes)
    }

    /// One of them.
    ///
    /// # Errors
    /// None in practice: an index is made from this list, which only grows.
    pub(crate) fn peer(&self, index: PeerIndex) -> Result<&Peer, Error> {
        self.list.get(index.0).ok_or_else(|| PeerMisbehaved::Unexpected.into())
    }

    /// The sender of a packet, by its SSRC.
    pub(crate) fn of_ssrc(&self, ssrc: u32) -> Option<PeerIndex> {
        self.list.iter().position(|peer| peer.ssrc == ssrc).map(PeerIndex)
    }

    /// Allows one Commit to each candidate, so that a man in the middle has few guesses at
    /// the SAS.
    ///
    /// # Errors
    /// [`PeerMisbehaved::Unexpected`] the second time.
    pub(crate) fn try_once(&mut self, index: PeerIndex) -> Result<(), Error> {
        match self.list.get_mut(index.0) {
            Some(peer) if peer.standing == Standing::Untried => {
                peer.standing = Standing::Tried;
                Ok(())
            }
            _ => Err(PeerMisbehaved::Unexpected.into()),
        }
    }

    /// Hears a candidate no more.
    pub(crate) fn reject(&mut self, index: PeerIndex) {
        if let Some(peer) = self.list.get_mut(index.0) {
            peer.standing = Standing::Rejected;
        }
    }

    /// True if nobody is left who could be the peer.
    pub(crate) fn all_rejected(&self) -> bool {
        self.list.iter().all(|peer| peer.standing == Standing::Rejected)
    }

    /// All of them, first come first.
    pub(crate) fn indices(&self) -> impl Iterator<Item = PeerIndex> + use<> {
        (0..self.list.len()).map(PeerIndex)
    }

    /// The sender of a Commit: ZID and hash chain are those of a Hello, and that Hello's MAC
    /// verifies under the H2 revealed now.
    ///
    /// # Errors
    /// [`PeerMisbehaved::CommitOfAnotherHello`], [`PeerMisbehaved::MessageMac`].
    pub(crate) fn of_commit(
        &self,
        commit: &Commit,
    ) -> Result<(PeerIndex, HashChainVerified), Error> {
        let h3 = sha256(&[&commit.h2]);
        let index = self
            .list
            .iter()
            .position(|peer| {
                peer.is_heard() && peer.hello.zid == commit.zid && equal(&peer.hello.h3, &h3)
            })
            .map(PeerIndex)
            .ok_or(PeerMisbehaved::CommitOfAnotherHello)?;
        let peer = self.peer(index)?;
        let proof = chain::verify(&commit.h2, 0, &peer.hello.h3, &peer.bytes)?;
        Ok((index, proof))
    }

    /// Remembers the Commit of a peer that stands on the other side of a contention.
    pub(crate) fn keep_commit(&mut self, index: PeerIndex, bytes: &[u8]) {
        if let Some(peer) = self.list.get_mut(index.0) {
            peer.commit = Some(bytes.to_vec());
        }
    }

    /// The sender of a DHPart1, by the H1 that it reveals; its Hello verifies, and its Commit
    /// if one came.
    ///
    /// # Errors
    /// [`PeerMisbehaved::HashChain`], [`PeerMisbehaved::MessageMac`].
    pub(crate) fn of_dh_part1(
        &self,
        h1: &[u8; 32],
    ) -> Result<(PeerIndex, HashChainVerified), Error> {
        let h2 = sha256(&[h1]);
        let h3 = sha256(&[&h2]);
        let index = self
            .list
            .iter()
            .position(|peer| peer.is_heard() && equal(&peer.hello.h3, &h3))
            .map(PeerIndex)
            .ok_or(PeerMisbehaved::HashChain)?;
        let peer = self.peer(index)?;
        let proof = chain::verify(h1, 1, &peer.hello.h3, &peer.bytes)?;
        match &peer.commit {
            Some(commit) => Ok((index, chain::verify(h1, 0, &h2, commit)?)),
            None => Ok((index, proof)),
        }
    }

    /// Adds a piece of a long message; only a sender whose Hello we hold may use memory.
    ///
    /// # Errors
    /// [`PeerMisbehaved::Fragment`] for a stranger or a contradiction.
    pub(crate) fn assemble(&mut self, piece: &Fragment<'_>) -> Result<Option<Vec<u8>>, Error> {
        let sender = self.list.iter_mut().find(|peer| peer.ssrc == piece.ssrc);
        sender.ok_or(PeerMisbehaved::Fragment)?.assembly.add(piece)
    }
}

impl Peer {
    fn is_heard(&self) -> bool {
        self.standing != Standing::Rejected
    }
}
