use core::fmt;

use privity_primitives::sign::{Signature, VerifyingKey};

use crate::epoch::PositionKey;
use crate::format::{Content, DeviceId, MessageId, MessageInside, MessageOutside, Pin};

use super::fault::OpenFault;
use super::opened::Opened;
use super::seal::{SealPlace, signed};
use crate::fault::AuthorFault;

/// A message that some member sealed; whose it is, is not checked yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Decrypted {
    id: MessageId,
    place: SealPlace,
    salt: [u8; 32],
    content: Content,
    signature: Signature,
}

/// Steps 4 to 6 of PROTOCOL.md, "Messages: opening".
pub(super) fn open(outside: &MessageOutside, key: &PositionKey) -> Result<Decrypted, OpenFault> {
    let place = SealPlace {
        conversation: outside.conversation,
        position: outside.position,
        hash: outside.hash,
    };
    if place
        != (SealPlace {
            conversation: key.conversation(),
            position: key.position(),
            hash: key.hash(),
        })
    {
        return Err(OpenFault::OtherPosition);
    }
    let message_key = key.message_key(&outside.salt);
    message_key.check(&outside.commitment).map_err(|_| OpenFault::Commitment)?;
    let inside = message_key
        .open(&outside.commitment, &outside.header(), &outside.sealed)
        .map_err(|_| OpenFault::Sealed)?;
    let MessageInside { content, signature } =
        MessageInside::from_padded(&inside).map_err(OpenFault::Inside)?;
    let length = Content::FIXED_LENGTH + content.body.len();
    let id = place.message_id(&outside.salt, inside.get(..length).unwrap_or(&inside));
    Ok(Decrypted { id, place, salt: outside.salt, content, signature })
}

/// What the log and the accounts say of a message's author, as of the message's position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorAt {
    /// A member, by a device active at the account head that the message names, which is on
    /// the chain and not behind the log's pin.
    Active(VerifyingKey),
    /// As [`AuthorAt::Active`], but a newer head that is known and not pinned yet revokes the
    /// device.
    RevokedBeyondPin(VerifyingKey),
    /// Statements up to the head named are not here.
    StatementsMissing,
    /// A fault that no statement can mend.
    Refused(AuthorFault),
}

/// What a message waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The author's statements: fetch them.
    Statements,
    /// The entry that pins the author's revocation and says where its right to speak ended.
    Pin,
}

/// Why a message is not its author's, or not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unverified {
    /// Hold it, bounded, and try again.
    Hold(Held, Box<Decrypted>),
    /// It is refused.
    Refused(AuthorFault),
}

impl Decrypted {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> MessageId {
        self.id
    }

    /// The position it was sealed at.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.place.position
    }

    /// The account that it claims, with the head that it names.
    #[must_use]
    pub const fn author(&self) -> &Pin {
        &self.content.author
    }

    /// The device that it claims.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.content.device
    }

    /// Checks author and signature, live: a device whose revocation is known and not pinned
    /// is held until the pin decides.
    ///
    /// # Errors
    /// [`Unverified`] gives the message back if it may become right.
    pub fn verify(self, author: AuthorAt) -> Result<Opened, Unverified> {
        match author {
            AuthorAt::Active(key) => self.check(&key),
            AuthorAt::RevokedBeyondPin(_) => Err(Unverified::Hold(Held::Pin, Box::new(self))),
            AuthorAt::StatementsMissing => Err(Unverified::Hold(Held::Statements, Box::new(self))),
            AuthorAt::Refused(fault) => Err(Unverified::Refused(fault)),
        }
    }

    /// As [`Decrypted::verify`], for reading the archive: nothing waits for a pin.
    ///
    /// # Errors
    /// As there.
    pub fn verify_archived(self, author: AuthorAt) -> Result<Opened, Unverified> {
        match author {
            AuthorAt::RevokedBeyondPin(key) => self.check(&key),
            other => self.verify(other),
        }
    }

    fn check(self, key: &VerifyingKey) -> Result<Opened, Unverified> {
        signed_by(key, &self.id, &self.signature).map_err(Unverified::Refused)?;
        Ok(Opened {
            id: self.id,
            conversation: self.place.conversation,
            position: self.place.position,
            hash: self.place.hash,
            salt: self.salt,
            content: self.content,
            signature: self.signature,
        })
    }
}

/// Step 8: the signature, strict.
pub(super) fn signed_by(
    key: &VerifyingKey,
    id: &MessageId,
    signature: &Signature,
) -> Result<(), AuthorFault> {
    key.verify(&signed(id), signature).map_err(|_| AuthorFault::BadSignature)
}

impl fmt::Debug for Decrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decrypted").field("id", &self.id).finish_non_exhaustive()
    }
}
