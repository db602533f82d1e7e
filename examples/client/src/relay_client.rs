use privity::format::{
    AccountId, AppendRequest, ConversationId, Inbox, LoginRequest, Page, PageEnd, PublishRequest,
    RelayError, WrapsRequest, limit,
};
use privity_wire::{Codec, DecodeError, Reader};
use reqwest::Method;

use crate::ClientError;
use crate::paging::{ANSWER, all_pages};

/// Which part of a conversation's messages a page wants.
#[derive(Clone, Copy, Debug)]
pub enum Window {
    /// Upwards, after this cursor.
    After(u64),
    /// Downwards, before this cursor.
    Before(u64),
}

/// One device's connection to one relay.
#[derive(Clone, Debug)]
pub struct RelayClient {
    http: reqwest::Client,
    origin: String,
    token: Option<String>,
}

impl RelayClient {
    /// Talks to the relay at `origin`, for instance `http://127.0.0.1:8080`.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        let origin = origin.trim_end_matches('/').to_owned();
        Self { http: reqwest::Client::new(), origin, token: None }
    }

    /// The origin, as a login signs it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether the relay is there and its database answers.
    ///
    /// # Errors
    /// [`ClientError`] as of every method below.
    pub async fn health(&self) -> Result<(), ClientError> {
        self.call(Method::GET, "/v1/health", Vec::new()).await.map(drop)
    }

    /// Publishes a statement of an account, the first one included.
    pub async fn publish(&self, request: &PublishRequest) -> Result<(), ClientError> {
        self.call(Method::POST, "/v1/accounts", request.to_bytes()?).await.map(drop)
    }

    /// All statements of an account from `from` on.
    pub async fn statements(&self, account: &AccountId, from: u64) -> Result<Page, ClientError> {
        self.fetch_all(&format!("/v1/accounts/{account}/statements"), from).await
    }

    /// All generation records of the own account.
    pub async fn generations(&self, account: &AccountId) -> Result<Page, ClientError> {
        self.fetch_all(&format!("/v1/accounts/{account}/generations"), 0).await
    }

    /// Puts a generation record of the own account in place of the one stored.
    pub async fn put_generation(
        &self,
        account: &AccountId,
        record: Vec<u8>,
    ) -> Result<(), ClientError> {
        let path = format!("/v1/accounts/{account}/generations");
        self.call(Method::PUT, &path, record).await.map(drop)
    }

    /// The wrapped signing seed of an account with a registered key.
    pub async fn registered(&self, account: &AccountId) -> Result<Vec<u8>, ClientError> {
        let path = format!("/v1/accounts/{account}/registered");
        self.call(Method::GET, &path, Vec::new()).await
    }

    /// The account that has this recovery signing key.
    pub async fn recovery(&self, sign: &[u8; 32]) -> Result<AccountId, ClientError> {
        self.fetch(&format!("/v1/recovery/{}", hex(sign))).await
    }

    /// A challenge to sign.
    pub async fn challenge(&self) -> Result<[u8; 32], ClientError> {
        let bytes = self.call(Method::GET, "/v1/login", Vec::new()).await?;
        Ok(exactly(&bytes)?)
    }

    /// Enters with the answer to a challenge; later requests carry the token.
    pub async fn login(&mut self, request: &LoginRequest) -> Result<(), ClientError> {
        let bytes = self.call(Method::POST, "/v1/login", request.to_bytes()?).await?;
        self.token = Some(hex(&exactly::<32>(&bytes)?));
        Ok(())
    }

    /// The conversations that this account is or was in.
    pub async fn inbox(&self) -> Result<Inbox, ClientError> {
        let mut inbox: Inbox = self.fetch("/v1/inbox").await?;
        let mut full = inbox.0.len() >= limit::PAGE;
        while full && inbox.0.len() < limit::INBOX {
            let Some(last) = inbox.0.last() else { break };
            let after = last.conversation;
            let more: Inbox = self.fetch(&format!("/v1/inbox?after={after}")).await?;
            if more.0.first().is_some_and(|first| first.conversation <= after) {
                return Err(DecodeError::Invalid("inbox").into());
            }
            full = more.0.len() >= limit::PAGE;
            inbox.0.extend(more.0);
        }
        Ok(inbox)
    }

    /// Appends an entry with its wraps; `HeadMoved` says that another one was first.
    pub async fn append(&self, request: &AppendRequest) -> Result<(), ClientError> {
        self.call(Method::POST, "/v1/conversations", request.to_bytes()?).await.map(drop)
    }

    /// Entries of a conversation from position `from` on.
    pub async fn entries(
        &self,
        conversation: &ConversationId,
        from: u64,
    ) -> Result<Page, ClientError> {
        self.fetch(&format!("/v1/conversations/{conversation}/entries?from={from}")).await
    }

    /// The own account's wraps in a conversation after a cursor.
    pub async fn wraps(
        &self,
        conversation: &ConversationId,
        after: u64,
    ) -> Result<Page, ClientError> {
        self.fetch(&format!("/v1/conversations/{conversation}/wraps?after={after}")).await
    }

    /// Stores further wraps for epochs that stand.
    pub async fn put_wraps(
        &self,
        conversation: &ConversationId,
        request: &WrapsRequest,
    ) -> Result<(), ClientError> {
        let path = format!("/v1/conversations/{conversation}/wraps");
        self.call(Method::POST, &path, request.to_bytes()?).await.map(drop)
    }

    /// Stores a message; gives its cursor.
    pub async fn post(
        &self,
        conversation: &ConversationId,
        message: Vec<u8>,
    ) -> Result<u64, ClientError> {
        let path = format!("/v1/conversations/{conversation}/messages");
        let bytes = self.call(Method::POST, &path, message).await?;
        Ok(exactly(&bytes).map(u64::from_be_bytes)?)
    }

    /// A page of a conversation's messages, in ascending order.
    pub async fn messages(
        &self,
        conversation: &ConversationId,
        window: Window,
    ) -> Result<Page, ClientError> {
        let query = match window {
            Window::After(cursor) => format!("after={cursor}"),
            Window::Before(cursor) => format!("before={cursor}"),
        };
        self.fetch(&format!("/v1/conversations/{conversation}/messages?{query}")).await
    }

    /// Asks on while there is more.
    async fn fetch_all(&self, path: &str, from: u64) -> Result<Page, ClientError> {
        let ask = async |from| self.fetch(&format!("{path}?from={from}")).await;
        whole(all_pages(from, ask).await?)
    }

    async fn fetch<T: Codec>(&self, path: &str) -> Result<T, ClientError> {
        let bytes = self.call(Method::GET, path, Vec::new()).await?;
        Ok(T::from_bytes(&bytes)?)
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, ClientError> {
        let mut request = self.http.request(method, format!("{}{path}", self.origin)).body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let mut response = request.send().await?;
        let succeeded = response.status().is_success();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if bytes.len() + chunk.len() > ANSWER {
                return Err(DecodeError::TooLong("answer").into());
            }
            bytes.extend_from_slice(&chunk);
        }
        if succeeded { Ok(bytes) } else { Err(refusal(&bytes)) }
    }
}

/// Refuses what was too much to be taken as a whole.
pub(crate) fn whole(page: Page) -> Result<Page, ClientError> {
    match page.end {
        PageEnd::Last => Ok(page),
        PageEnd::More => Err(DecodeError::TooLong("answer").into()),
    }
}

fn refusal(body: &[u8]) -> ClientError {
    match RelayError::from_bytes(body) {
        Ok(error) => ClientError::Refused(error),
        Err(error) => ClientError::Malformed(error),
    }
}

fn exactly<const N: usize>(bytes: &[u8]) -> Result<[u8; N], DecodeError> {
    let mut reader = Reader::new(bytes);
    let array = reader.array("answer")?;
    reader.finish()?;
    Ok(array)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
