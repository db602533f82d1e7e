//! The short authentication string (RFC 6189, 4.5.2 and 5.1.6).

use crate::suite::Sas;
use crate::words::{even, odd};

/// The text that both users see.
#[must_use]
pub fn render(sas: Sas, sashash: &[u8; 32]) -> String {
    match sas {
        Sas::B32 => five_bits(sashash).map(|index| pick(&BASE32, index)).collect(),
        Sas::B32E => five_bits(sashash).map(|index| pick(&EMOJI, index)).collect(),
        Sas::B256 => words(sashash),
        Sas::B10D => decimal(sashash),
    }
}

/// The first 20 bits, five at a time.
fn five_bits(sashash: &[u8; 32]) -> impl Iterator<Item = usize> {
    let value = u32::from_be_bytes(sashash.first_chunk().copied().unwrap_or_default());
    [27, 22, 17, 12].into_iter().map(move |shift| (value >> shift & 31) as usize)
}

fn pick(table: &[char; 32], index: usize) -> char {
    table.get(index).copied().unwrap_or(' ')
}

/// The first byte as a word of two syllables, the second as one of three.
fn words(sashash: &[u8; 32]) -> String {
    let [first, second, ..] = *sashash;
    let words: Vec<_> = even(first).into_iter().chain(odd(second)).collect();
    words.join(":")
}

/// As GNU ZRTP prints it: two numbers without leading zeros, joined.
fn decimal(sashash: &[u8; 32]) -> String {
    let numbers = sashash.windows(4).filter_map(|window| {
        let value = u32::from_be_bytes(window.try_into().ok()?);
        (value <= UNBIASED).then(|| (value % 1_000).to_string())
    });
    numbers.take(2).collect()
}

const UNBIASED: u32 = 0xffff_fed8;

const BASE32: [char; 32] = [
    'y', 'b', 'n', 'd', 'r', 'f', 'g', '8', 'e', 'j', 'k', 'm', 'c', 'p', 'q', 'x', 'o', 't', '1',
    'u', 'w', 'i', 's', 'z', 'a', '3', '4', '5', 'h', '7', '6', '9',
];

const EMOJI: [char; 32] = [
    '\u{1f601}',
    '\u{1f63a}',
    '\u{1f465}',
    '\u{1f332}',
    '\u{1f45f}',
    '\u{270b}',
    '\u{1f44d}',
    '\u{1f435}',
    '\u{1f434}',
    '\u{1f40d}',
    '\u{1f41f}',
    '\u{1f338}',
    '\u{1f310}',
    '\u{1f3e0}',
    '\u{1f31e}',
    '\u{1f698}',
    '\u{1f535}',
    '\u{1f6a2}',
    '\u{1f53a}',
    '\u{1f42a}',
    '\u{1f525}',
    '\u{1f388}',
    '\u{1f426}',
    '\u{1f50d}',
    '\u{1f4d7}',
    '\u{1f4a1}',
    '\u{1f536}',
    '\u{1f528}',
    '\u{1f55b}',
    '\u{1f31f}',
    '\u{274e}',
    '\u{1f6a9}',
];

#[cfg(test)]
mod tests {
    use super::*;

    fn hash_of(start: &[u8]) -> [u8; 32] {
        core::array::from_fn(|index| start.get(index).copied().unwrap_or_default())
    }

    #[test]
    fn base_32_takes_twenty_bits_from_the_top() {
        assert_eq!(render(Sas::B32, &[0; 32]), "yyyy");
        assert_eq!(render(Sas::B32, &[0xff; 32]), "9999");
        assert_eq!(render(Sas::B32, &hash_of(&[0xd9, 0x73, 0xc5, 0x91])), "5f3h");
        assert_eq!(render(Sas::B32, &hash_of(&[0, 0, 0x1f, 0xff])), "yyyb");
    }

    #[test]
    fn the_word_lists_alternate() {
        assert_eq!(render(Sas::B256, &[0; 32]), "aardvark:adroitness");
        assert_eq!(render(Sas::B256, &[0xff; 32]), "Zulu:Yucatan");
        assert_eq!(render(Sas::B256, &hash_of(&[0xe5, 0x82])), "topmost:Istanbul");
    }

    #[test]
    fn emoji_are_the_same_twenty_bits() {
        assert_eq!(render(Sas::B32E, &hash_of(&[0, 0x40])), "\u{1f601}\u{1f63a}\u{1f601}\u{1f601}");
        assert_eq!(render(Sas::B32E, &[0xff; 32]), "\u{1f6a9}".repeat(4));
    }

    /// Leading zeros are left out, values past the bias bound are skipped, byte by byte.
    #[test]
    fn decimal_is_printed_as_gnu_prints_it() {
        // windows: 00000007 = 7, then 0000072a = 1834, which shows as 834
        assert_eq!(render(Sas::B10D, &hash_of(&[0, 0, 0, 7, 0x2a])), "7834");
        // ffffffff and fffffffe.. are skipped; ffffed8 itself still counts
        assert_eq!(
            render(Sas::B10D, &hash_of(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xd8])),
            format!("{}{}", 0xffff_fed8_u32 % 1_000, 0xfffe_d800_u32 % 1_000)
        );
        assert_eq!(render(Sas::B10D, &[0xff; 32]), "");
    }
}
