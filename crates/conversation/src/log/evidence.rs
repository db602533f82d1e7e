use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::Error;
use crate::account::Directory;
use crate::format::{Entry, limit, read_version};
use crate::log::{Blame, Refused};

/// Two signed entries after one entry: whoever has their authors' statements can check it.
///
/// ```text
/// version 1 | length 4, entry | length 4, entry
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkEvidence {
    ours: Entry,
    theirs: Entry,
}

impl ForkEvidence {
    /// Puts two entries side by side.
    ///
    /// # Errors
    /// [`DecodeError`] if they are one, or do not follow one entry of one conversation.
    pub fn new(ours: Entry, theirs: Entry) -> Result<Self, DecodeError> {
        let (left, right) = (ours.body(), theirs.body());
        let one_place = left.position > 0
            && (left.conversation, left.position, left.prev)
                == (right.conversation, right.position, right.prev);
        if one_place && ours.hash() != theirs.hash() {
            Ok(Self { ours, theirs })
        } else {
            Err(DecodeError::Invalid("fork evidence"))
        }
    }

    /// The entry of the log that its maker follows.
    #[must_use]
    pub const fn ours(&self) -> &Entry {
        &self.ours
    }

    /// The other one.
    #[must_use]
    pub const fn theirs(&self) -> &Entry {
        &self.theirs
    }

    /// Checks both signatures, and says whose doing it is: of the device that signed both (a
    /// copy of it is possible), or else of the relay that took both.
    ///
    /// It is judged without the log: that the authors were members, the evidence does not say.
    ///
    /// # Errors
    /// [`Error::Missing`] if an author's statements are not in `directory`, [`Error::Entry`] if
    /// a signature is not its author device's.
    pub fn verify(&self, directory: &Directory) -> Result<Blame, Error> {
        for entry in [&self.ours, &self.theirs] {
            let body = entry.body();
            let missing = || Error::Missing(crate::Missing::Statements(Vec::new()));
            let chain = directory.chain(&body.author).ok_or_else(missing)?;
            let key = chain.key_of_device(&body.device).ok_or(Refused::DeviceNotActive);
            let key = key.map_err(Error::Entry)?;
            entry.verify(&key).map_err(|_| Error::Entry(Refused::BadSignature))?;
        }
        let signer = |entry: &Entry| (entry.body().author, entry.body().device);
        Ok(if signer(&self.ours) == signer(&self.theirs) { Blame::Author } else { Blame::Relay })
    }
}

impl Codec for ForkEvidence {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u8(crate::format::VERSION).bytes32(&self.ours.to_bytes()?)?;
        writer.bytes32(&self.theirs.to_bytes()?)?;
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        let ours = Entry::from_bytes(reader.bytes32("entry", limit::ENTRY)?)?;
        let theirs = Entry::from_bytes(reader.bytes32("entry", limit::ENTRY)?)?;
        Self::new(ours, theirs)
    }
}
