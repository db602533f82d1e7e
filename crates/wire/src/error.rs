use core::fmt;

/// What is wrong with bytes from outside; names the field, never its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end inside this field.
    Truncated(&'static str),
    /// This field is longer, or has more elements, than its format allows.
    TooLong(&'static str),
    /// This field holds a value that its format does not know.
    Invalid(&'static str),
    /// This field names a version or kind that this release does not know: an update may.
    Unsupported(&'static str),
    /// Bytes follow the last field.
    Trailing,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated(field) => write!(f, "the bytes end inside `{field}`"),
            Self::TooLong(field) => write!(f, "`{field}` is longer than its format allows"),
            Self::Invalid(field) => write!(f, "`{field}` holds a value its format does not know"),
            Self::Unsupported(field) => {
                write!(f, "`{field}` is of a version or kind that this release does not know")
            }
            Self::Trailing => write!(f, "bytes follow the last field"),
        }
    }
}

impl core::error::Error for DecodeError {}

/// A value does not fit the length prefix of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeError {
    /// Bytes or elements that were given.
    pub length: usize,
    /// The most that the field's prefix can say.
    pub limit: usize,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a length of {} does not fit a field of at most {}", self.length, self.limit)
    }
}

impl core::error::Error for EncodeError {}
