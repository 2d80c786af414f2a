//! What other replicas commit, as PostgreSQL tells of it.

use std::time::Duration;

use sqlx::Executor as _;
use sqlx::postgres::PgListener;

use super::{StoreError, within};

/// The channel of notifications.
const CHANNEL: &str = "vexil";

/// How long nothing may be heard until the database is asked whether it is there: a connection whose other end vanished
/// is silent as well.
const SILENCE: Duration = Duration::from_secs(15);
/// How long it may take to answer that.
const ANSWER: Duration = Duration::from_secs(5);

/// A connection on which notifications are heard. It is not made anew by itself: whatever was said meanwhile would be
/// missed without a word.
pub struct Notifications {
    listener: PgListener,
}

impl Notifications {
    /// Begins to listen.
    pub(super) async fn of(url: &str) -> Result<Notifications, StoreError> {
        let mut listener = PgListener::connect(url).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(Notifications { listener })
    }

    /// The next topic.
    ///
    /// # Errors
    ///
    /// The connection is lost. From then on nothing is heard, so whoever listens anew asks for what has changed first.
    pub async fn next(&mut self) -> Result<String, StoreError> {
        loop {
            match tokio::time::timeout(SILENCE, self.listener.try_recv()).await {
                Ok(Ok(Some(notification))) => return Ok(notification.payload().to_owned()),
                Ok(Ok(None)) => return Err(StoreError::away()),
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => {
                    let asked = async { Ok((&mut self.listener).execute("SELECT 1").await?) };
                    within::<_, StoreError>(ANSWER, asked).await?;
                }
            }
        }
    }
}
