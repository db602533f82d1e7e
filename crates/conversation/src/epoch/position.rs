use core::fmt;

use privity_primitives::committing::CommittingKey;
use privity_primitives::hash::sha256;
use privity_primitives::kdf::Prk;
use privity_primitives::secret::SecretVec;

use crate::Error;
use crate::format::{ConversationId, EntryHash, label};

/// Bytes of an export's label.
pub const MAX_EXPORT_LABEL: usize = 255;

/// Bytes of one export.
pub const MAX_EXPORT_LENGTH: u16 = 1_024;

/// `P_n`: the key of one position of the log, from which messages and exports derive.
pub struct PositionKey {
    conversation: ConversationId,
    position: u64,
    hash: EntryHash,
    key: Prk,
}

impl PositionKey {
    pub(super) const fn new(
        conversation: ConversationId,
        position: u64,
        hash: EntryHash,
        key: Prk,
    ) -> Self {
        Self { conversation, position, hash, key }
    }

    /// Whose log.
    #[must_use]
    pub const fn conversation(&self) -> ConversationId {
        self.conversation
    }

    /// `n`.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// `h_n`.
    #[must_use]
    pub const fn hash(&self) -> EntryHash {
        self.hash
    }

    /// `key || com = Expand(P_n, L"message" || salt, 64)`.
    pub(crate) fn message_key(&self, salt: &[u8; 32]) -> CommittingKey {
        CommittingKey::derive(&self.key, &[label::MESSAGE, salt])
    }

    /// A secret of `length` bytes for the app, the same for every member at this position.
    ///
    /// # Security
    /// Every member can make it, and whoever gets the epoch later: never the only secret of
    /// something that is to be forgotten.
    ///
    /// # Errors
    /// [`Error::Misuse`] past [`MAX_EXPORT_LABEL`] or [`MAX_EXPORT_LENGTH`].
    pub fn export(&self, label: &str, context: &[u8], length: u16) -> Result<SecretVec, Error> {
        self.expand(label::EXPORT_APP, label, context, length)
    }

    /// As [`PositionKey::export`], under labels that apps cannot reach.
    ///
    /// # Errors
    /// As there.
    #[expect(dead_code, reason = "calls use it as soon as they are bound to conversations")]
    pub(crate) fn export_internal(
        &self,
        label: &str,
        context: &[u8],
        length: u16,
    ) -> Result<SecretVec, Error> {
        self.expand(label::EXPORT_INTERNAL, label, context, length)
    }

    /// `X_n = Expand(P_n, L"export", 32)`, then `Expand(X_n, L"app" | L"int" || u16 length of
    /// label || label || SHA-256(context) || u16 length, length)`.
    fn expand(
        &self,
        user: &[u8],
        label: &str,
        context: &[u8],
        length: u16,
    ) -> Result<SecretVec, Error> {
        const TOO_LONG: Error = Error::Misuse("the export's label or length is past its limit");
        let label_length = u16::try_from(label.len()).map_err(|_| TOO_LONG)?;
        if label.len() > MAX_EXPORT_LABEL || length > MAX_EXPORT_LENGTH {
            return Err(TOO_LONG);
        }
        let exporter = Prk::from_uniform(self.key.expand(&[label::EXPORT]));
        Ok(exporter.expand_to(
            &[
                user,
                &label_length.to_be_bytes(),
                label.as_bytes(),
                &sha256(&[context]),
                &length.to_be_bytes(),
            ],
            length,
        )?)
    }
}

impl fmt::Debug for PositionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PositionKey").field("position", &self.position).finish_non_exhaustive()
    }
}
