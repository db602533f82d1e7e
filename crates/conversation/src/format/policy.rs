use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident, $field:literal,
     $($(#[$vdoc:meta])* $variant:ident = $value:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* $variant = $value),+ }

        impl Codec for $name {
            fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
                writer.u8(*self as u8);
                Ok(())
            }

            fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                match reader.u8($field)? {
                    $($value => Ok(Self::$variant),)+
                    _ => Err(DecodeError::Unsupported($field)),
                }
            }
        }
    };
}

choice! {
    /// What a member may do beyond reading and writing.
    Role, "role",
    /// Reads, writes, and adds or rotates as the policy says.
    Member = 0,
    /// Also sets roles and policy, and may remove anyone.
    Admin = 1,
}

choice! {
    /// Who may do something.
    Permission, "permission",
    /// Every member.
    AnyMember = 0,
    /// Admins alone.
    Admins = 1,
}

choice! {
    /// How far a newcomer reads back.
    HistoryPolicy, "history policy",
    /// As far as the adder grants.
    Full = 0,
    /// From the entry that added it.
    FromJoin = 1,
}

choice! {
    /// What happens when a rotation is overdue by a whole interval.
    OverduePolicy, "overdue policy",
    /// Members are told.
    Warn = 0,
    /// Members seal nothing until somebody rotates.
    StopSealing = 1,
}

choice! {
    /// Whether members whose keys a quantum computer breaks are served.
    PostQuantumPolicy, "post-quantum policy",
    /// They are.
    Allowed = 0,
    /// Nothing is wrapped to them and nothing sealed with them.
    Required = 1,
}

/// The rules of a conversation, set by its admins (PROTOCOL.md, "Policy").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Milliseconds after which an epoch's key is due for replacement.
    pub rotation_interval: u64,
    /// Messages after which an epoch's key is due for replacement.
    pub rotation_messages: u32,
    /// How far a newcomer reads back.
    pub history: HistoryPolicy,
    /// Who adds members.
    pub add: Permission,
    /// Who rotates when nothing is due (a due rotation is every member's).
    pub rotate: Permission,
    /// Who sets title and picture.
    pub set_info: Permission,
    /// What an overdue rotation means.
    pub overdue: OverduePolicy,
    /// Whether every member's keys must be post-quantum.
    pub post_quantum: PostQuantumPolicy,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            rotation_interval: 7 * 24 * 60 * 60 * 1_000,
            rotation_messages: 100_000,
            history: HistoryPolicy::Full,
            add: Permission::AnyMember,
            rotate: Permission::AnyMember,
            set_info: Permission::AnyMember,
            overdue: OverduePolicy::Warn,
            post_quantum: PostQuantumPolicy::Allowed,
        }
    }
}

impl Codec for Policy {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u64(self.rotation_interval).u32(self.rotation_messages);
        self.history.write(writer)?;
        self.add.write(writer)?;
        self.rotate.write(writer)?;
        self.set_info.write(writer)?;
        self.overdue.write(writer)?;
        self.post_quantum.write(writer)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let policy = Self {
            rotation_interval: reader.u64("rotation interval")?,
            rotation_messages: reader.u32("rotation messages")?,
            history: Codec::read(reader)?,
            add: Codec::read(reader)?,
            rotate: Codec::read(reader)?,
            set_info: Codec::read(reader)?,
            overdue: Codec::read(reader)?,
            post_quantum: Codec::read(reader)?,
        };
        if policy.rotation_interval == 0 || policy.rotation_messages == 0 {
            return Err(DecodeError::Invalid("rotation"));
        }
        Ok(policy)
    }
}
