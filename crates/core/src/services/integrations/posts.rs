//! The posts of an account, and what they have come to.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use huntaze_domain::analytics::Post;

use super::{HISTORY, budget, sync::SyncError};
use crate::{
    Core,
    db::{self, integrations::Integration},
    providers::{Access, MOST_POSTS, OAuthProvider, Profile, ProviderError, scopes},
};

/// Longer texts are cut, in characters.
const LONGEST_TITLE: usize = 200;

/// What reading the posts came to.
#[derive(Default)]
pub(super) struct PostsOutcome {
    /// The scopes that still hold, where the platform refuses what was allowed.
    pub scopes: Option<Vec<String>>,
    /// Why they could not be read this time.
    pub failure: Option<ProviderError>,
}

impl PostsOutcome {
    fn failed(error: ProviderError) -> Self {
        Self { failure: Some(error), ..Self::default() }
    }
}

/// Reads the newest posts, and what happened on whole days where the platform does not tell. An account whose profile answers is not broken
/// because its posts do not.
pub(super) async fn read_posts(
    core: &Core,
    provider: &dyn OAuthProvider,
    integration: &Integration,
    access: Access<'_>,
    profile: &Profile,
    today: NaiveDate,
) -> Result<PostsOutcome, SyncError> {
    if !scopes::can_read_posts(integration.provider, access.scopes) {
        return Ok(PostsOutcome::default());
    }
    // What was read today is not billed again.
    let known = if provider.prices().post > 0 { db::posts::read_on(&core.db, integration.id, today).await? } else { HashSet::new() };
    let price = |posts: usize| provider.prices().post.saturating_mul(i64::try_from(posts).unwrap_or(i64::MAX));
    let reservation = budget::reserve(core, integration.provider, provider, price(MOST_POSTS)).await?.ok_or(SyncError::BudgetSpent)?;
    let posts = match provider.fetch_posts(access, profile).await {
        Ok(posts) => posts,
        Err(error) => {
            reservation.settle_failed(core, &error).await?;
            return match error {
                ProviderError::Transient(_) | ProviderError::RateLimited { .. } => Ok(PostsOutcome::failed(error)),
                ProviderError::ScopeLost(text) => Ok(refused(integration, access, text)),
                error => Err(error.into()),
            };
        }
    };
    let is_new = |post: &&Post| !known.contains(&post.id);
    reservation.settle(core, price(posts.iter().filter(is_new).count())).await?;
    let mut seen = HashSet::new();
    let posts: Vec<_> = posts.into_iter().map(tidy).filter(|post| seen.insert(post.id.clone())).take(MOST_POSTS).collect();
    db::posts::save(&core.db, integration.id, &posts, today, core.clock.now()).await?;
    if !provider.reports_days() {
        db::figures::derive_days(&core.db, integration.id, today - Days::new(HISTORY), today).await?;
    }
    Ok(PostsOutcome::default())
}

/// A permission that the account itself is read with cannot be gone: then it is a failure like another.
fn refused(integration: &Integration, access: Access<'_>, text: String) -> PostsOutcome {
    let left = scopes::without_posts(integration.provider, access.scopes);
    if left.len() == access.scopes.len() {
        return PostsOutcome::failed(ProviderError::Transient(format!("posts are refused: {text}")));
    }
    PostsOutcome { scopes: Some(left), failure: None }
}

/// A post as it can be stored and shown.
fn tidy(post: Post) -> Post {
    let is_link = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    Post {
        id: storable(&post.id),
        title: storable(&post.title).chars().take(LONGEST_TITLE).collect(),
        url: post.url.filter(is_link).map(|url| storable(&url)),
        ..post
    }
}

/// Without what PostgreSQL cannot store as text.
pub(super) fn storable(text: &str) -> String {
    text.replace('\0', "")
}
