use privity_primitives::secret::Secret;

use crate::Error;
use crate::state::record::Sealer;
use crate::state::{Changes, Client, Context, RecordKey};

impl Client {
    /// Seals every record of a store anew, under another storage key and at other places.
    ///
    /// `records` and `version` are as for [`Client::open`], of a client that is closed; open
    /// it again under the new key once the changes are saved.
    ///
    /// # Security
    /// The changes are one transaction, like all others: a store that stops before it is
    /// durable opens under the old key, after it under the new one. Keep both keys until then.
    /// Copies of the old records still open under the old key.
    ///
    /// # Errors
    /// [`Error::Decrypt`] if the old key is another one, or a record is damaged;
    /// [`Error::Misuse`] if both keys are one.
    pub fn change_storage_key(
        old: &Secret<32>,
        new: &Secret<32>,
        version: u64,
        records: impl IntoIterator<Item = (RecordKey, Vec<u8>)>,
        context: &mut Context<'_>,
    ) -> Result<Changes, Error> {
        if old == new {
            return Err(Error::Misuse("the new storage key is the old one"));
        }
        let (from, to) = (Sealer::new(old), Sealer::new(new));
        let mut changes = Changes {
            expected_version: version,
            version: version.checked_add(1).ok_or(Error::UNKNOWN)?,
            ..Changes::default()
        };
        for (place, record) in records {
            let opened = from.open(place, &record)?;
            changes.put.push(to.seal(&opened.name, opened.content.expose(), context.rng)?);
            changes.delete.push(place);
        }
        Ok(changes)
    }
}
