use crate::Error;
use crate::epoch::{Verdict, WrapFault};
use crate::format::{AccountId, ConversationId, DeviceId, MessageId};
use crate::log::{Fork, Refused};
use crate::message::OpenBlame;
use crate::state::Unwrappable;

/// Something an app shows, or acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Somebody added this account to a conversation: accept or decline.
    Invited {
        /// Which.
        conversation: ConversationId,
        /// By whom.
        by: AccountId,
    },
    /// The log went on.
    Advanced {
        /// Which.
        conversation: ConversationId,
        /// Position of its head.
        head: u64,
    },
    /// Accounts joined or went.
    Membership {
        /// Which.
        conversation: ConversationId,
        /// Who joined.
        joined: Vec<AccountId>,
        /// Who went.
        gone: Vec<AccountId>,
    },
    /// A change of this device stands.
    Confirmed {
        /// Which.
        conversation: ConversationId,
        /// Where.
        position: u64,
    },
    /// Another entry was first: this device's change does not stand. Decide again.
    Lost {
        /// Which.
        conversation: ConversationId,
        /// Where.
        position: u64,
    },
    /// An epoch can be read and, if it is the newest, written.
    Unlocked {
        /// Which.
        conversation: ConversationId,
        /// Position of its anchor.
        anchor: u64,
    },
    /// Messages that were held can be received now: call `receive_held`.
    HeldReady {
        /// Which.
        conversation: ConversationId,
    },
    /// Messages for which there was no room count after all: take the conversation's messages
    /// from the relay once more, from the first of which `receive` said [`Incoming::Later`],
    /// or from the beginning. What was shown comes as a duplicate.
    ///
    /// [`Incoming::Later`]: crate::state::Incoming::Later
    ReceiveAgain {
        /// Which.
        conversation: ConversationId,
    },
    /// Held messages were let go, for want of room: those that the log does not let this
    /// account read first, then those beyond a log that does not come, or by authors whose
    /// statements do not come.
    HeldLetGo {
        /// Which.
        conversation: ConversationId,
        /// How many.
        count: usize,
    },
    /// A message that waited was stored by the relay.
    Posted {
        /// Which.
        conversation: ConversationId,
        /// The message.
        id: MessageId,
    },
    /// Two valid entries at one position: seal no more, show it to a person.
    Forked {
        /// Which.
        conversation: ConversationId,
        /// The evidence.
        fork: Fork,
    },
    /// The relay handed on an entry that breaks a rule.
    EntryRefused {
        /// Which.
        conversation: ConversationId,
        /// The rule.
        rule: Refused,
    },
    /// The log can be followed no further than here; why not.
    LogStopped {
        /// Which.
        conversation: ConversationId,
        /// What is wrong with the next entry.
        error: Error,
    },
    /// The relay shows an entry of a newer release: the conversation stands still until this
    /// one is updated, or the relay shows another.
    UpdateNeeded {
        /// Which.
        conversation: ConversationId,
    },
    /// An account's chain can be followed no further; why not.
    StatementRefused {
        /// Whose.
        account: AccountId,
        /// What is wrong with the next statement.
        error: Error,
    },
    /// Among the own account's generation records is one that can't be used; why not.
    GenerationRefused {
        /// What is wrong with it.
        error: Error,
    },
    /// A wrap for this account is wrong; its author can be shown to be at fault if
    /// `fault.is_ground_for_complaint()`.
    WrapRefused {
        /// Which.
        conversation: ConversationId,
        /// Position of the epoch's anchor.
        anchor: u64,
        /// What is wrong.
        fault: WrapFault,
    },
    /// A change of this device gives a member no key, since nobody can wrap to it. It goes on
    /// without; once the reason is mended, [`crate::state::Client::repair`] gives it the key.
    NotWrapped {
        /// Which.
        conversation: ConversationId,
        /// Who is left out.
        account: AccountId,
        /// Why.
        why: Unwrappable,
    },
    /// An epoch's link to the one before is wrong: history stops there until repaired.
    LinkRefused {
        /// Which.
        conversation: ConversationId,
        /// Position of the epoch's anchor.
        anchor: u64,
        /// Who made it.
        by: AccountId,
        /// On which device.
        device: DeviceId,
    },
    /// An account told different people different things: it counts as changed.
    Equivocated {
        /// Which.
        account: AccountId,
    },
    /// A member's account has a newer head, seen in a message or from the relay.
    AccountMoved {
        /// Which.
        account: AccountId,
    },
    /// Another device's statement was first: this device's change of the account does not
    /// stand. Look again before deciding.
    StatementLost,
    /// This device was revoked: it is shut out. Show it, and offer to wipe what is here.
    DeviceRevoked,
    /// The own account's newest key is not given to this device: its maker left it out, or
    /// the relay spoiled the record. Another device of the account, or recovery, mends it.
    GenerationWithheld {
        /// Which.
        generation: u32,
    },
    /// A private-key operation is needed: see `private_key_requests`.
    PrivateKeyNeeded,
    /// The relay keeps something back: what was asked for did not come.
    Withheld {
        /// Which.
        conversation: ConversationId,
    },
    /// A message did not open: count it against whoever could have made it, and don't try it
    /// again.
    Unopened {
        /// Which.
        conversation: ConversationId,
        /// Whom.
        blame: OpenBlame,
    },
    /// Another entry was first, ten times in a row: the relay, or a member, keeps this
    /// device's changes out.
    Starved {
        /// Which.
        conversation: ConversationId,
    },
    /// A member complained of a wrap, and this is what comes of it.
    Complained {
        /// Which.
        conversation: ConversationId,
        /// Who complained.
        account: AccountId,
        /// Position of the epoch's anchor.
        anchor: u64,
        /// Who is at fault.
        verdict: Verdict,
    },
}
