use core::fmt;

use privity_wire::DecodeError;

use crate::format::Pin;

/// Why an entry was not appended; the fold is as it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AppendError {
    /// The bytes are no entry.
    Malformed(DecodeError),
    /// A version or kind that this release does not know: the conversation stands still
    /// until the library is newer.
    UpdateNeeded(&'static str),
    /// Statements up to these pins must be fetched before the entry can be judged.
    Missing(Vec<Pin>),
    /// The entry breaks a rule.
    Refused(Refused),
}

/// Who is to blame for an entry that is refused, or for two at one position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// Whoever delivered it: nobody's signature stands for it, or two authors wrote
    /// where a relay appends one.
    Relay,
    /// The device that signed it.
    Author,
}

macro_rules! refusals {
    ($($(#[$doc:meta])+ $name:ident, $blame:ident, $text:literal;)*) => {
        /// The rule that an entry breaks (PROTOCOL.md, "Log").
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Refused { $($(#[$doc])+ $name),* }

        impl Refused {
            /// Who is to blame: the author as soon as the signature was checked.
            #[must_use]
            pub const fn blame(self) -> Blame {
                match self { $(Self::$name => Blame::$blame),* }
            }
        }

        impl fmt::Display for Refused {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$name => $text),* })
            }
        }
    };
}

refusals! {
    /// A list is out of order, repeats itself or is past its limit.
    NotCanonical, Relay, "a list is out of order, repeats itself or is too long";
    /// The log begins with a `create`, with zeros for what it cannot name, and has no other.
    MisplacedCreate, Relay, "the log does not begin with a well-formed `create`, or has a second";
    /// The entry belongs to another conversation.
    OtherConversation, Relay, "the entry belongs to another conversation";
    /// The entry before it is not ours: a fork at an earlier position, unproven so far.
    OtherBranch, Relay, "the entry follows an entry that is not in this log";
    /// A pin of an account that neither is a member nor joins here.
    PinOfStranger, Relay, "a pin of an account that is no member";
    /// An account joins without a pin.
    JoinWithoutPin, Relay, "an account joins without a pin";
    /// A pin that does not move forward along the account's chain.
    PinNotForward, Relay, "a pin does not move forward along its chain";
    /// A first pin whose place is 0 and whose hash is not the account's id, or the reverse.
    PinNotOfAccount, Relay, "a pin is not of the account's own chain";
    /// The author is not a member.
    NotAMember, Relay, "the author is not a member";
    /// The author's device is not active at its account's pin.
    DeviceNotActive, Relay, "the author's device is not active at its pin";
    /// The signature is not the author device's.
    BadSignature, Relay, "the signature is not the author device's";
    /// The author's role or the policy does not allow it.
    NotAllowed, Author, "the author's role or the policy does not allow it";
    /// An entry that must start an epoch starts none.
    EpochMissing, Author, "the entry must start an epoch";
    /// A `leave` starts an epoch, whose key the leaver would know.
    EpochForbidden, Author, "a `leave` must not start an epoch";
    /// A link stands where newcomers may not read further back.
    LinkAtFence, Author, "a link stands where a fence is due";
    /// Info is missing in a `set_info` or in an entry that starts an epoch.
    InfoMissing, Author, "the entry must carry the sealed info";
    /// An entry that adds or removes names nobody.
    Nobody, Author, "the entry names nobody";
    /// An account is added that is a member.
    AlreadyMember, Author, "an account is added that is a member already";
    /// An account is named that is not a member.
    NoSuchMember, Author, "an account is named that is no member";
    /// More members than a conversation may have.
    TooManyMembers, Author, "more members than a conversation may have";
    /// A grant that does not begin where a segment begins.
    GrantNotASegment, Author, "a grant does not begin where a segment begins";
    /// A grant that reaches further back than the policy, or than the author reads.
    GrantTooWide, Author, "a grant reaches further back than the policy or the author";
    /// The author is among those it removes: whoever goes uses `leave`.
    RemovesItself, Author, "the author is among those it removes";
    /// An account goes with a revocation that did not come through the revoked device.
    NotAddedByRevoked, Author, "an account was not added by a device revoked here";
    /// Members would stay without an admin.
    NoAdminLeft, Author, "members would stay without an admin";
    /// A successor who is no other member, or where an admin stays.
    SuccessorNotDue, Author, "a successor is named who is no other member, or is not needed";
    /// A cut of a device that does not end here.
    CutOfOther, Author, "a cut of a device that does not end here";
}

impl From<Refused> for AppendError {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<DecodeError> for AppendError {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::Unsupported(field) => Self::UpdateNeeded(field),
            other => Self::Malformed(other),
        }
    }
}

impl fmt::Display for AppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "the entry is malformed: {error}"),
            Self::UpdateNeeded(field) => write!(f, "an update is needed to read `{field}`"),
            Self::Missing(pins) => write!(f, "statements of {} accounts are missing", pins.len()),
            Self::Refused(refused) => write!(f, "the entry is refused: {refused}"),
        }
    }
}

impl core::error::Error for AppendError {}

impl core::error::Error for Refused {}
