use core::fmt;

use crate::Error;

/// Why an epoch's secret, link or info is not what the log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EpochFault {
    /// A fence stands here: this epoch does not open the one before.
    Fence,
    /// The link does not open, or is not the one that both secrets give: treat it as a
    /// fence, name its author, ask for repair.
    LinkRefused,
    /// The secret is not the one that the entry commits to.
    WrongSecret,
    /// The sealed info does not open or is malformed.
    InfoRefused,
}

impl EpochFault {
    /// Every fault.
    pub const ALL: &'static [Self] =
        &[Self::Fence, Self::LinkRefused, Self::WrongSecret, Self::InfoRefused];

    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fence => "epoch/fence",
            Self::LinkRefused => "epoch/link-refused",
            Self::WrongSecret => "epoch/wrong-secret",
            Self::InfoRefused => "epoch/info-refused",
        }
    }
}

impl fmt::Display for EpochFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fence => "a fence stands before this epoch",
            Self::LinkRefused => "the link to the epoch before is not valid",
            Self::WrongSecret => "the secret is not the one that the entry commits to",
            Self::InfoRefused => "title and picture do not open",
        })
    }
}

impl core::error::Error for EpochFault {}

impl From<EpochFault> for Error {
    fn from(_: EpochFault) -> Self {
        Self::Decrypt
    }
}

/// Why a wrapped entry is refused; in the order in which it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WrapFault {
    /// It is bound to another conversation.
    OtherConversation,
    /// It is bound to another position.
    OtherAnchor,
    /// It is bound to another entry at that position.
    OtherEntry,
    /// It is bound to another recipient.
    OtherRecipient,
    /// It is bound to another generation of the recipient's key.
    OtherGeneration,
    /// It names another suite than the recipient's key has.
    OtherSuite,
    /// It is bound to another public key.
    OtherKey,
    /// Its maker was not entitled to the epoch, or its device not active.
    WrapperNotEntitled,
    /// The signature is not its maker's device's.
    BadSignature,
    /// It does not open under the recipient's key.
    NotOpened,
    /// What it holds is not the secret that the entry commits to.
    WrongSecret,
    /// It opens, but is not what wrapping that secret gives.
    NotDerived,
}

impl WrapFault {
    /// Every fault.
    pub const ALL: &'static [Self] = &[
        Self::OtherConversation,
        Self::OtherAnchor,
        Self::OtherEntry,
        Self::OtherRecipient,
        Self::OtherGeneration,
        Self::OtherSuite,
        Self::OtherKey,
        Self::WrapperNotEntitled,
        Self::BadSignature,
        Self::NotOpened,
        Self::WrongSecret,
        Self::NotDerived,
    ];

    /// Whether its maker signed for garbage, so that the other members should hear of it.
    #[must_use]
    pub const fn is_ground_for_complaint(self) -> bool {
        matches!(self, Self::NotOpened | Self::WrongSecret | Self::NotDerived)
    }

    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OtherConversation => "wrap/other-conversation",
            Self::OtherAnchor => "wrap/other-anchor",
            Self::OtherEntry => "wrap/other-entry",
            Self::OtherRecipient => "wrap/other-recipient",
            Self::OtherGeneration => "wrap/other-generation",
            Self::OtherSuite => "wrap/other-suite",
            Self::OtherKey => "wrap/other-key",
            Self::WrapperNotEntitled => "wrap/wrapper-not-entitled",
            Self::BadSignature => "wrap/bad-signature",
            Self::NotOpened => "wrap/not-opened",
            Self::WrongSecret => "wrap/wrong-secret",
            Self::NotDerived => "wrap/not-derived",
        }
    }
}

impl fmt::Display for WrapFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherConversation => "the wrap is bound to another conversation",
            Self::OtherAnchor => "the wrap is bound to another position",
            Self::OtherEntry => "the wrap is bound to another entry",
            Self::OtherRecipient => "the wrap is bound to another recipient",
            Self::OtherGeneration => "the wrap is bound to another generation",
            Self::OtherSuite => "the wrap names another suite",
            Self::OtherKey => "the wrap is bound to another public key",
            Self::WrapperNotEntitled => "the wrap's maker was not entitled to the epoch",
            Self::BadSignature => "the wrap's signature is not its maker's",
            Self::NotOpened => "the wrap does not open",
            Self::WrongSecret => "the wrap holds another secret than the entry commits to",
            Self::NotDerived => "the wrap is not what wrapping its secret gives",
        })
    }
}

impl core::error::Error for WrapFault {}

impl From<WrapFault> for Error {
    fn from(_: WrapFault) -> Self {
        Self::Decrypt
    }
}
