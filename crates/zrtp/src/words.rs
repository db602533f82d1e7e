//! The two PGP word lists (Juola and Zimmermann, 1996) that RFC 6189, 5.1.6 shows a SAS with:
//! words of two syllables for bytes at even places, of three for bytes at odd ones, so that a
//! word left out or swapped is heard.

/// The word for a byte at an even place.
pub(crate) fn even(byte: u8) -> Option<&'static str> {
    EVEN.lines().nth(usize::from(byte))
}

/// The word for a byte at an odd place.
pub(crate) fn odd(byte: u8) -> Option<&'static str> {
    ODD.lines().nth(usize::from(byte))
}

/// One word a line, in the order of the bytes.
const EVEN: &str = include_str!("words/even.txt");
/// As [`EVEN`].
const ODD: &str = include_str!("words/odd.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_a_word_of_its_own_at_either_place() {
        let mut all: Vec<_> = EVEN.lines().chain(ODD.lines()).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 512);
        assert_eq!((EVEN.lines().count(), ODD.lines().count()), (256, 256));
    }
}
