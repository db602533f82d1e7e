use privity_wire::DecodeError;

use crate::account::Directory;
use crate::format::{ConversationId, DeviceId, MessageId, Pin};
use crate::message::{
    AuthorAt, AuthorFault, Decrypted, Finding, Held, LogPoint, Novelty, Opened, Reachability,
    Received, Speech, Unplaced, Unverified,
};
use crate::state::cut::CutPlace;
use crate::state::held::{Holding, Waits};
use crate::state::{Blocked, Changes, Client, Context, Event, Request};
use crate::{Error, Missing};

/// A message whose author, position and content are verified.
#[derive(Debug)]
pub struct Message {
    /// Who, when, what, and where in the log.
    pub opened: Opened,
    /// What else is to be known of it.
    pub findings: Vec<Finding>,
}

/// What came of a message.
#[derive(Debug)]
#[non_exhaustive]
pub enum Incoming {
    /// It is here; show it, and save it together with the changes.
    Message(Box<Message>),
    /// It waits for something that the changes ask for.
    Held,
    /// It can't wait for lack of room: ask the relay for it again later, and for nothing
    /// after it until then.
    NotNow,
    /// Its device's right to speak has ended, nothing shows yet that the message was before,
    /// and there is no room to hold it: go on with the next. [`Event::ReceiveAgain`] tells
    /// when it can be received.
    Later,
    /// It is refused for ever, and why.
    Refused(Error),
}

impl Client {
    /// Takes a message as the relay handed it on, live.
    ///
    /// The changes hold the receive window: save them in one transaction with the message,
    /// and the same message is shown once, whatever is delivered again.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the conversation is not known.
    pub fn receive(
        &mut self,
        conversation: &ConversationId,
        message: &[u8],
        context: &mut Context<'_>,
    ) -> Result<(Incoming, Changes), Error> {
        let mut changes = Changes::default();
        let incoming = self.receive_one(conversation, message, context, &mut changes)?;
        self.save_held(conversation, context, &mut changes)?;
        self.tell_links(conversation, context, &mut changes)?;
        Ok((incoming, self.finish(changes)?))
    }

    fn receive_one(
        &mut self,
        conversation: &ConversationId,
        message: &[u8],
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<Incoming, Error> {
        self.conversation(conversation)?;
        match self.open_message(conversation, message, Reading::Live, changes) {
            Ok(opened) => match self.place_by_cut(conversation, &opened, context, changes)? {
                CutPlace::BehindHeld
                    if self.conversation(conversation)?.held.has_room(message.len()) =>
                {
                    self.hold(conversation, message, Waits::Others, changes)
                }
                CutPlace::Before | CutPlace::BehindHeld => {
                    self.take_message(conversation, opened, context, changes)
                }
                CutPlace::Unproven => {
                    let waits = Waits::Cut(opened.id);
                    self.hold(conversation, message, waits, changes)
                }
                CutPlace::After => Ok(Incoming::Refused(Error::Message(AuthorFault::AfterCut))),
            },
            Err(Stop::Hold(lack)) => {
                changes.send.extend(lack.request(*conversation, &self.directory));
                self.hold(conversation, message, lack.waits(), changes)
            }
            Err(Stop::Refuse(error)) => Ok(Incoming::Refused(error)),
        }
    }

    /// Takes the next message that was held; none when all were tried once.
    ///
    /// # Errors
    /// As [`Client::receive`].
    pub fn receive_held(
        &mut self,
        conversation: &ConversationId,
        context: &mut Context<'_>,
    ) -> Result<Option<(Incoming, Changes)>, Error> {
        let Some(message) = self.conversation_mut(conversation)?.held.take() else {
            return Ok(None);
        };
        let mut changes = Changes::default();
        let incoming = self.receive_one(conversation, &message, context, &mut changes)?;
        // Log and wraps were fetched before this was called: to fetch them at once again is no
        // use.
        let held = &mut self.conversation_mut(conversation)?.held;
        changes.send.retain(|request| match request {
            Request::FetchEntries { .. } | Request::FetchWraps { .. } => false,
            Request::FetchStatements { account, .. } => held.may_ask(account),
            _ => true,
        });
        self.save_held(conversation, context, &mut changes)?;
        self.tell_links(conversation, context, &mut changes)?;
        Ok(Some((incoming, self.finish(changes)?)))
    }

    /// Reads a message of the archive: every check, no window.
    ///
    /// # Errors
    /// [`Error::Missing`] for what must be fetched first, or why it is refused.
    pub fn read(
        &mut self,
        conversation: &ConversationId,
        message: &[u8],
    ) -> Result<Message, Error> {
        self.conversation(conversation)?;
        let mut asked = Changes::default();
        match self.open_message(conversation, message, Reading::Archive, &mut asked) {
            Ok(opened) => {
                let reached = self.reachability(conversation, &opened);
                let findings = match reached {
                    Reachability::NotReached => vec![Finding::BeforeCutUnproven],
                    Reachability::Reached { .. } => Vec::new(),
                    Reachability::Beyond => return Err(Error::Message(AuthorFault::AfterCut)),
                };
                Ok(Message { opened, findings })
            }
            Err(Stop::Hold(lack)) => Err(lack.into()),
            Err(Stop::Refuse(error)) => Err(error),
        }
    }

    /// Steps 1 to 8 of PROTOCOL.md, "Opening a message"; saves nothing.
    fn open_message(
        &mut self,
        id: &ConversationId,
        message: &[u8],
        reading: Reading,
        changes: &mut Changes,
    ) -> Result<Opened, Stop> {
        let received = Received::read(message).map_err(|error| Stop::Refuse(error.into()))?;
        let position = received.position();
        let own = self.own.account();
        let state = self.conversations.get_mut(id).ok_or(Stop::Refuse(Error::UNKNOWN))?;
        let view = state.fold.at(position);
        let point = LogPoint {
            conversation: *id,
            hash: view.map(|view| view.hash()),
            speech: match view {
                Some(view) if view.rotation_due() => Speech::RotationDue,
                _ => Speech::Open,
            },
        };
        let anchor = view.map_or(0, |view| view.epoch().anchor);
        let placed = match received.place(&point) {
            Ok(placed) => placed,
            Err(Unplaced::Ahead(_)) => {
                return Err(Stop::Hold(Lack::Entries(state.fold.head() + 1)));
            }
            Err(Unplaced::Forked { position, .. }) => {
                if reading == Reading::Live {
                    self.look_back(id, position, changes);
                }
                return Err(Stop::Refuse(Blocked::Forked.into()));
            }
            Err(Unplaced::RotationDue) => return Err(Stop::Refuse(Blocked::RotationDue.into())),
            Err(Unplaced::OtherConversation) => {
                return Err(Stop::Refuse(DecodeError::Invalid("conversation").into()));
            }
        };
        let granted = state.fold.now().entitled(&own, anchor);
        let Some(key) = state.position_key(position) else {
            let lack = if granted { Lack::Secret(anchor) } else { Lack::Grant };
            return Err(Stop::Hold(lack));
        };
        let decrypted = placed.open(key).map_err(|fault| {
            changes.events.push(Event::Unopened { conversation: *id, blame: fault.blame() });
            Stop::Refuse(fault.into())
        })?;
        let author = self.author_at(id, &decrypted);
        let pin = *decrypted.author();
        let verified = match reading {
            Reading::Live => decrypted.verify(author),
            Reading::Archive => decrypted.verify_archived(author),
        };
        match verified {
            Ok(opened) => Ok(opened),
            Err(Unverified::Hold(Held::Pin, _)) => Err(Stop::Hold(Lack::Pin(pin))),
            Err(Unverified::Hold(Held::Statements, _)) => Err(Stop::Hold(Lack::Statements(pin))),
            Err(Unverified::Refused(fault)) => Err(Stop::Refuse(Error::Message(fault))),
        }
    }

    /// Step 7: the author as the log and its chain have it.
    fn author_at(&self, id: &ConversationId, message: &Decrypted) -> AuthorAt {
        let claimed = *message.author();
        let Some(state) = self.conversations.get(id) else {
            return AuthorAt::Refused(AuthorFault::NotMember);
        };
        let Some(view) = state.fold.at(message.position()) else {
            return AuthorAt::Refused(AuthorFault::NotMember);
        };
        if !view.is_member(&claimed.account) {
            return AuthorAt::Refused(AuthorFault::NotMember);
        }
        let Some(pin) = view.pin(&claimed.account) else {
            return AuthorAt::Refused(AuthorFault::NotMember);
        };
        let Some(chain) = self.directory.chain(&claimed.account) else {
            return AuthorAt::StatementsMissing;
        };
        if claimed.seq > chain.head().seq {
            return AuthorAt::StatementsMissing;
        }
        if !chain.contains(&claimed) || !chain.contains(&pin) {
            return AuthorAt::Refused(AuthorFault::HeadNotOnChain);
        }
        if claimed.seq < pin.seq {
            return AuthorAt::Refused(AuthorFault::HeadBehindPin);
        }
        let Some(key) = chain.device_key(claimed.seq, &message.device()) else {
            return AuthorAt::Refused(AuthorFault::NotActive);
        };
        let pinned: Option<Pin> = state.fold.now().pin(&claimed.account);
        let beyond = pinned.is_none_or(|pinned| pinned.seq < chain.head().seq);
        if beyond && chain.device_at(chain.head().seq, &message.device()).is_none() {
            return AuthorAt::RevokedBeyondPin(key);
        }
        AuthorAt::Active(key)
    }

    /// Steps 10 and 11: windows and findings.
    fn take_message(
        &mut self,
        id: &ConversationId,
        opened: Opened,
        context: &mut Context<'_>,
        changes: &mut Changes,
    ) -> Result<Incoming, Error> {
        let own = self.own.device();
        let state = self.conversations.get_mut(id).ok_or(Error::UNKNOWN)?;
        let observed = state.windows.observe(&opened);
        let of_now = opened.position >= state.fold.now().epoch().anchor;
        // What this device sealed was counted then.
        if observed.novelty == Novelty::New && of_now && opened.content.device != own {
            state.usage.messages = state.usage.messages.saturating_add(1);
        }
        let claimed = opened.content.author;
        if self.directory.head(&claimed.account).is_some_and(|head| head.seq < claimed.seq) {
            changes.events.push(Event::AccountMoved { account: claimed.account });
        }
        self.save_windows(id, observed.changes, context, changes)?;
        Ok(Incoming::Message(Box::new(Message { opened, findings: observed.findings })))
    }

    /// What is held of a device, each message with the one that it names before it: a cut
    /// that this client writes counts them as seen, or they would be lost to everybody.
    pub(super) fn held_of(
        &mut self,
        id: &ConversationId,
        device: &DeviceId,
    ) -> Vec<(MessageId, MessageId)> {
        let Ok(state) = self.conversation(id) else { return Vec::new() };
        let held: Vec<Vec<u8>> = state.held.iter().map(<[u8]>::to_vec).collect();
        let mut seen = Vec::new();
        for message in held {
            let opened = self.open_message(id, &message, Reading::Archive, &mut Changes::default());
            if let Ok(opened) = opened
                && opened.content.device == *device
            {
                seen.push((opened.id, opened.content.previous));
            }
        }
        seen
    }

    fn hold(
        &mut self,
        id: &ConversationId,
        message: &[u8],
        waits: Waits,
        changes: &mut Changes,
    ) -> Result<Incoming, Error> {
        match self.conversation_mut(id)?.held.keep(message, waits) {
            Holding::Kept { let_go } => {
                if let_go > 0 {
                    changes.events.push(Event::HeldLetGo { conversation: *id, count: let_go });
                }
                Ok(Incoming::Held)
            }
            Holding::Known => Ok(Incoming::Held),
            Holding::Full => Ok(match waits {
                Waits::Grant => Incoming::Refused(Error::NotGranted),
                Waits::Cut(_) => Incoming::Later,
                Waits::Entries | Waits::Statements | Waits::Others => Incoming::NotNow,
            }),
        }
    }
}

/// Whether a message of a device that is revoked beyond the pin waits for the pin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Live,
    Archive,
}

/// Why a message is not opened now.
enum Stop {
    Hold(Lack),
    Refuse(Error),
}

/// What is lacking that a message can be opened.
enum Lack {
    /// Entries of the log, from this position on.
    Entries(u64),
    /// The secret of the epoch anchored there, which the log grants.
    Secret(u64),
    /// The log does not grant the epoch to this account.
    Grant,
    /// Statements up to this one.
    Statements(Pin),
    /// An entry that pins a revocation beyond this one.
    Pin(Pin),
}

impl Lack {
    const fn waits(&self) -> Waits {
        match self {
            Self::Entries(_) => Waits::Entries,
            Self::Grant => Waits::Grant,
            Self::Statements(_) => Waits::Statements,
            Self::Secret(_) | Self::Pin(_) => Waits::Others,
        }
    }

    /// What is asked of the relay.
    fn request(&self, conversation: ConversationId, directory: &Directory) -> Option<Request> {
        Some(match self {
            Self::Entries(from) => Request::FetchEntries { conversation, from: *from },
            Self::Secret(_) => Request::FetchWraps { conversation },
            Self::Statements(Pin { account, .. }) => {
                let from = directory.head(account).map_or(0, |head| head.seq + 1);
                Request::FetchStatements { account: *account, from }
            }
            Self::Grant | Self::Pin(_) => return None,
        })
    }
}

impl From<Lack> for Error {
    fn from(lack: Lack) -> Self {
        match lack {
            Lack::Entries(from) => Self::Missing(Missing::Entries(from)),
            Lack::Secret(anchor) => Self::Missing(Missing::EpochSecret(anchor)),
            Lack::Grant => Self::NotGranted,
            Lack::Statements(pin) | Lack::Pin(pin) => Self::Missing(Missing::Statements(vec![pin])),
        }
    }
}
