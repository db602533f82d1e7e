use core::fmt;

use privity_primitives::hash::sha256;
use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::format::label;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// All bytes zero: stands where a format has the field and no value yet.
            pub const ZERO: Self = Self([0; $length]);

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl Codec for $name {
            fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
                writer.raw(&self.0);
                Ok(())
            }

            fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                reader.array(stringify!($name)).map(Self)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}(", stringify!($name))?;
                self.0.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))?;
                write!(f, "..)")
            }
        }
    };
}

id! {
    /// An account: the hash of its first statement, and so its fingerprint.
    AccountId, 32
}
id! {
    /// A device of an account: a hash of its signing key.
    DeviceId, 32
}
id! {
    /// A conversation: the hash of its first entry.
    ConversationId, 32
}
id! {
    /// A log entry's hash, `h_n`; the signature is not part of it.
    EntryHash, 32
}
id! {
    /// An account statement's hash; the signatures are not part of it.
    StatementHash, 32
}
id! {
    /// A message: the hash of what its author signed.
    MessageId, 32
}
id! {
    /// One opened state of a device: its messages are counted from here.
    ChainId, 16
}

impl DeviceId {
    /// `SHA-256(L"device" || signing key)`.
    #[must_use]
    pub fn of(signing_key: &[u8; 32]) -> Self {
        Self(sha256(&[label::DEVICE, signing_key]))
    }
}

impl From<EntryHash> for ConversationId {
    /// A conversation is named by the hash of its `create`.
    fn from(hash: EntryHash) -> Self {
        Self(hash.0)
    }
}

impl From<StatementHash> for AccountId {
    /// An account is named by the hash of its genesis.
    fn from(hash: StatementHash) -> Self {
        Self(hash.0)
    }
}
