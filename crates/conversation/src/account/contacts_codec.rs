use privity_wire::{
    Codec, DecodeError, EncodeError, Reader, Writer, read_option, read_sorted, write_list,
    write_option,
};

use crate::account::Contacts;
use crate::account::contacts::Contact;
use crate::format::{AccountId, Pin, StatementHash, VERSION, limit, read_version};

/// The stored form (PROTOCOL.md, "Accounts: stored state"); it is sealed by who stores it.
///
/// ```text
/// version 1 | contacts by label | accepted by account (account 32, statement hash 32)
/// contact  label length 2, label | account 32 | [offered 32] | [verified: pin 72]
/// ```
impl Codec for Contacts {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        let contacts =
            self.by_label.iter().map(|(label, contact)| Labelled(label.clone(), *contact));
        write_list(writer.u8(VERSION), &contacts.collect::<Vec<_>>())?;
        let accepted = self.accepted.iter().map(|(account, story)| Accepted(*account, *story));
        write_list(writer, &accepted.collect::<Vec<_>>())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_version(reader)?;
        let contacts =
            read_sorted(reader, "contacts", limit::CONTACTS, |it: &Labelled| it.0.clone())?;
        let accepted = read_sorted(reader, "accepted", limit::CONTACTS, |it: &Accepted| it.0)?;
        Ok(Self {
            by_label: contacts.into_iter().map(|Labelled(label, it)| (label, it)).collect(),
            accepted: accepted.into_iter().map(|Accepted(account, it)| (account, it)).collect(),
        })
    }
}

struct Labelled(String, Contact);

impl Codec for Labelled {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.bytes16(self.0.as_bytes())?;
        self.1.account.write(writer)?;
        write_option(writer, self.1.offered.as_ref())?;
        write_option(writer, self.1.verified.as_ref())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let label = reader.bytes16("label", limit::LABEL)?.to_vec();
        let label = String::from_utf8(label).map_err(|_| DecodeError::Invalid("label"))?;
        let contact = Contact {
            account: AccountId::read(reader)?,
            offered: read_option(reader, "offered")?,
            verified: read_option(reader, "verified")?,
        };
        let other = contact.verified.is_some_and(|pin: Pin| pin.account != contact.account);
        if label.is_empty() || other || contact.offered == Some(contact.account) {
            return Err(DecodeError::Invalid("contact"));
        }
        Ok(Self(label, contact))
    }
}

struct Accepted(AccountId, StatementHash);

impl Codec for Accepted {
    fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.0.write(writer)?;
        self.1.write(writer)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(AccountId::read(reader)?, StatementHash::read(reader)?))
    }
}
