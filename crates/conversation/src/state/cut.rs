use crate::Error;
use crate::format::ConversationId;
use crate::message::{Opened, Reach, Reachability};
use crate::state::{Changes, Client, Context, Event};

/// Where a message stands to the end of its device's right to speak, live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CutPlace {
    /// Before it, or there is no end.
    Before,
    /// Before it, and it shows the same of others that are held: their turn is first.
    BehindHeld,
    /// It waits until something shows where it stands.
    Unproven,
    /// After it.
    After,
}

impl Client {
    /// Step 9: whether a message was before its device's cut; remembers what it leads to.
    ///
    /// Messages come oldest first, and a cut's heads are the newest: who was away when the
    /// device ended holds what came before, until a head leads to it.
    pub(super) fn place_by_cut(
        &mut self,
        id: &ConversationId,
        opened: &Opened,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<CutPlace, Error> {
        let reachability = self.reachability(id, opened);
        self.save_reaches(id, context, changes)?;
        let state = self.conversations.get_mut(id).ok_or(Error::UNKNOWN)?;
        // Whoever opened a message keeps it.
        let taken = state.windows.has(opened);
        match reachability {
            Reachability::Reached { released } => {
                let waits = released.iter().any(|id| state.held.awaits_cut(id));
                let let_go = |id| !state.held.awaits_cut(id) && !state.windows.knows(id);
                if released.iter().any(let_go) {
                    changes.events.push(Event::ReceiveAgain { conversation: *id });
                }
                if waits {
                    state.held.begin_round();
                    changes.events.push(Event::HeldReady { conversation: *id });
                }
                Ok(if waits && !taken { CutPlace::BehindHeld } else { CutPlace::Before })
            }
            _ if taken => Ok(CutPlace::Before),
            Reachability::NotReached if !self.has_all_before_cut(id, opened) => {
                Ok(CutPlace::Unproven)
            }
            Reachability::NotReached | Reachability::Beyond => Ok(CutPlace::After),
        }
    }

    /// Whether all came that the heads of the device's cut can reach, so that what came not
    /// was never before it.
    fn has_all_before_cut(&self, id: &ConversationId, opened: &Opened) -> bool {
        let (account, device) = (opened.content.author.account, opened.content.device);
        self.conversations.get(id).is_some_and(|state| {
            let end = state.fold.end_of_speech(&account, &device, opened.position);
            end.is_none_or(|end| state.windows.has_all_up_to(&device, end.heads))
        })
    }

    pub(super) fn reachability(&mut self, id: &ConversationId, opened: &Opened) -> Reachability {
        let reached = Reachability::Reached { released: Vec::new() };
        let Some(state) = self.conversations.get_mut(id) else { return reached };
        let (account, device) = (opened.content.author.account, opened.content.device);
        let Some(end) = state.fold.end_of_speech(&account, &device, opened.position) else {
            return reached;
        };
        let reach =
            state.reaches.entry((device, end.position)).or_insert_with(|| Reach::new(end.heads));
        reach.admit(opened.id, opened.content.previous)
    }
}
