use privity_primitives::hash::sha256;
use privity_primitives::secret::equal;

use crate::budget::Budget;
use crate::chain::{self, HashChainVerified};
use crate::fragment::Fragment;
use crate::message::{Commit, Hello};
pub(crate) use crate::peer::PeerIndex;
use crate::peer::{Peer, Standing, Wish};
use crate::{Error, PeerMisbehaved};

/// The Hellos that came in on this stream. Anyone can send one; the real peer is the one
/// whose hash chain later messages prove.
#[derive(Debug)]
pub(crate) struct Peers {
    list: Vec<Peer>,
    /// The one that has our Commit: it keeps its place.
    current: Option<PeerIndex>,
    /// The last index that was given.
    last: u32,
    newcomers: Budget,
    /// Commits of ours, and Commits that we answered: each is a guess at the SAS for a man in
    /// the middle.
    tries: u32,
    answered: u32,
}

/// What a Hello is to us.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Not seen before.
    New {
        /// Whose place it took.
        evicted: Option<PeerIndex>,
    },
    /// The same bytes again.
    Repeated(PeerIndex),
}

impl Default for Peers {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            current: None,
            last: 0,
            newcomers: Budget::of_newcomers(),
            tries: 0,
            answered: 0,
        }
    }
}

impl Peers {
    /// Candidates that are kept until one proves itself.
    pub(crate) const MAX: usize = 4;
    /// Commits of both sides in one stream: those that we make, and those that we answer.
    pub(crate) const MAX_COMMITS: usize = (MAX_TRIES + MAX_ANSWERS) as usize;

    /// Keeps a Hello. With four others, the one goes that has been silent for longest, if it
    /// was for [`IDLE`].
    ///
    /// # Errors
    /// [`PeerMisbehaved::Flood`] if none of the four was, or too many have come.
    pub(crate) fn arrive(
        &mut self,
        hello: &Hello,
        bytes: &[u8],
        ssrc: u32,
        now: u64,
    ) -> Result<Arrival, Error> {
        if let Some(peer) = self.list.iter_mut().find(|peer| peer.bytes == bytes) {
            peer.ssrcs.keep(ssrc);
            return Ok(Arrival::Repeated(peer.index));
        }
        let evicted = if self.list.len() < Self::MAX { None } else { Some(self.idlest(now)?) };
        if !self.newcomers.spend(now) {
            return Err(PeerMisbehaved::Flood.into());
        }
        self.list.retain(|peer| Some(peer.index) != evicted);
        self.last += 1;
        let index = PeerIndex(self.last);
        self.list.push(Peer::new(index, hello, bytes, ssrc, now));
        Ok(Arrival::New { evicted })
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
    /// [`PeerMisbehaved::Unexpected`] if another one has its place by now.
    pub(crate) fn peer(&self, index: PeerIndex) -> Result<&Peer, Error> {
        let found = self.list.iter().find(|peer| peer.index == index);
        found.ok_or_else(|| PeerMisbehaved::Unexpected.into())
    }

    /// True for the SSRC of somebody whose Hello is kept.
    pub(crate) fn has_ssrc(&self, ssrc: u32) -> bool {
        self.list.iter().any(|peer| peer.is_from(ssrc))
    }

    /// True if this candidate said Hello from this SSRC.
    pub(crate) fn is_from(&self, index: PeerIndex, ssrc: u32) -> bool {
        self.peer(index).is_ok_and(|peer| peer.is_from(ssrc))
    }

    /// A HelloACK came: its sender has our Hello, and would answer a Commit unless it sends
    /// one itself. Gives the senders: whoever sees an SSRC can say Hello from it too.
    pub(crate) fn acknowledge(&mut self, ssrc: u32) -> Vec<PeerIndex> {
        let from = self.list.iter_mut().filter(|peer| peer.is_from(ssrc));
        let heard = from.filter_map(|peer| {
            peer.has_our_hello = true;
            if peer.answered == 0 {
                peer.wish = peer.wish.max(Some(Wish::Acknowledged));
            }
            (peer.is_heard()).then_some(peer.index)
        });
        heard.collect()
    }

    /// True if this candidate, so far as we know, lacks our Hello.
    pub(crate) fn lacks_our_hello(&self, index: PeerIndex) -> bool {
        self.peer(index).is_ok_and(|peer| !peer.has_our_hello)
    }

    /// True if all candidates have our Hello.
    pub(crate) fn all_have_our_hello(&self) -> bool {
        self.list.iter().all(|peer| peer.has_our_hello || !peer.is_heard())
    }

    /// Allows a few Commits of ours to each candidate, and to all together.
    ///
    /// # Errors
    /// [`PeerMisbehaved::Flood`] after the last one.
    pub(crate) fn count_try(&mut self, index: PeerIndex) -> Result<(), Error> {
        if self.tries >= MAX_TRIES {
            return Err(PeerMisbehaved::Flood.into());
        }
        let peer = self.get_mut(index).filter(|peer| peer.tries < MAX_TRIES_EACH);
        let peer = peer.ok_or(PeerMisbehaved::Flood)?;
        peer.tries += 1;
        peer.wish = None;
        self.tries += 1;
        self.current = Some(index);
        Ok(())
    }

    /// Our Commit gave way, before its time was over.
    pub(crate) const fn release(&mut self) {
        self.current = None;
    }

    /// Who has our Commit did not answer in all the time that it had: it gets no other.
    pub(crate) fn give_up(&mut self) {
        let current = self.current.take();
        if let Some(peer) = current.and_then(|index| self.get_mut(index)) {
            peer.tries = MAX_TRIES_EACH;
        }
    }

    /// Allows a few answers to new Commits of each candidate, and of all together.
    ///
    /// # Errors
    /// [`PeerMisbehaved::Flood`] after the last one.
    pub(crate) fn may_answer(&self, index: PeerIndex) -> Result<(), Error> {
        let few = self.answered < MAX_ANSWERS && self.peer(index)?.answered < MAX_ANSWERS_EACH;
        if few { Ok(()) } else { Err(PeerMisbehaved::Flood.into()) }
    }

    /// A new Commit was answered: who sends one has our Hello, and does not wait for ours.
    pub(crate) fn count_answer(&mut self, index: PeerIndex) {
        self.answered += 1;
        if let Some(peer) = self.get_mut(index) {
            peer.answered += 1;
            peer.wish = None;
            peer.has_our_hello = true;
        }
    }

    /// A DHPart1 came; the same one again says nothing new. False for one that came before.
    pub(crate) fn note_part(&mut self, index: PeerIndex, part: &[u8]) -> bool {
        self.get_mut(index).is_some_and(|peer| peer.parts.keep(sha256(&[part])))
    }

    /// A candidate takes itself for the responder: it would answer a Commit of ours.
    pub(crate) fn wish(&mut self, index: PeerIndex) {
        if let Some(peer) = self.get_mut(index) {
            peer.wish = Some(Wish::Responded);
        }
    }

    /// Somebody with this SSRC takes itself for the responder; the same message again says
    /// nothing new.
    pub(crate) fn wish_from(&mut self, ssrc: u32, message: &[u8]) {
        for peer in self.list.iter_mut().filter(|peer| peer.is_from(ssrc)) {
            if peer.parts.keep(sha256(&[message])) {
                peer.wish = Some(Wish::Responded);
            }
        }
    }

    /// A candidate has what it wished for.
    pub(crate) fn fulfil(&mut self, index: PeerIndex) {
        if let Some(peer) = self.get_mut(index) {
            peer.wish = None;
        }
    }

    /// True once there was a Commit of either side.
    pub(crate) const fn has_begun(&self) -> bool {
        self.tries > 0 || self.answered > 0
    }

    /// Who would answer a new Commit of ours: for the best reason, and the one with the fewest
    /// Commits first. Who has our Commit would if a second DHPart1 came: the first may have
    /// been its answer to a Commit of somebody else.
    pub(crate) fn wishing(&self) -> Option<PeerIndex> {
        if self.tries >= MAX_TRIES {
            return None;
        }
        let others = self.list.iter().filter(|peer| {
            let new = peer.wish == Some(Wish::Responded) || Some(peer.index) != self.current;
            (peer.wish.is_some() && new) && peer.is_heard() && peer.tries < MAX_TRIES_EACH
        });
        others.max_by_key(|peer| (peer.wish, MAX_TRIES_EACH - peer.tries)).map(|peer| peer.index)
    }

    /// Those with whom there was no Commit of either side yet, first come first.
    pub(crate) fn untried(&self) -> Vec<PeerIndex> {
        let untried = self.list.iter().filter(|peer| peer.tries == 0 && peer.answered == 0);
        untried.filter(|peer| peer.is_heard()).map(|peer| peer.index).collect()
    }

    /// There is nothing that both have.
    pub(crate) fn estrange(&mut self, index: PeerIndex) {
        if let Some(peer) = self.get_mut(index) {
            peer.standing = Standing::Stranger;
        }
    }

    /// This one has proven itself: nobody else is heard.
    pub(crate) fn choose(&mut self, index: PeerIndex) {
        self.list.retain(|peer| peer.index == index);
    }

    /// A sign of life from an SSRC.
    pub(crate) fn heard(&mut self, ssrc: u32, now: u64) {
        for peer in self.list.iter_mut().filter(|peer| peer.is_from(ssrc)) {
            peer.heard_at = now;
        }
    }

    /// True if the sender with this SSRC may draw one more answer; none if nobody has it.
    pub(crate) fn spend(&mut self, ssrc: u32, now: u64) -> Option<bool> {
        let peer = self.list.iter_mut().find(|peer| peer.is_from(ssrc))?;
        Some(peer.budget.spend(now))
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
        let mut dropped = PeerMisbehaved::CommitOfAnotherHello.into();
        for peer in self.with_chain(&h3).filter(|peer| peer.hello.zid == commit.zid) {
            match chain::verify(&commit.h2, 0, &h3, &peer.bytes) {
                Ok(proof) => return Ok((peer.index, proof)),
                Err(error) => dropped = error,
            }
        }
        Err(dropped)
    }

    /// Remembers the Commit of a peer that stands on the other side of a contention.
    pub(crate) fn keep_commit(&mut self, index: PeerIndex, bytes: &[u8]) {
        if let Some(peer) = self.get_mut(index) {
            peer.commits.keep(bytes.to_vec());
        }
    }

    /// The sender of a DHPart1, by the H1 that it reveals; its Hello verifies, and a Commit of
    /// its if one came.
    ///
    /// # Errors
    /// [`PeerMisbehaved::HashChain`], [`PeerMisbehaved::MessageMac`].
    pub(crate) fn of_dh_part1(
        &self,
        h1: &[u8; 32],
    ) -> Result<(PeerIndex, HashChainVerified), Error> {
        let h2 = sha256(&[h1]);
        let h3 = sha256(&[&h2]);
        let mut dropped = PeerMisbehaved::HashChain.into();
        for peer in self.with_chain(&h3) {
            match chain::verify(h1, 1, &h3, &peer.bytes) {
                Ok(proof) if peer.has_sent_commit(h1, &h2) => return Ok((peer.index, proof)),
                Ok(_) => dropped = PeerMisbehaved::MessageMac.into(),
                Err(error) => dropped = error,
            }
        }
        Err(dropped)
    }

    /// Adds a piece of a long message; only a sender whose Hello we hold may use memory.
    ///
    /// # Errors
    /// [`PeerMisbehaved::Fragment`] for a stranger or a contradiction.
    pub(crate) fn assemble(&mut self, piece: &Fragment<'_>) -> Result<Option<Vec<u8>>, Error> {
        let sender = self.list.iter_mut().find(|peer| peer.is_from(piece.ssrc));
        sender.ok_or(PeerMisbehaved::Fragment)?.assembly.add(piece)
    }

    /// Those whose Hello ends with this H3: whoever sees one can make another with the same end.
    fn with_chain<'a>(&'a self, h3: &'a [u8; 32]) -> impl Iterator<Item = &'a Peer> {
        self.list.iter().filter(|peer| equal(&peer.hello.h3, h3))
    }

    /// Who makes room for another one.
    fn idlest(&self, now: u64) -> Result<PeerIndex, Error> {
        let idle = |peer: &&Peer| {
            now.saturating_sub(peer.heard_at) >= IDLE && Some(peer.index) != self.current
        };
        let idlest = self.list.iter().filter(idle).min_by_key(|peer| peer.heard_at);
        Ok(idlest.ok_or(PeerMisbehaved::Flood)?.index)
    }

    fn get_mut(&mut self, index: PeerIndex) -> Option<&mut Peer> {
        self.list.iter_mut().find(|peer| peer.index == index)
    }
}

/// How long a candidate may be silent before another one may take its place.
const IDLE: u64 = 3_000;
/// Commits of ours. Few, though more would help against strangers: a man in the middle knows the
/// SAS of each before he finishes one, and his guesses at the two ends multiply.
const MAX_TRIES: u32 = 4;
const MAX_TRIES_EACH: u32 = 2;
/// Commits that we answer: to one candidate as many as it makes, for those that it makes to others
/// look the same.
const MAX_ANSWERS: u32 = 8;
const MAX_ANSWERS_EACH: u32 = MAX_TRIES;
