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
    ($($(#[$doc:meta])+ $name:ident, $code:literal, $blame:ident, $text:literal;)*) => {
        /// The rule that an entry breaks (PROTOCOL.md, "Log").
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Refused { $($(#[$doc])+ $name),* }

        impl Refused {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

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
    NotCanonical, "log/not-canonical", Relay, "a list is out of order, repeats itself or is too long";
    /// The log begins with a `create`, with zeros for what it cannot name, and has no other.
    MisplacedCreate, "log/misplaced-create", Relay, "the log does not begin with a well-formed `create`, or has a second";
    /// The entry belongs to another conversation.
    OtherConversation, "log/other-conversation", Relay, "the entry belongs to another conversation";
    /// The entry before it is not ours: a fork at an earlier position, unproven so far.
    OtherBranch, "log/other-branch", Relay, "the entry follows an entry that is not in this log";
    /// A pin of an account that neither is a member nor joins here.
    PinOfStranger, "log/pin-of-stranger", Relay, "a pin of an account that is no member";
    /// An account joins without a pin.
    JoinWithoutPin, "log/join-without-pin", Relay, "an account joins without a pin";
    /// A pin that does not move forward along the account's chain.
    PinNotForward, "log/pin-not-forward", Relay, "a pin does not move forward along its chain";
    /// A first pin whose place is 0 and whose hash is not the account's id, or the reverse.
    PinNotOfAccount, "log/pin-not-of-account", Relay, "a pin is not of the account's own chain";
    /// The author is not a member.
    NotAMember, "log/not-a-member", Relay, "the author is not a member";
    /// The author's device is not active at its account's pin.
    DeviceNotActive, "log/device-not-active", Relay, "the author's device is not active at its pin";
    /// The signature is not the author device's.
    BadSignature, "log/bad-signature", Relay, "the signature is not the author device's";
    /// The author's role or the policy does not allow it.
    NotAllowed, "log/not-allowed", Author, "the author's role or the policy does not allow it";
    /// An entry that must start an epoch starts none.
    EpochMissing, "log/epoch-missing", Author, "the entry must start an epoch";
    /// A `leave` starts an epoch, whose key the leaver would know.
    EpochForbidden, "log/epoch-forbidden", Author, "a `leave` must not start an epoch";
    /// A link stands where newcomers may not read further back.
    LinkAtFence, "log/link-at-fence", Author, "a link stands where a fence is due";
    /// Info is missing in a `set_info` or in an entry that starts an epoch.
    InfoMissing, "log/info-missing", Author, "the entry must carry the sealed info";
    /// An entry that adds or removes names nobody.
    Nobody, "log/nobody", Author, "the entry names nobody";
    /// An account is added that is a member.
    AlreadyMember, "log/already-member", Author, "an account is added that is a member already";
    /// An account is named that is not a member.
    NoSuchMember, "log/no-such-member", Author, "an account is named that is no member";
    /// More members than a conversation may have.
    TooManyMembers, "log/too-many-members", Author, "more members than a conversation may have";
    /// A grant that does not begin where a segment begins.
    GrantNotASegment, "log/grant-not-a-segment", Author, "a grant does not begin where a segment begins";
    /// A grant that reaches further back than the policy, or than the author reads.
    GrantTooWide, "log/grant-too-wide", Author, "a grant reaches further back than the policy or the author";
    /// The author is among those it removes: whoever goes uses `leave`.
    RemovesItself, "log/removes-itself", Author, "the author is among those it removes";
    /// An account goes with a revocation that did not come through the revoked device.
    NotAddedByRevoked, "log/not-added-by-revoked", Author, "an account was not added by a device revoked here";
    /// Members would stay without an admin.
    NoAdminLeft, "log/no-admin-left", Author, "members would stay without an admin";
    /// A successor who is no other member, or where an admin stays.
    SuccessorNotDue, "log/successor-not-due", Author, "a successor is named who is no other member, or is not needed";
    /// A cut of a device that does not end here.
    CutOfOther, "log/cut-of-other", Author, "a cut of a device that does not end here";
    /// The cuts of one account's devices name more heads than a log keeps.
    TooManyHeads, "log/too-many-heads", Author, "cuts name more heads of one account's devices than a log keeps";
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
