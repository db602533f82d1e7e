use core::fmt;

/// Why an operation of this crate failed; it changed nothing then.
///
/// # Security
/// [`Error::Decrypt`] is the same whatever was wrong with the ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A ciphertext did not open under this key, or a signature does not verify.
    Decrypt,
    /// A public key from outside is refused; says which rule it breaks.
    BadKey(&'static str),
    /// The input is larger than the algorithm takes.
    TooLong,
    /// The system's random generator failed: try again later, do not go on without.
    Random,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decrypt => write!(f, "the ciphertext or signature is not valid under this key"),
            Self::BadKey(rule) => write!(f, "the key is refused: {rule}"),
            Self::TooLong => write!(f, "the input is larger than the algorithm takes"),
            Self::Random => write!(f, "the system's random generator failed"),
        }
    }
}

impl core::error::Error for Error {}
