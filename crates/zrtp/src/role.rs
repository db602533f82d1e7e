/// Which side of the exchange an endpoint is: whose Commit stood decides (RFC 6189, 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Its Commit stood; it sends DHPart2 and Confirm2.
    Initiator,
    /// It answers the Commit with DHPart1 or Confirm1.
    Responder,
}

impl Role {
    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Initiator => Self::Responder,
            Self::Responder => Self::Initiator,
        }
    }
}
