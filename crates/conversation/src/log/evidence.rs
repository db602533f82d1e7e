use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::account::Directory;
use crate::format::{Entry, Pin, limit, read_version};
use crate::log::{Blame, Refused};
use crate::{Error, Missing};

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
    /// [`Error::Missing`] names the authors whose statements are not in `directory`, each with
    /// the head that its entry pins, else with its first statement; [`Error::Entry`] if a
    /// signature is not its author device's.
    pub fn verify(&self, directory: &Directory) -> Result<Blame, Error> {
        let entries = [&self.ours, &self.theirs];
        let mut missing: Vec<Pin> = entries.iter().map(|entry| author_head(entry)).collect();
        missing.retain(|pin| directory.lacks(pin));
        missing.dedup();
        if !missing.is_empty() {
            return Err(Error::Missing(Missing::Statements(missing)));
        }
        for entry in entries {
            let body = entry.body();
            let chain = directory.chain(&body.author);
            let key = chain.and_then(|chain| chain.key_of_device(&body.device));
            let key = key.ok_or(Error::Entry(Refused::DeviceNotActive))?;
            entry.verify(&key).map_err(|_| Error::Entry(Refused::BadSignature))?;
        }
        let signer = |entry: &Entry| (entry.body().author, entry.body().device);
        Ok(if signer(&self.ours) == signer(&self.theirs) { Blame::Author } else { Blame::Relay })
    }
}

/// The head that an entry says its author has.
fn author_head(entry: &Entry) -> Pin {
    let body = entry.body();
    let pinned = body.pins.iter().find(|pin| pin.account == body.author);
    pinned.copied().unwrap_or(Pin::first(body.author))
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
