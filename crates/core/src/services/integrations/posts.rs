//! Syncs the newest posts of an account and their metrics.

use std::collections::HashSet;

use chrono::Days;
use huntaze_domain::{
    analytics::Post,
    text::{clean_line, language_tag},
};

use super::{
    BACKFILL_DAYS, budget,
    leased::{SyncContext, SyncError},
};
use crate::{
    db::{self, integrations::Integration},
    providers::{MAX_POSTS, Profile, ProviderError, ScopedToken, permissions},
};

/// Maximum length of a post title in characters; longer titles are truncated.
const MAX_TITLE_CHARS: usize = 200;

/// Result of fetching the posts of an account.
#[derive(Default)]
pub(super) struct PostsSync {
    /// Remaining scopes, if the platform refuses one that was granted; `None` if the scopes are unchanged.
    pub scopes: Option<Vec<String>>,
    /// Why the posts could not be fetched this time; `None` on success.
    pub failure: Option<ProviderError>,
}

impl PostsSync {
    fn failed(error: ProviderError) -> Self {
        Self { failure: Some(error), ..Self::default() }
    }
}

/// Fetches the newest posts and, if the platform reports no daily metrics, derives those from the posts. Failing posts do not fail the sync
/// of an account whose profile responds.
pub(super) async fn sync_posts(sync: &SyncContext<'_>, access: ScopedToken<'_>, profile: &Profile) -> Result<PostsSync, SyncError> {
    let &SyncContext { core, provider, integration, today } = sync;
    if !permissions::can_read_posts(integration.provider, access.scopes) {
        return Ok(PostsSync::default());
    }
    // Posts that were already fetched today are not billed again.
    let known =
        if provider.prices().post > 0 { db::analytics::posts::read_on(&core.db, integration.id, today).await? } else { HashSet::new() };
    let price = |posts: usize| provider.prices().post.saturating_mul(i64::try_from(posts).unwrap_or(i64::MAX));
    let reservation = budget::reserve(core, integration.provider, provider, price(MAX_POSTS)).await?.ok_or(SyncError::BudgetExhausted)?;
    let posts = match provider.fetch_posts(access, profile).await {
        Ok(posts) => posts,
        Err(error) => {
            reservation.settle_failed(core, &error).await?;
            return match error {
                ProviderError::Transient(_) | ProviderError::RateLimited { .. } => Ok(PostsSync::failed(error)),
                ProviderError::InsufficientScope(text) => Ok(refused(integration, access, text)),
                error => Err(error.into()),
            };
        }
    };
    let is_new = |post: &&Post| !known.contains(&post.id);
    reservation.settle(core, price(posts.iter().filter(is_new).count())).await?;
    let mut seen = HashSet::new();
    let posts: Vec<_> = posts.into_iter().map(tidy).filter(|post| seen.insert(post.id.clone())).take(MAX_POSTS).collect();
    db::analytics::posts::save(&core.db, integration.id, &posts, (today, core.clock.now())).await?;
    if !provider.has_daily_insights() {
        db::analytics::insights::derive_daily_insights(&core.db, integration.id, today - Days::new(BACKFILL_DAYS), today).await?;
    }
    Ok(PostsSync::default())
}

/// Drops the scope for posts. If that scope is also required for the profile, which was just fetched, it cannot be missing: the failure is
/// transient then.
fn refused(integration: &Integration, access: ScopedToken<'_>, text: String) -> PostsSync {
    let left = permissions::without_posts(integration.provider, access.scopes);
    if left.len() == access.scopes.len() {
        return PostsSync::failed(ProviderError::Transient(format!("posts are refused: {text}")));
    }
    PostsSync { scopes: Some(left), failure: None }
}

/// Sanitizes a post: truncates its title, and drops URLs that are not HTTP and languages that are not known.
fn tidy(post: Post) -> Post {
    let is_link = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    Post {
        id: storable(&post.id),
        title: clean_line(&post.title).chars().take(MAX_TITLE_CHARS).collect(),
        language: post.language.as_deref().and_then(language_tag),
        url: post.url.filter(is_link).map(|url| storable(&url)),
        ..post
    }
}

/// Removes NUL characters, which PostgreSQL cannot store in `text`.
fn storable(text: &str) -> String {
    text.replace('\0', "")
}
