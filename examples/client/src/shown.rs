use privity::Message;
use privity::format::{Content, ConversationId};
use privity::message::{Body, ContentType};

use crate::StoredMessage;

/// A message as the store keeps it.
pub(crate) fn stored(conversation: &ConversationId, message: &Message) -> StoredMessage {
    let content = &message.opened.content;
    StoredMessage {
        conversation: *conversation,
        id: message.opened.id,
        author: content.author.account.to_string(),
        time: content.time,
        text: shown(content),
    }
}

/// A message in one line of plain text: what a terminal would obey is left out.
#[must_use]
pub fn shown(content: &Content) -> String {
    let text = match Body::read(ContentType(content.content_type), &content.body) {
        Ok(Body::Text(text)) => text,
        Ok(Body::File(file)) => format!("[file {}, {} bytes]", file.name, file.bytes.len()),
        Ok(_) => "[of a newer release: update to see it]".to_owned(),
        Err(error) => format!("[not well-formed: {error}]"),
    };
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
