use std::collections::VecDeque;

use privity::format::{
    AccountId, AppendRequest, Blob, ConversationId, Inbox, LiveFrame, LoginRequest, Page,
    RelayError, RelayErrorCode, WrapsRequest,
};
use privity::{AppendAnswer, Changes, Client, Context, Event, PublishAnswer, Request};

use crate::paging::all_pages;
use crate::relay_client::whole;
use crate::{ClientError, Delivery, Live, RelayClient, Store};

/// Requests that one call may lead to: a relay that always has one more is not followed.
const REQUESTS: usize = 10_000;

/// A client with its store and its relay: applies changes in the right order.
///
/// ```text
///   Client ──> Changes ──> Store: save ──> RelayClient: send ──> answers ──> Client …
/// ```
#[derive(Debug)]
pub struct Device {
    /// What this device knows and may do.
    pub client: Client,
    /// Where it is saved.
    pub store: Store,
    /// Where it is sent.
    pub relay: RelayClient,
}

impl Device {
    /// Saves changes, sends what they ask for, takes the answers, until nothing is left.
    ///
    /// # Errors
    /// [`ClientError`]: what was saved stays, and is sent again by [`Device::resume`].
    /// [`ClientError::Refused`] for a request that the relay refused for good comes after all
    /// the others were sent.
    pub async fn perform(
        &mut self,
        changes: Changes,
        context: &mut Context<'_>,
    ) -> Result<Vec<Event>, ClientError> {
        let mut synced = Synced::default();
        self.perform_all(changes, context, &mut synced).await?;
        match synced.refused.into_iter().next() {
            Some(refusal) => Err(ClientError::Refused(refusal.error)),
            None => Ok(synced.events),
        }
    }

    /// As [`Device::perform`], but a final refusal is put with the others.
    pub(crate) async fn perform_all(
        &mut self,
        changes: Changes,
        context: &mut Context<'_>,
        synced: &mut Synced,
    ) -> Result<(), ClientError> {
        let mut requests = VecDeque::new();
        self.save(changes, &mut synced.events, &mut requests)?;
        for _ in 0..REQUESTS {
            let Some(request) = requests.pop_front() else { return Ok(()) };
            let changes = match self.ask_logged_in(request.clone(), context).await {
                Ok(changes) => changes,
                Err(error) => {
                    let error = final_refusal(error)?;
                    let changes = self.give_up(&request, error.code)?;
                    synced.refused.push(Refusal { request, error });
                    changes
                }
            };
            self.save(changes, &mut synced.events, &mut requests)?;
        }
        Err(ClientError::Network("the relay's answers lead nowhere".into()))
    }

    /// Sends again what was saved and perhaps never sent, and after a start asks what stands:
    /// the store may be an old copy, which changes nothing before it knows.
    ///
    /// A request that the relay refuses for good stops none of the others: a member who was
    /// removed may have something unsent.
    ///
    /// # Errors
    /// As [`Device::perform`], but for what [`Synced::refused`] tells.
    pub async fn resume(&mut self, context: &mut Context<'_>) -> Result<Synced, ClientError> {
        let mut send = self.client.unsent()?;
        send.extend(self.client.catch_up());
        let changes = Changes {
            expected_version: self.client.version(),
            version: self.client.version(),
            send,
            ..Changes::default()
        };
        let mut synced = Synced::default();
        self.perform_all(changes, context, &mut synced).await?;
        Ok(synced)
    }

    /// Logs this device in at the relay.
    ///
    /// # Errors
    /// [`ClientError::Refused`] if the relay does not know the device.
    pub async fn login(&mut self) -> Result<(), ClientError> {
        let nonce = self.relay.challenge().await?;
        let request = self.answer(nonce)?;
        self.relay.login(&request).await
    }

    /// Opens a live connection as this device.
    ///
    /// # Errors
    /// As [`Device::login`].
    pub async fn live(&self) -> Result<Live, ClientError> {
        let origin = self.relay.origin().to_owned();
        let mut failed = None;
        let live = Live::connect(&origin, |nonce| match self.answer(nonce) {
            Ok(answer) => answer,
            Err(error) => {
                failed = Some(error);
                LoginRequest {
                    account: self.client.account(),
                    device: self.client.device(),
                    nonce,
                    signature: [0; 64],
                }
            }
        })
        .await;
        match failed {
            Some(error) => Err(error),
            None => live,
        }
    }

    fn answer(&self, nonce: [u8; 32]) -> Result<LoginRequest, ClientError> {
        Ok(self.client.own().login(self.relay.origin(), nonce)?)
    }

    /// Catches up with the relay: every conversation of the inbox, its log and messages.
    ///
    /// # Errors
    /// As [`Device::resume`].
    pub async fn sync(&mut self, context: &mut Context<'_>) -> Result<Synced, ClientError> {
        let mut synced = self.resume(context).await?;
        for item in self.inbox().await?.0 {
            let conversation = item.conversation;
            let from = self.client.next_entry(&conversation);
            let ask = self.asking(Request::FetchEntries { conversation, from });
            self.perform_all(ask, context, &mut synced).await?;
            self.fetch_members(&conversation, context, &mut synced).await?;
            if self.client.knows(&conversation) {
                self.fetch_messages(&conversation, context, &mut synced).await?;
            }
        }
        Ok(synced)
    }

    async fn inbox(&mut self) -> Result<Inbox, ClientError> {
        match self.relay.inbox().await {
            Err(ClientError::Refused(refusal)) if refusal.code == RelayErrorCode::LoginNeeded => {
                self.login().await?;
                self.relay.inbox().await
            }
            other => other,
        }
    }

    /// Takes a live update: fetches what it announces.
    ///
    /// # Errors
    /// As [`Device::perform`].
    pub async fn handle(
        &mut self,
        frame: &LiveFrame,
        context: &mut Context<'_>,
    ) -> Result<Synced, ClientError> {
        match frame {
            LiveFrame::Lagged => self.sync(context).await,
            LiveFrame::Account { account, .. } => {
                let events = self.fetch_account(account, context).await?;
                Ok(Synced { events, ..Synced::default() })
            }
            LiveFrame::Entries { .. } | LiveFrame::Message { .. } | LiveFrame::Wraps { .. } => {
                self.sync(context).await
            }
            _ => Ok(Synced::default()),
        }
    }

    /// Fetches an account's statements: after a card was exchanged, before it is added.
    ///
    /// # Errors
    /// As [`Device::perform`].
    pub async fn fetch_account(
        &mut self,
        account: &AccountId,
        context: &mut Context<'_>,
    ) -> Result<Vec<Event>, ClientError> {
        let ask = self.asking(self.statements_of(account));
        self.perform(ask, context).await
    }

    fn statements_of(&self, account: &AccountId) -> Request {
        let from = self.client.directory().head(account).map_or(0, |head| head.seq + 1);
        Request::FetchStatements { account: *account, from }
    }

    /// Looks whether members, this account among them, revoked a device or changed keys.
    async fn fetch_members(
        &mut self,
        conversation: &ConversationId,
        context: &mut Context<'_>,
        synced: &mut Synced,
    ) -> Result<(), ClientError> {
        if self.client.knows(conversation) {
            for (account, _) in self.client.members(conversation)? {
                let ask = self.asking(self.statements_of(&account));
                self.perform_all(ask, context, synced).await?;
            }
        }
        Ok(())
    }

    fn save(
        &mut self,
        changes: Changes,
        events: &mut Vec<Event>,
        requests: &mut VecDeque<Request>,
    ) -> Result<(), ClientError> {
        if !changes.is_saved_already() {
            self.store.apply(&changes)?;
        }
        events.extend(changes.events);
        requests.extend(changes.send);
        Ok(())
    }

    /// Logs in once more if the token has ended.
    async fn ask_logged_in(
        &mut self,
        request: Request,
        context: &mut Context<'_>,
    ) -> Result<Changes, ClientError> {
        match self.ask(request.clone(), context).await {
            Err(ClientError::Refused(refusal)) if refusal.code == RelayErrorCode::LoginNeeded => {
                self.login().await?;
                self.ask(request, context).await
            }
            other => other,
        }
    }

    async fn ask(
        &mut self,
        request: Request,
        context: &mut Context<'_>,
    ) -> Result<Changes, ClientError> {
        Ok(match request {
            Request::Publish { hash, request, .. } => {
                let answer = match self.relay.publish(&request).await {
                    Ok(()) => PublishAnswer::Stored,
                    Err(error) => PublishAnswer::Refused(final_refusal(error)?.code),
                };
                self.client.handle_publish(&hash, answer, context)?
            }
            Request::PutGeneration { account, generation } => {
                self.relay.put_generation(&account, generation).await?;
                self.nothing()
            }
            Request::Append { conversation, hash, entry, wraps } => {
                let wraps = wraps.into_iter().map(Blob).collect();
                let request = AppendRequest { entry: Blob(entry), wraps };
                let answer = match self.relay.append(&request).await {
                    Ok(()) => AppendAnswer::Stored,
                    Err(error) => AppendAnswer::Refused(final_refusal(error)?.code),
                };
                self.client.handle_append(&conversation, &hash, answer, context)?
            }
            Request::PutWraps { conversation, wraps } => {
                let wraps = WrapsRequest(wraps.into_iter().map(Blob).collect());
                self.relay.put_wraps(&conversation, &wraps).await?;
                self.nothing()
            }
            Request::Post { conversation, id, message } => {
                self.relay.post(&conversation, message).await?;
                self.client.handle_posted(&conversation, &id)?
            }
            Request::FetchStatements { account, from } => {
                let statements = blobs(self.relay.statements(&account, from).await?);
                self.client.handle_statements(&account, &statements, context)?
            }
            Request::FetchGenerations { account } => {
                let records = blobs(self.relay.generations(&account).await?);
                self.client.handle_generations(&records, context)?
            }
            Request::FetchEntries { conversation, from } => {
                let entries = self.all_entries(&conversation, from).await?;
                self.client.handle_entries(&conversation, &entries, context)?
            }
            Request::FetchWraps { conversation } => {
                let wraps = self.all_wraps(&conversation).await?;
                self.client.handle_wraps(&conversation, &wraps, context)?
            }
            _ => self.nothing(),
        })
    }

    /// Entries from `from` on; what is too much for one answer comes with the next request.
    async fn all_entries(
        &self,
        conversation: &ConversationId,
        from: u64,
    ) -> Result<Vec<Vec<u8>>, ClientError> {
        let fetch = async |from| self.relay.entries(conversation, from).await;
        Ok(blobs(all_pages(from, fetch).await?))
    }

    /// The own wraps, whose cursors begin with 1.
    async fn all_wraps(&self, conversation: &ConversationId) -> Result<Vec<Vec<u8>>, ClientError> {
        let fetch = async |from: u64| self.relay.wraps(conversation, from - 1).await;
        Ok(blobs(whole(all_pages(1, fetch).await?)?))
    }

    /// Takes a message that no repeat brings to the relay out of the outbox.
    fn give_up(&mut self, request: &Request, why: RelayErrorCode) -> Result<Changes, ClientError> {
        use RelayErrorCode::{NotEntitled, NotFound, Refused, TooLarge};
        let mut changes = match request {
            Request::Post { conversation, id, .. }
                if matches!(why, NotEntitled | NotFound | Refused | TooLarge) =>
            {
                self.client.handle_posted(conversation, id)?
            }
            _ => self.nothing(),
        };
        changes.events.retain(|event| !matches!(event, Event::Posted { .. }));
        Ok(changes)
    }

    fn asking(&self, request: Request) -> Changes {
        Changes { send: vec![request], ..self.nothing() }
    }

    fn nothing(&self) -> Changes {
        let version = self.client.version();
        Changes { expected_version: version, version, ..Changes::default() }
    }
}

/// What catching up brought.
#[derive(Debug, Default)]
pub struct Synced {
    /// What happened.
    pub events: Vec<Event>,
    /// Messages, in the relay's order.
    pub deliveries: Vec<Delivery>,
    /// What the relay refused for good.
    pub refused: Vec<Refusal>,
}

/// A request that is not repeated: what a message of it said reaches nobody.
#[derive(Debug)]
pub struct Refusal {
    /// What was asked.
    pub request: Request,
    /// Why the relay refuses.
    pub error: RelayError,
}

/// A refusal that is an answer; anything else is to be tried again.
pub(crate) fn final_refusal(error: ClientError) -> Result<RelayError, ClientError> {
    match error {
        ClientError::Refused(refusal)
            if refusal.retry_after == 0 && refusal.code != RelayErrorCode::LoginNeeded =>
        {
            Ok(refusal)
        }
        other => Err(other),
    }
}

fn blobs(page: Page) -> Vec<Vec<u8>> {
    page.items.into_iter().map(|item| item.bytes.0).collect()
}
