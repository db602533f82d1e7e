use privity_wire::{
    Codec, DecodeError, EncodeError, Reader, Writer, read_option, read_sorted, write_list,
    write_option,
};

use crate::format::{AccountId, ConversationId, EntryHash, Policy, Role, limit};

/// A member of a new conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub account: AccountId,
    /// As what.
    pub role: Role,
}

impl Codec for Member {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.account.write(writer)?;
        self.role.write(writer)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { account: AccountId::read(reader)?, role: Role::read(reader)? })
    }
}

/// The conversation that a new one goes on from, after a fork that a person decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Predecessor {
    /// Which.
    pub conversation: ConversationId,
    /// Up to which entry.
    pub position: u64,
    /// That entry's hash.
    pub hash: EntryHash,
}

impl Codec for Predecessor {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.raw(&self.conversation.0).u64(self.position).raw(&self.hash.0);
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            conversation: ConversationId::read(reader)?,
            position: reader.u64("predecessor position")?,
            hash: EntryHash::read(reader)?,
        })
    }
}

/// How far back newcomers read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Position of the oldest anchor granted; this entry's own for nothing older.
    pub granted_from: u64,
}

/// What a log entry does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Begins a conversation.
    Create {
        /// Makes the conversation's id unpredictable.
        nonce: [u8; 32],
        /// Its rules.
        policy: Policy,
        /// Its first members, by account ascending; the author among them.
        members: Vec<Member>,
        /// What it goes on from.
        predecessor: Option<Predecessor>,
    },
    /// Makes accounts members.
    Add {
        /// Newcomers, ascending.
        accounts: Vec<AccountId>,
        /// How far back they read.
        grant: Grant,
    },
    /// Ends memberships of others.
    Remove {
        /// Whose, ascending.
        accounts: Vec<AccountId>,
    },
    /// Ends the author's own membership.
    Leave {
        /// Admin from here on, if the last one leaves.
        successor: Option<AccountId>,
    },
    /// Starts an epoch and does nothing else.
    Rotate,
    /// Changes title and picture.
    SetInfo,
    /// Changes the rules.
    SetPolicy {
        /// The rules from here on.
        policy: Policy,
    },
    /// Changes a member's role.
    SetRole {
        /// Whose.
        account: AccountId,
        /// The role from here on.
        role: Role,
    },
}

impl Action {
    pub(super) const fn kind(&self) -> u8 {
        match self {
            Self::Create { .. } => 0,
            Self::Add { .. } => 1,
            Self::Remove { .. } => 2,
            Self::Leave { .. } => 3,
            Self::Rotate => 4,
            Self::SetInfo => 5,
            Self::SetPolicy { .. } => 6,
            Self::SetRole { .. } => 7,
        }
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        match self {
            Self::Create { nonce, policy, members, predecessor } => {
                policy.write(writer.raw(nonce))?;
                write_list(writer, members)?;
                write_option(writer, predecessor.as_ref())
            }
            Self::Add { accounts, grant } => {
                write_list(writer, accounts)?;
                writer.u64(grant.granted_from);
                Ok(())
            }
            Self::Remove { accounts } => write_list(writer, accounts),
            Self::Leave { successor } => write_option(writer, successor.as_ref()),
            Self::Rotate | Self::SetInfo => Ok(()),
            Self::SetPolicy { policy } => policy.write(writer),
            Self::SetRole { account, role } => {
                account.write(writer)?;
                role.write(writer)
            }
        }
    }

    pub(super) fn read(kind: u8, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match kind {
            0 => Self::Create {
                nonce: reader.array("nonce")?,
                policy: Policy::read(reader)?,
                members: read_sorted(reader, "members", limit::MEMBERS, |m: &Member| m.account)?,
                predecessor: read_option(reader, "predecessor")?,
            },
            1 => Self::Add {
                accounts: read_accounts(reader)?,
                grant: Grant { granted_from: reader.u64("granted_from")? },
            },
            2 => Self::Remove { accounts: read_accounts(reader)? },
            3 => Self::Leave { successor: read_option(reader, "successor")? },
            4 => Self::Rotate,
            5 => Self::SetInfo,
            6 => Self::SetPolicy { policy: Policy::read(reader)? },
            7 => Self::SetRole { account: AccountId::read(reader)?, role: Role::read(reader)? },
            _ => return Err(DecodeError::Unsupported("entry kind")),
        })
    }
}

pub(super) fn read_accounts(reader: &mut Reader<'_>) -> Result<Vec<AccountId>, DecodeError> {
    read_sorted(reader, "accounts", limit::MEMBERS, |account: &AccountId| *account)
}
