use core::fmt;

/// The rule that a statement breaks (PROTOCOL.md, "Accounts: rules").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainFault {
    /// A chain begins with a genesis of zero account, place and hash before.
    NotGenesis,
    /// A statement follows the head: its account, its place, its hash.
    NotNext,
    /// Nothing follows a close, and a close says nothing else.
    Closed,
    /// The signer is neither an active device nor the recovery holder.
    SignerUnknown,
    /// The signer's signature does not verify.
    Signature,
    /// An introduced key does not prove that it is its owner's.
    Possession,
    /// A key is not a signing key.
    SigningKey,
    /// A device or recovery key was in this chain before.
    KeyReused,
    /// A device is revoked that is not active, or that the same statement adds.
    RevokeUnknown,
    /// A set recovery holder is replaced by nobody but itself.
    RecoveryOutranks,
    /// Only a device that stays replaces its own wrap key, and by another one.
    ReplaceWrap,
    /// A revocation or a replaced wrap key comes with the account's next wrap key.
    GenerationDue,
    /// Generations count up by one, each with a key of its own.
    Generation,
    /// A direct wrap key is the recovery holder's own.
    Direct,
    /// The account would be left without device and recovery holder.
    Nobody,
    /// The statement changes nothing.
    Empty,
    /// The chain is as long as chains may be.
    TooLong,
    /// The account had as many devices as an account may ever have.
    TooManyDevices,
}

impl ChainFault {
    /// Every fault.
    pub const ALL: &'static [Self] = &[
        Self::NotGenesis,
        Self::NotNext,
        Self::Closed,
        Self::SignerUnknown,
        Self::Signature,
        Self::Possession,
        Self::SigningKey,
        Self::KeyReused,
        Self::RevokeUnknown,
        Self::RecoveryOutranks,
        Self::ReplaceWrap,
        Self::GenerationDue,
        Self::Generation,
        Self::Direct,
        Self::Nobody,
        Self::Empty,
        Self::TooLong,
        Self::TooManyDevices,
    ];

    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotGenesis => "account/not-genesis",
            Self::NotNext => "account/not-next",
            Self::Closed => "account/closed",
            Self::SignerUnknown => "account/signer-unknown",
            Self::Signature => "account/signature",
            Self::Possession => "account/possession",
            Self::SigningKey => "account/signing-key",
            Self::KeyReused => "account/key-reused",
            Self::RevokeUnknown => "account/revoke-unknown",
            Self::RecoveryOutranks => "account/recovery-outranks",
            Self::ReplaceWrap => "account/replace-wrap",
            Self::GenerationDue => "account/generation-due",
            Self::Generation => "account/generation",
            Self::Direct => "account/direct",
            Self::Nobody => "account/nobody",
            Self::Empty => "account/empty",
            Self::TooLong => "account/too-long",
            Self::TooManyDevices => "account/too-many-devices",
        }
    }
}

impl fmt::Display for ChainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotGenesis => "it does not begin with a genesis",
            Self::NotNext => "a statement does not follow the head",
            Self::Closed => "the account is closed",
            Self::SignerUnknown => "the signer is no active device and not the recovery holder",
            Self::Signature => "a signature does not verify",
            Self::Possession => "an introduced key does not prove its possession",
            Self::SigningKey => "a key is not a signing key",
            Self::KeyReused => "a key was in the chain before",
            Self::RevokeUnknown => "a device is revoked that is not active",
            Self::RecoveryOutranks => "the recovery holder is replaced by itself alone",
            Self::ReplaceWrap => "only a device that stays replaces its own wrap key",
            Self::GenerationDue => "a next wrap key is due",
            Self::Generation => "wrap keys count up by one, each a new key",
            Self::Direct => "a direct wrap key is the recovery holder's own",
            Self::Nobody => "nobody would hold the account",
            Self::Empty => "a statement changes nothing",
            Self::TooLong => "the chain is too long",
            Self::TooManyDevices => "the account had too many devices",
        })
    }
}

impl core::error::Error for ChainFault {}
