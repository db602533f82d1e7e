//! The short authentication string (RFC 6189, 4.5.2 and 5.1.6).

use crate::suite::Sas;

/// The text that both users see.
#[must_use]
pub fn render(sas: Sas, sashash: &[u8; 32]) -> String {
    match sas {
        Sas::B32 => five_bits(sashash).map(|index| pick(&BASE32, index)).collect(),
        Sas::B32E => five_bits(sashash).map(|index| pick(&EMOJI, index)).collect(),
        Sas::B256 => String::new(),
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
