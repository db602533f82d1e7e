use privity_primitives::random::CryptoRng;
use privity_primitives::secret::{Secret, SecretVec};
use privity_primitives::{aead, kdf, mac};
use privity_wire::{DecodeError, Reader, Writer};

use crate::Error;
use crate::format::label;
use crate::state::RecordKey;

/// Seals and opens the records of one store.
///
/// ```text
///   record  = version 1 | salt 32 | ciphertext and tag of (name length 2 | name | content)
///   place   = HMAC(Expand(storage, L"record" || "names", 32), name), first 16 bytes
///   key     = Expand(storage, L"record" || salt || place, 32), nonce 0, aad = place
///   salt    = HMAC(Expand(storage, L"record" || "salts", 32),
///                  32 random bytes || name length 2 || name || mark)
/// mark    = content; of a folded log: version 1 | h_head 32 | what stands behind the fold
/// ```
///
/// # Security
/// Each record has a salt of its own, from a fresh draw and from what is sealed: a store
/// that was restored from an old copy, or two copies of a machine whose generators repeat
/// each other, never see one key seal two contents. A record is bound to its place: the
/// store can't put one where another belongs, and learns no names.
#[derive(Debug)]
pub(super) struct Sealer {
    storage: kdf::Prk,
    names: Secret<32>,
    salts: Secret<32>,
}

/// A record as it was opened.
pub(super) struct OpenedRecord {
    pub(super) name: Vec<u8>,
    pub(super) content: SecretVec,
}

const NONCE: [u8; 12] = [0; 12];
const SALT_LENGTH: usize = 32;
const NAME_LENGTH: usize = 255;

impl Sealer {
    /// Takes the app's 32-byte storage key.
    pub(super) fn new(storage_key: &Secret<32>) -> Self {
        let storage = kdf::extract(label::RECORD, storage_key.expose());
        let names = storage.expand(&[label::RECORD, b"names"]);
        let salts = storage.expand(&[label::RECORD, b"salts"]);
        Self { storage, names, salts }
    }

    /// Where the record called `name` stands in the store.
    pub(super) fn place(&self, name: &[u8]) -> RecordKey {
        let tag = mac::hmac_sha256(self.names.expose(), &[name]);
        let mut place = [0; 16];
        place.iter_mut().zip(tag.expose()).for_each(|(to, from)| *to = *from);
        RecordKey(place)
    }

    /// Copies `content` once, into the record, and seals it there.
    pub(super) fn seal(
        &self,
        name: &[u8],
        content: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<(RecordKey, Vec<u8>), Error> {
        self.seal_marked(name, content, content, rng)
    }

    /// As [`Sealer::seal`], for a long content: the salt is made from its `mark` instead.
    ///
    /// # Security
    /// No two contents of one name may have one mark.
    pub(super) fn seal_marked(
        &self,
        name: &[u8],
        content: &[u8],
        mark: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<(RecordKey, Vec<u8>), Error> {
        const HEADER: usize = 1 + SALT_LENGTH;
        let place = self.place(name);
        let salt = self.salt(name, mark, rng)?;
        let length = HEADER + 2 + name.len() + content.len() + aead::TAG_LENGTH;
        let mut record = Writer::with_capacity(length);
        record.u8(crate::format::VERSION).raw(&salt).bytes16(name)?.raw(content);
        let mut record = record.into_vec();
        let text = record.get_mut(HEADER..).unwrap_or_default();
        let key = self.record_key(&salt, place);
        let tag = aead::seal_in_place(&key, &NONCE, &place.0, text)?;
        record.extend_from_slice(&tag);
        Ok((place, record))
    }

    pub(super) fn open(&self, place: RecordKey, record: &[u8]) -> Result<OpenedRecord, Error> {
        let mut reader = Reader::new(record);
        crate::format::read_version(&mut reader)?;
        let salt = reader.array::<SALT_LENGTH>("record salt")?;
        let key = self.record_key(&salt, place);
        let plain = aead::open_secret(&key, &NONCE, &place.0, reader.take_rest())?;
        let mut reader = Reader::new(plain.expose());
        let name = reader.bytes16("record name", NAME_LENGTH)?.to_vec();
        if self.place(&name) != place {
            return Err(DecodeError::Invalid("record name").into());
        }
        Ok(OpenedRecord { name, content: SecretVec::new(reader.take_rest().to_vec()) })
    }

    fn salt(
        &self,
        name: &[u8],
        mark: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<[u8; SALT_LENGTH], Error> {
        let random = Secret::<32>::generate(rng);
        let mut named = Writer::with_capacity(2 + name.len());
        named.bytes16(name)?;
        let parts = [random.expose().as_slice(), named.as_slice(), mark];
        Ok(*mac::hmac_sha256(self.salts.expose(), &parts).expose())
    }

    fn record_key(&self, salt: &[u8; SALT_LENGTH], place: RecordKey) -> Secret<32> {
        self.storage.expand(&[label::RECORD, salt, &place.0])
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn a_record_opens_under_its_key_at_its_place_and_nowhere_else() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let sealer = Sealer::new(&Secret::copy_from(&[1; 32]));
        let content = SecretVec::new(b"content".to_vec());
        let (place, record) = sealer.seal(b"name", content.expose(), &mut rng).unwrap();
        let opened = sealer.open(place, &record).unwrap();
        assert_eq!(
            (opened.name.as_slice(), opened.content.expose()),
            (&b"name"[..], &b"content"[..])
        );

        let other = Sealer::new(&Secret::copy_from(&[2; 32]));
        assert_eq!(other.open(place, &record).err(), Some(Error::Decrypt));
        assert_eq!(sealer.open(sealer.place(b"other"), &record).err(), Some(Error::Decrypt));
        for index in 0..record.len() {
            for bit in 0..8 {
                let mut flipped = record.clone();
                flipped[index] ^= 1 << bit;
                assert!(sealer.open(place, &flipped).is_err());
            }
            assert!(sealer.open(place, &record[..index]).is_err());
        }
    }

    #[test]
    fn the_same_content_is_never_sealed_twice_under_one_key() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let sealer = Sealer::new(&Secret::copy_from(&[1; 32]));
        let content = SecretVec::new(b"content".to_vec());
        let first = sealer.seal(b"name", content.expose(), &mut rng).unwrap();
        let second = sealer.seal(b"name", content.expose(), &mut rng).unwrap();
        assert_eq!(first.0, second.0);
        assert_ne!(first.1, second.1);
    }

    #[test]
    fn copies_of_a_machine_whose_generators_repeat_seal_two_contents_under_two_keys() {
        let sealer = Sealer::new(&Secret::copy_from(&[1; 32]));
        let salt = |name: &[u8], content: &[u8]| {
            let mut rng = ChaCha20Rng::from_seed([1; 32]);
            let (_, record) = sealer.seal(name, content, &mut rng).unwrap();
            record[1..=SALT_LENGTH].to_vec()
        };
        assert_eq!(salt(b"name", b"content"), salt(b"name", b"content"));
        assert_ne!(salt(b"name", b"content"), salt(b"name", b"another"));
        assert_ne!(salt(b"name", b"content"), salt(b"nam", b"econtent"));
    }

    #[test]
    fn a_record_of_an_earlier_release_opens() {
        let sealer = Sealer::new(&Secret::copy_from(&[1; 32]));
        let (place, salt) = (sealer.place(b"name"), [7; SALT_LENGTH]);
        let key = sealer.record_key(&salt, place);
        let mut text = b"\x00\x04namecontent".to_vec();
        let tag = aead::seal_in_place(&key, &NONCE, &place.0, &mut text).unwrap();
        let record = [&[1][..], &salt, &text, &tag].concat();
        assert_eq!(sealer.open(place, &record).unwrap().content.expose(), b"content");
    }
}
