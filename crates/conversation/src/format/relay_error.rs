use privity_wire::{Codec, DecodeError, EncodeError, Reader, Writer};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal;)*) => {
        /// Why a relay refuses a request (RELAY.md, "Errors").
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u16)]
        pub enum RelayErrorCode { $($(#[$doc])* $name = $code),* }

        impl RelayErrorCode {
            /// The HTTP status that carries it.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }

            /// The code with this number (RELAY.md, "Errors").
            #[must_use]
            pub const fn from_code(code: u16) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }
        }
    };
}

codes! {
    /// The request's bytes are not of the format: mend the client.
    Malformed = 1, 400;
    /// No token, or one that has ended: log in again.
    LoginNeeded = 2, 401;
    /// The device may not do this, now or ever: do not repeat it.
    NotEntitled = 3, 403;
    /// The relay does not have it.
    NotFound = 4, 404;
    /// Another entry or statement stands at this place: fetch, and start over from it.
    HeadMoved = 5, 409;
    /// The entry or statement breaks a rule of the protocol: do not repeat it.
    Refused = 6, 422;
    /// The relay lacks statements that this needs: publish or fetch them first.
    Incomplete = 7, 424;
    /// Larger than the relay takes.
    TooLarge = 8, 413;
    /// Too many requests: wait as long as it says.
    SlowDown = 9, 429;
    /// The relay's own fault: try again later.
    Internal = 10, 500;
    /// The relay is stopping or its storage is busy: try again later.
    Unavailable = 11, 503;
}

/// The body of every refusal: `code 2 | retry after, in ms 4 | detail length 2 | detail`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayError {
    /// What kind of refusal.
    pub code: RelayErrorCode,
    /// Milliseconds to wait before a repeat can succeed; 0 where waiting does not help.
    pub retry_after: u32,
    /// For a person who debugs; nothing secret, nothing to parse.
    pub detail: String,
}

impl Codec for RelayError {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.u16(self.code as u16).u32(self.retry_after).bytes16(self.detail.as_bytes())?;
        Ok(())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let code = RelayErrorCode::from_code(reader.u16("error code")?)
            .ok_or(DecodeError::Unsupported("error code"))?;
        let retry_after = reader.u32("retry after")?;
        let detail = reader.bytes16("detail", 1_024)?.to_vec();
        let detail = String::from_utf8(detail).map_err(|_| DecodeError::Invalid("detail"))?;
        Ok(Self { code, retry_after, detail })
    }
}
