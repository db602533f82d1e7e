use core::fmt;

use privity_primitives::Error;
use privity_primitives::hash::sha256;
use privity_primitives::kdf::{self, Prk};
use privity_primitives::random::CryptoRng;
use privity_primitives::secret::{Secret, SecretVec};
use privity_primitives::sign::SigningKey;
use privity_primitives::wrap::{Suite, WrapPrivateKey};

use crate::format::label;

/// The recovery secret: 32 random bytes that a person keeps as 24 words.
///
/// The words are BIP-39's English list and its checksum, as an encoding and no more: the
/// keys derive from the bytes as PROTOCOL.md says.
///
/// # Security
/// Who has the words has the account.
pub struct RecoveryPhrase(Secret<32>);

impl RecoveryPhrase {
    /// A fresh one.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        Self(Secret::generate(rng))
    }

    /// Takes the 32 bytes, drawn as [`crate::LocalSecret`] draws.
    #[must_use]
    pub const fn from_secret(secret: Secret<32>) -> Self {
        Self(secret)
    }

    /// Reads 24 words; case and the white space between them do not count.
    ///
    /// # Errors
    /// [`PhraseFault`] says which word to look at again.
    pub fn from_words(text: &str) -> Result<Self, PhraseFault> {
        if text.split_whitespace().take(WORDS + 1).count() != WORDS {
            return Err(PhraseFault::WordCount);
        }
        // 264 bits: the 32 bytes, then the checksum.
        let bits = Secret::<33>::try_fill(|bits| {
            for (place, word) in text.split_whitespace().enumerate() {
                let index = LIST
                    .lines()
                    .position(|listed| listed.eq_ignore_ascii_case(word))
                    .ok_or(PhraseFault::UnknownWord(place + 1))?;
                for bit in 0..WORD_BITS {
                    if index >> (WORD_BITS - 1 - bit) & 1 == 1 {
                        set_bit(bits, place * WORD_BITS + bit);
                    }
                }
            }
            Ok(())
        })?;
        let (secret, checksum) = bits.expose().split_at(32);
        let secret = Secret::from_slice(secret).ok_or(PhraseFault::WordCount)?;
        if checksum != [checksum_of(&secret)] {
            return Err(PhraseFault::Checksum);
        }
        Ok(Self(secret))
    }

    /// The 24 words as text, to be shown once and not kept.
    #[must_use]
    pub fn words(&self) -> SecretVec {
        let bits = Secret::<33>::fill(|bits| {
            let (secret, checksum) = bits.split_at_mut(32);
            secret.copy_from_slice(self.0.expose());
            checksum.fill(checksum_of(&self.0));
        });
        // Room for the longest words: a vector that grows would leave a copy behind.
        let mut text = Vec::with_capacity(WORDS * (LONGEST_WORD + 1));
        for place in 0..WORDS {
            let index = (0..WORD_BITS).fold(0, |index, bit| {
                index << 1 | usize::from(bit_at(bits.expose(), place * WORD_BITS + bit))
            });
            if place > 0 {
                text.push(b' ');
            }
            text.extend_from_slice(LIST.lines().nth(index).unwrap_or_default().as_bytes());
        }
        SecretVec::new(text)
    }

    /// The public signing key of the recovery holder: a relay finds the account by it.
    #[must_use]
    pub fn signing_public(&self) -> [u8; 32] {
        *self.signing_key().verifying_key().as_bytes()
    }

    /// `Expand(Extract(L"recovery", secret), L"sign")` as an Ed25519 seed.
    pub(super) fn signing_key(&self) -> SigningKey {
        SigningKey::from_seed(&self.root().expand(&[label::RECOVERY_SIGN]))
    }

    /// `DeriveKeyPair(Expand(Extract(L"recovery", secret), L"wrap-recovery" || suite))`.
    pub(super) fn wrap_key(&self, suite: Suite) -> Result<WrapPrivateKey, Error> {
        let seed = self.root().expand(&[label::RECOVERY_WRAP, &[suite.id()]]);
        WrapPrivateKey::from_seed(suite, &seed)
    }

    fn root(&self) -> Prk {
        kdf::extract(label::RECOVERY, self.0.expose())
    }
}

impl fmt::Debug for RecoveryPhrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoveryPhrase").finish_non_exhaustive()
    }
}

/// What is wrong with words that somebody typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PhraseFault {
    /// There are not 24 words.
    WordCount,
    /// The word at this place, counted from 1, is not in the list.
    UnknownWord(usize),
    /// All words are in the list, but one is not the right one, or two are swapped.
    Checksum,
}

impl PhraseFault {
    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::WordCount => "phrase/word-count",
            Self::UnknownWord(_) => "phrase/unknown-word",
            Self::Checksum => "phrase/checksum",
        }
    }
}

impl fmt::Display for PhraseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WordCount => write!(f, "a recovery phrase has 24 words"),
            Self::UnknownWord(place) => write!(f, "word {place} is not in the list"),
            Self::Checksum => write!(f, "a word is wrong or two are swapped"),
        }
    }
}

impl core::error::Error for PhraseFault {}

/// The first byte of the bytes' SHA-256 (BIP-39, for 256 bits).
fn checksum_of(secret: &Secret<32>) -> u8 {
    let [first, ..] = sha256(&[secret.expose()]);
    first
}

fn set_bit(bits: &mut [u8; 33], index: usize) {
    if let Some(byte) = bits.get_mut(index / 8) {
        *byte |= 0x80 >> (index % 8);
    }
}

fn bit_at(bits: &[u8; 33], index: usize) -> bool {
    bits.get(index / 8).is_some_and(|byte| byte & 0x80 >> (index % 8) != 0)
}

/// The English word list of BIP-39, one word a line.
const LIST: &str = include_str!("words.txt");
const WORDS: usize = 24;
const WORD_BITS: usize = 11;
const LONGEST_WORD: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(bytes: [u8; 32]) -> RecoveryPhrase {
        RecoveryPhrase::from_secret(Secret::copy_from(&bytes))
    }

    fn text(phrase: &RecoveryPhrase) -> String {
        String::from_utf8(phrase.words().expose().to_vec()).unwrap()
    }

    #[test]
    fn the_list_is_bip_39s() {
        let hash: String = sha256(&[LIST.as_bytes()]).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hash, "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda");
        assert_eq!(LIST.lines().count(), 2048);
        assert_eq!(LIST.lines().map(str::len).max(), Some(LONGEST_WORD));
    }

    /// BIP-39's published vectors of 256 bits.
    #[test]
    fn published_phrases_read_and_write() {
        let abandon = ["abandon"; 23].join(" ") + " art";
        assert_eq!(text(&phrase([0; 32])), abandon);
        let zoo = ["zoo"; 23].join(" ") + " vote";
        assert_eq!(text(&phrase([0xff; 32])), zoo);
        let letter = "letter advice cage absurd amount doctor acoustic avoid letter advice cage \
                      absurd amount doctor acoustic avoid letter advice cage absurd amount \
                      doctor acoustic bless";
        assert_eq!(text(&phrase([0x80; 32])), letter);
        let legal = "legal winner thank year wave sausage worth useful legal winner thank year \
                     wave sausage worth useful legal winner thank year wave sausage worth title";
        let read = RecoveryPhrase::from_words(&legal.to_uppercase()).unwrap();
        assert_eq!(read.0.expose(), &[0x7f; 32]);
    }

    #[test]
    fn what_was_typed_wrongly_is_told() {
        let good = text(&phrase([0x80; 32]));
        let fault = |text: &str| RecoveryPhrase::from_words(text).err();
        assert_eq!(fault(&format!("{good} art")), Some(PhraseFault::WordCount));
        assert_eq!(fault(&good.replacen("letter ", "", 1)), Some(PhraseFault::WordCount));
        assert_eq!(fault(&good.replacen("cage", "cagé", 1)), Some(PhraseFault::UnknownWord(3)));
        assert_eq!(fault(&good.replacen("cage", "cake", 1)), Some(PhraseFault::Checksum));
        assert_eq!(RecoveryPhrase::from_words(&good).map(|p| text(&p)), Ok(good));
    }

    #[test]
    fn a_phrase_prints_nothing() {
        assert_eq!(format!("{:?}", phrase([7; 32])), "RecoveryPhrase { .. }");
    }
}
