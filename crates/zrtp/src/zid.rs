use core::fmt;

/// The identity of a ZRTP endpoint: 96 random bits, one per installation (RFC 6189, 4.9).
///
/// It names the row of the retained-secret cache; it is not secret and proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zid(pub [u8; 12]);

impl fmt::Debug for Zid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Zid(")?;
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}
