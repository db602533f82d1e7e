use core::fmt;

use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

use crate::account::device_keys::{WrapSeed, read_secret, read_suite};
use crate::account::seed::GenerationSeed;
use crate::format::{
    Blob, GenerationRecord, Pin, PublishRequest, RegisteredSeed, Statement, limit,
};

/// A statement that this device has signed and that the relay may or may not have.
///
/// # Security
/// Save it before it is sent; send these same bytes again until the chain has a statement
/// at this place. What goes with it must not leave in another statement.
pub struct PendingStatement {
    pub(super) statement: Statement,
    pub(super) pin: Pin,
    pub(super) generation: Option<GenerationRecord>,
    pub(super) registered: Option<RegisteredSeed>,
    pub(super) seed: Option<GenerationSeed>,
    pub(super) wrap: Option<WrapSeed>,
}

impl PendingStatement {
    /// The statement.
    #[must_use]
    pub const fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The account's head once it is taken.
    #[must_use]
    pub const fn pin(&self) -> Pin {
        self.pin
    }

    /// What the relay is sent, the same bytes each time.
    ///
    /// # Errors
    /// [`EncodeError`] in no case in practice: it was encoded when it was signed.
    pub fn request(&self) -> Result<PublishRequest, EncodeError> {
        Ok(PublishRequest {
            statement: Blob(self.statement.to_bytes()?),
            generation: self.generation.as_ref().map(Codec::to_bytes).transpose()?.map(Blob),
            registered: self.registered.as_ref().map(Codec::to_bytes).transpose()?.map(Blob),
        })
    }

    /// `publish request | [generation 4, suite 1, seed 32] | [suite 1, wrap seed 32]`
    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.request()?.write(writer)?;
        writer.u8(u8::from(self.seed.is_some()));
        if let Some(seed) = &self.seed {
            writer.u32(seed.generation()).u8(seed.suite().id()).raw(seed.secret().expose());
        }
        writer.u8(u8::from(self.wrap.is_some()));
        if let Some(wrap) = &self.wrap {
            wrap.write(writer);
        }
        Ok(())
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let request = PublishRequest::read(reader)?;
        let statement = Statement::from_bytes(&request.statement.0)?;
        let hash = statement.body.hash().map_err(|_| TOO_LONG)?;
        let account = statement.body.account_id().map_err(|_| TOO_LONG)?;
        let seed = match reader.u8("pending seed")? {
            0 => None,
            1 => {
                let generation = reader.u32("generation")?;
                let suite = read_suite(reader)?;
                let seed = read_secret(reader, "pending seed")?;
                Some(GenerationSeed::fresh(account, generation, suite, seed))
            }
            _ => return Err(DecodeError::Invalid("pending seed")),
        };
        let wrap = match reader.u8("pending wrap seed")? {
            0 => None,
            1 => Some(WrapSeed::read(reader)?),
            _ => return Err(DecodeError::Invalid("pending wrap seed")),
        };
        let generation = request.generation.map(|it| GenerationRecord::from_bytes(&it.0));
        let registered = request.registered.map(|it| RegisteredSeed::from_bytes(&it.0));
        Ok(Self {
            pin: Pin { account, seq: statement.body.seq, hash },
            statement,
            generation: generation.transpose()?,
            registered: registered.transpose()?,
            seed,
            wrap,
        })
    }
}

impl fmt::Debug for PendingStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingStatement").field("pin", &self.pin).finish_non_exhaustive()
    }
}

const TOO_LONG: DecodeError = DecodeError::TooLong("statement");
const _: () = assert!(limit::STATEMENT <= limit::ENTRY);
