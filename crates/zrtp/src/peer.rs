use crate::budget::Budget;
use crate::chain;
use crate::fragment::Assembly;
use crate::message::Hello;

/// Names somebody in [`crate::peers::Peers`]; never used for another one within a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PeerIndex(pub(crate) u32);

/// One Hello, kept in its exact bytes: hvi, total_hash and its own MAC cover them.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hello: Hello,
    pub(crate) index: PeerIndex,
    /// Where the Hello came from: whoever sees it can send it from another SSRC, also first.
    pub(crate) ssrcs: Newest<u32>,
    /// Commits whose H2 proved this Hello and which lost against ours. Whoever sees one can
    /// forge another until H1 is known.
    pub(crate) commits: Newest<Vec<u8>>,
    /// Hashes of the DHPart1s that came: none of them answers a later Commit.
    pub(crate) parts: Newest<[u8; 32]>,
    pub(crate) standing: Standing,
    pub(crate) has_our_hello: bool,
    pub(crate) wish: Option<Wish>,
    pub(crate) tries: u32,
    pub(crate) answered: u32,
    pub(crate) heard_at: u64,
    pub(crate) budget: Budget,
    pub(crate) assembly: Assembly,
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Heard,
    /// Its Hello has nothing in common with ours. It was told; it may still commit.
    Stranger,
}

/// A sign that a candidate would answer a Commit of ours, the weaker one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    /// It acknowledged our Hello, and does not commit itself.
    Acknowledged,
    /// It sent DHPart1: it takes itself for the responder.
    Responded,
}

impl Peer {
    pub(crate) fn new(index: PeerIndex, hello: &Hello, bytes: &[u8], ssrc: u32, now: u64) -> Self {
        Self {
            bytes: bytes.to_vec(),
            hello: hello.clone(),
            index,
            ssrcs: Newest(vec![ssrc]),
            commits: Newest::default(),
            parts: Newest::default(),
            standing: Standing::Heard,
            has_our_hello: false,
            wish: None,
            tries: 0,
            answered: 0,
            heard_at: now,
            budget: Budget::of_one(),
            assembly: Assembly::default(),
        }
    }

    /// True if it said Hello from this SSRC.
    pub(crate) fn is_from(&self, ssrc: u32) -> bool {
        self.ssrcs.0.contains(&ssrc)
    }

    /// True while it may be the real peer, and both have something in common.
    pub(crate) fn is_heard(&self) -> bool {
        self.standing == Standing::Heard
    }

    /// True if one of the Commits that came verifies under H1, or none came.
    pub(crate) fn has_sent_commit(&self, h1: &[u8; 32], h2: &[u8; 32]) -> bool {
        let commits = &self.commits.0;
        commits.is_empty() || commits.iter().any(|one| chain::verify(h1, 0, h2, one).is_ok())
    }
}

/// The first thing of its kind and the newest ones, where others can be forged.
#[derive(Debug)]
pub(crate) struct Newest<T>(Vec<T>);

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> Newest<T> {
    /// False if it is there already.
    pub(crate) fn keep(&mut self, new: T) -> bool {
        if self.0.contains(&new) {
            return false;
        }
        if self.0.len() >= KEPT {
            self.0.remove(1);
        }
        self.0.push(new);
        true
    }
}

/// What is kept of each thing that can be forged in the name of a candidate.
const KEPT: usize = 4;
