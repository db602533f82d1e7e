//! Send and receive: Alice begins a conversation with Bob, who reads what she says.

use privity::Incoming;
use privity::message::Draft;
use privity_examples::{Result, person, relay};

#[tokio::main]
async fn main() -> Result<()> {
    let (relay, folder) = relay().await?;
    let mut alice = person(&relay, &folder, "alice").await?;
    let mut bob = person(&relay, &folder, "bob").await?;
    let id = alice.begin("lunch", bob.device.client.account()).await?;

    let (device, mut context) = alice.parts();
    let (_, changes) = device.client.send(&id, Draft::text("at noon?"), &mut context)?;
    device.perform(changes, &mut context).await?; // saves, then sends

    let (device, mut context) = bob.parts();
    for delivery in device.sync(&mut context).await?.deliveries {
        if let Incoming::Message(message) = delivery.incoming {
            println!("Bob reads: {}", privity_client::shown(&message.opened.content));
        }
    }
    let changes = device.client.accept(&id, &mut context)?; // from here on Bob may answer
    device.perform(changes, &mut context).await?;
    Ok(())
}
