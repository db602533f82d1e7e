//! Exchange cards and verify: what Bob hands over, and what two people read to each other.

use privity::account::{Contacts, Directory, Verification, safety_number};
use privity::format::ContactCard;
use privity_examples::{Result, person, relay};

#[tokio::main]
async fn main() -> Result<()> {
    let (relay, folder) = relay().await?;
    let mut alice = person(&relay, &folder, "alice").await?;
    let bob = person(&relay, &folder, "bob").await?;
    let text = bob.device.client.card(relay.origin())?.to_string(); // by mail, on paper, as a code

    let card: ContactCard = text.parse()?;
    let account = card.head.account;
    let (device, mut context) = alice.parts();
    device.fetch_account(&account, &mut context).await?;
    let number = safety_number(&device.client.account(), &account); // read over the phone
    assert_eq!(number, safety_number(&account, &device.client.account()));
    let verify = |contacts: &mut Contacts, known: &Directory| {
        contacts.resolve("Bob", &account)?;
        contacts.verify("Bob", &known.head(&account).unwrap_or(card.head), known)
    };
    let changes = device.client.change_contacts(verify, &mut context)?;
    device.perform(changes, &mut context).await?;
    let state = device.client.contacts().state("Bob", device.client.directory());
    assert_eq!(state, Some(Verification::Verified));
    println!("Bob is verified: {number}");
    Ok(())
}
