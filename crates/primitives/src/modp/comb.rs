//! Powers of two by a comb (Lim and Lee, 1994; Handbook of Applied Cryptography, 14.117):
//! a quarter of the multiplications that another base takes.
//!
//! ```text
//!   exponent = 8 words of 64 bits at most, in groups of 4; a column is one bit of each word
//!   block (group, half): the 16 products of 2^(2^(64 word + 32 half)), in Montgomery form
//!   for column 31 to 0: square; for each group and half: multiply by block[column of half]
//! ```

use crypto_bigint::Uint;
use crypto_bigint::modular::{ConstMontyForm, ConstMontyParams};
use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::secret::SecretVec;

/// Two groups with two halves each, 16 entries in a block.
pub(super) const TABLE_2048: &[u8] = include_bytes!("powers_of_two_2048.bin");
/// As [`TABLE_2048`].
pub(super) const TABLE_3072: &[u8] = include_bytes!("powers_of_two_3072.bin");

/// 2 to the `exponent`, big endian, of a whole number of words.
///
/// # Security
/// Every entry of a block is read at each step; the time depends on the exponent's length
/// alone.
pub(super) fn power_of_two<P, const LIMBS: usize>(
    exponent: &SecretVec,
    table: &[u8],
) -> ConstMontyForm<P, LIMBS>
where
    P: ConstMontyParams<LIMBS>,
{
    let words = exponent.expose().rchunks_exact(8);
    let words: Zeroizing<Vec<u64>> =
        Zeroizing::new(words.map(|word| word.iter().fold(0, be)).collect());
    let blocks: Vec<Vec<Uint<LIMBS>>> = table
        .chunks_exact(ENTRIES * LIMBS * 8)
        .take(words.len().div_ceil(ROWS) * HALVES)
        .map(|block| block.chunks_exact(LIMBS * 8).map(Uint::from_be_slice).collect())
        .collect();
    let mut power = ConstMontyForm::ONE;
    for column in (0..COLUMNS).rev() {
        power = power.square();
        for (group, halves) in words.chunks(ROWS).zip(blocks.chunks(HALVES)) {
            for (shift, block) in (column..).step_by(COLUMNS).zip(halves) {
                let bit = |word: &u64| word >> shift & 1;
                let index = group.iter().rev().fold(0, |index, word| index << 1 | bit(word));
                power = power.mul(&ConstMontyForm::from_montgomery(lookup(block, index)));
            }
        }
    }
    power
}

fn be(word: u64, byte: &u8) -> u64 {
    word << 8 | u64::from(*byte)
}

/// Reads every entry of the block.
fn lookup<const LIMBS: usize>(block: &[Uint<LIMBS>], index: u64) -> Uint<LIMBS> {
    (0..).zip(block).fold(Uint::ZERO, |mut found, (number, entry)| {
        found.conditional_assign(entry, u64::ct_eq(&number, &index));
        found
    })
}

/// Words in a group.
const ROWS: usize = 4;
const ENTRIES: usize = 1 << ROWS;
/// Columns in a half of a word.
const COLUMNS: usize = 32;
const HALVES: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modp::{P2048, P3072};
    use crypto_bigint::{U512, U2048, U3072};

    fn one_bit(bit: u32) -> SecretVec {
        SecretVec::new((U512::ONE << bit).to_be_bytes().as_ref().to_vec())
    }

    fn check<P: ConstMontyParams<LIMBS>, const LIMBS: usize>(table: &[u8]) {
        assert_eq!(table.len(), 2 * HALVES * ENTRIES * LIMBS * 8);
        let mut expected = ConstMontyForm::<P, LIMBS>::new(&Uint::from_u8(2));
        for bit in 0..512 {
            assert!(power_of_two::<P, LIMBS>(&one_bit(bit), table) == expected, "bit {bit}");
            expected = expected.square();
        }
    }

    #[test]
    fn each_bit_of_the_exponent_has_its_power() {
        check::<P2048, { U2048::LIMBS }>(TABLE_2048);
        check::<P3072, { U3072::LIMBS }>(TABLE_3072);
    }

    #[test]
    fn each_entry_is_the_product_of_its_single_bits() {
        fn products<P: ConstMontyParams<LIMBS>, const LIMBS: usize>(table: &[u8]) {
            for block in table.chunks_exact(ENTRIES * LIMBS * 8) {
                let entries: Vec<_> = block
                    .chunks_exact(LIMBS * 8)
                    .map(|entry| {
                        ConstMontyForm::<P, LIMBS>::from_montgomery(Uint::from_be_slice(entry))
                    })
                    .collect();
                for (index, entry) in entries.iter().enumerate() {
                    let bits = (0..ROWS).filter(|row| index >> row & 1 == 1);
                    let product = bits
                        .fold(ConstMontyForm::ONE, |product, row| product.mul(&entries[1 << row]));
                    assert!(*entry == product, "{index}");
                }
            }
        }
        products::<P2048, { U2048::LIMBS }>(TABLE_2048);
        products::<P3072, { U3072::LIMBS }>(TABLE_3072);
    }

    #[test]
    fn the_comb_gives_what_the_plain_power_gives() {
        let mut rng = crate::random::System::new().unwrap();
        let rng: &mut dyn crate::random::CryptoRng = &mut rng;
        for length in [32, 48, 64] {
            let mut bytes = vec![0; length];
            rng.fill_bytes(&mut bytes);
            let plain = ConstMontyForm::<P3072, { U3072::LIMBS }>::new(&Uint::from_u8(2))
                .pow(&U512::from_be_slice(&[vec![0; 64 - length], bytes.clone()].concat()));
            assert!(power_of_two(&SecretVec::new(bytes), TABLE_3072) == plain);
        }
    }
}
