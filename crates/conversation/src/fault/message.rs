use core::fmt;

/// Why a message that opened is not its author's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthorFault {
    /// The author is not a member at the message's position.
    NotMember,
    /// The account head named is not on the author's chain.
    HeadNotOnChain,
    /// The account head named is older than the log's pin at the position.
    HeadBehindPin,
    /// The device is not active there.
    NotActive,
    /// The signature is not the device's.
    BadSignature,
    /// The message lies after the end of the device's right to speak.
    AfterCut,
}

impl AuthorFault {
    /// Every fault.
    pub const ALL: &'static [Self] = &[
        Self::NotMember,
        Self::HeadNotOnChain,
        Self::HeadBehindPin,
        Self::NotActive,
        Self::BadSignature,
        Self::AfterCut,
    ];

    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotMember => "message/not-member",
            Self::HeadNotOnChain => "message/head-not-on-chain",
            Self::HeadBehindPin => "message/head-behind-pin",
            Self::NotActive => "message/not-active",
            Self::BadSignature => "message/bad-signature",
            Self::AfterCut => "message/after-cut",
        }
    }
}

impl fmt::Display for AuthorFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotMember => "the author is not a member at the message's position",
            Self::HeadNotOnChain => "the author's account head is not on its chain",
            Self::HeadBehindPin => "the author's account head is behind the log's pin",
            Self::NotActive => "the author's device is not active there",
            Self::BadSignature => "the signature is not the author device's",
            Self::AfterCut => "the message lies after the end of its device's right to speak",
        })
    }
}

impl core::error::Error for AuthorFault {}
