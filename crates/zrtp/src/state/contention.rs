use crate::message::CommitBody;

/// Which of two Commits that crossed stands (RFC 6189, 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Winner {
    /// Ours: the peer becomes responder.
    Own,
    /// Theirs: we become responder.
    Peer,
}

/// Which end is a trusted middle, if just one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Middle {
    Own,
    Peer,
    NeitherOrBoth,
}

/// Compares our Commit with the peer's; both ends come to the same answer.
pub(super) fn decide(own: &CommitBody, theirs: &CommitBody, middle: Middle) -> Winner {
    match (is_preshared(own), is_preshared(theirs), middle) {
        (false, true, _) => Winner::Own,
        (true, false, _) => Winner::Peer,
        (true, true, Middle::Peer) => Winner::Own,
        (true, true, Middle::Own) => Winner::Peer,
        _ if mark(own) < mark(theirs) => Winner::Peer,
        _ => Winner::Own,
    }
}

const fn is_preshared(body: &CommitBody) -> bool {
    matches!(body, CommitBody::Preshared { .. })
}

/// What is compared, as an unsigned big-endian number.
fn mark(body: &CommitBody) -> &[u8] {
    match body {
        CommitBody::Dh { hvi } | CommitBody::Kem { hvi, .. } => hvi,
        CommitBody::Multistream { nonce } | CommitBody::Preshared { nonce, .. } => nonce,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_agree_on_every_pair() {
        let bodies = [
            CommitBody::Dh { hvi: [1; 32] },
            CommitBody::Dh { hvi: [2; 32] },
            CommitBody::Kem { hvi: [3; 32], public: vec![] },
            CommitBody::Preshared { nonce: [1; 16], key_id: [0; 8] },
            CommitBody::Preshared { nonce: [2; 16], key_id: [0; 8] },
        ];
        let views = [(Middle::Own, Middle::Peer), (Middle::NeitherOrBoth, Middle::NeitherOrBoth)];
        for (index, a) in bodies.iter().enumerate() {
            for b in bodies.iter().skip(index + 1) {
                for (at_a, at_b) in views {
                    assert_ne!(decide(a, b, at_a), decide(b, a, at_b), "{a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn the_rules_of_section_4_2() {
        let low = CommitBody::Dh { hvi: [1; 32] };
        let high = CommitBody::Dh { hvi: [2; 32] };
        let preshared = CommitBody::Preshared { nonce: [9; 16], key_id: [0; 8] };
        let preshared_low = CommitBody::Preshared { nonce: [3; 16], key_id: [0; 8] };
        assert_eq!(decide(&low, &high, Middle::NeitherOrBoth), Winner::Peer);
        assert_eq!(decide(&high, &low, Middle::NeitherOrBoth), Winner::Own);
        assert_eq!(decide(&low, &preshared, Middle::Own), Winner::Own);
        assert_eq!(decide(&preshared, &low, Middle::Peer), Winner::Peer);
        assert_eq!(decide(&preshared, &preshared_low, Middle::Own), Winner::Peer);
        assert_eq!(decide(&preshared_low, &preshared, Middle::Peer), Winner::Own);
        assert_eq!(decide(&preshared, &preshared_low, Middle::NeitherOrBoth), Winner::Own);
    }
}
