use crate::format::Link;

/// An epoch as the log states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// Position of the entry that started it.
    pub anchor: u64,
    /// Anchor of the first epoch of its segment: from here on the links lead to.
    pub segment: u64,
    /// `C_e`.
    pub commitment: [u8; 32],
    /// To the epoch before.
    pub link: Link,
}
