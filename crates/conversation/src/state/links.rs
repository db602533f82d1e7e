use std::collections::BTreeSet;

use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer, read_list, write_list};

use crate::Error;
use crate::epoch::{Anchor, Epoch};
use crate::format::{AccountId, ConversationId, Link};
use crate::log::View;
use crate::state::conversation::Conversation;
use crate::state::{Changes, Client, Context, Event, Request};

/// Epochs whose link does not lead to the epoch before, as their authors signed it: a fence
/// that nobody meant, past which wraps are needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct BrokenLinks {
    anchors: BTreeSet<u64>,
    /// Those that the app was not told of.
    untold: Vec<u64>,
}

impl BrokenLinks {
    fn note(&mut self, anchor: u64) {
        if self.anchors.insert(anchor) {
            self.untold.push(anchor);
        }
    }

    /// The last anchor granted before each fence and each broken link, and the last of all,
    /// oldest first: what gives the rest by walking.
    pub(super) fn ends(&self, view: &View<'_>, granted: impl Fn(u64) -> bool) -> Vec<u64> {
        let mut ends: Vec<(u64, u64)> = Vec::new();
        for epoch in view.epochs().filter(|epoch| granted(epoch.anchor)) {
            match ends.last_mut() {
                Some((segment, end))
                    if *segment == epoch.segment && !self.anchors.contains(&epoch.anchor) =>
                {
                    *end = epoch.anchor;
                }
                _ => ends.push((epoch.segment, epoch.anchor)),
            }
        }
        ends.into_iter().map(|(_, end)| end).collect()
    }
}

impl Codec for BrokenLinks {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        let anchors: Vec<Place> = self.anchors.iter().copied().map(Place).collect();
        write_list(writer, &anchors)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let anchors: Vec<Place> = read_list(reader, "broken links", usize::MAX)?;
        let anchors = anchors.into_iter().map(|place| place.0).collect();
        Ok(Self { anchors, untold: Vec::new() })
    }
}

/// A position, as an element of a list.
struct Place(u64);

impl Codec for Place {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u64(self.0);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.u64("broken link").map(Self)
    }
}

impl Conversation {
    /// The epoch anchored at `anchor`, if its secret is here or can be walked to. A link on
    /// the way that leads elsewhere is remembered.
    pub(super) fn epoch(&mut self, anchor: u64) -> Option<Epoch> {
        let facts = self.facts(anchor)?;
        if let Some(epoch) = self.epochs.open(&facts) {
            return Some(epoch);
        }
        let mut epoch = self.newer_epoch(anchor)?;
        while epoch.anchor().position > anchor {
            let newer = epoch.anchor().position;
            let before = self.fold.now().previous_epoch(newer)?.anchor;
            let Ok(older) = epoch.open_link(self.facts(before)?) else {
                self.broken.note(newer);
                return None;
            };
            epoch = older;
            self.epochs.remember(&epoch);
        }
        Some(epoch)
    }

    /// Keeps an epoch, and lets the one before go if the new one leads to it. If its link
    /// leads elsewhere, both are kept, and that is remembered.
    pub(super) fn keep_epoch(&mut self, epoch: &Epoch) {
        self.epochs.keep(epoch);
        if let Some(older) = self.check_link(epoch) {
            self.epochs.release(older.anchor());
        }
    }

    /// The epoch before, if it is here and the link leads to it; a link that leads elsewhere
    /// is remembered.
    fn check_link(&mut self, epoch: &Epoch) -> Option<Epoch> {
        if !matches!(epoch.facts().link, Link::Sealed(_)) {
            return None;
        }
        let newer = epoch.anchor().position;
        let before = self.fold.now().previous_epoch(newer)?.anchor;
        let older = self.epochs.open(&self.facts(before)?)?;
        if epoch.check_link(&older).is_err() {
            self.broken.note(newer);
            return None;
        }
        Some(older)
    }

    /// Anchors of the newest epochs that the log grants an account, before each fence and each
    /// broken link, oldest first.
    pub(super) fn granted(&self, account: &AccountId) -> Vec<u64> {
        let view = self.fold.now();
        self.broken.ends(&view, |anchor| view.entitled(account, anchor))
    }

    /// As [`Conversation::granted`], when every link was tried that can be: also one between
    /// two epochs that came by wraps of their own, which no walk takes.
    pub(super) fn granted_and_walked(&mut self, account: &AccountId) -> Vec<u64> {
        let view = self.fold.now();
        let granted = view.epochs().filter(|epoch| view.entitled(account, epoch.anchor));
        let newest_first: Vec<u64> = granted.rev().map(|epoch| epoch.anchor).collect();
        for anchor in newest_first {
            if let Some(epoch) = self.epoch(anchor) {
                self.check_link(&epoch);
            }
        }
        self.granted(account)
    }

    /// Whether the log grants an epoch whose secret is not here and can't be walked to.
    pub(super) fn is_locked(&mut self, account: &AccountId) -> bool {
        self.granted(account).into_iter().any(|anchor| self.epoch(anchor).is_none())
    }

    /// The oldest opened epoch after `anchor` in its segment: the shortest walk.
    fn newer_epoch(&mut self, anchor: u64) -> Option<Epoch> {
        let segment = self.fold.now().epoch_at(anchor)?.segment;
        let later: Vec<Anchor> = self.epochs.anchors_after(anchor).collect();
        later.into_iter().find_map(|later| {
            let epoch = self.fold.now().epoch_at(later.position)?;
            let facts = (epoch.segment == segment).then(|| self.facts(later.position))??;
            self.epochs.open(&facts)
        })
    }
}

impl Client {
    /// Tells of links that were found broken, whose they are, and asks for what they hide.
    pub(super) fn tell_links(
        &mut self,
        id: &ConversationId,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let own = self.own.account();
        let Some(state) = self.conversations.get_mut(id) else { return Ok(()) };
        let untold = core::mem::take(&mut state.broken.untold);
        if untold.is_empty() {
            return Ok(());
        }
        for anchor in untold {
            let Some(view) = state.fold.at(anchor) else { continue };
            let (by, device) = view.author();
            changes.events.push(Event::LinkRefused { conversation: *id, anchor, by, device });
        }
        let fetch = Request::FetchWraps { conversation: *id };
        if state.is_locked(&own) && !changes.send.contains(&fetch) {
            changes.send.push(fetch);
        }
        self.save_links(id, context, changes)
    }
}
