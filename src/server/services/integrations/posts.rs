//! The posts of an account, and what they have come to.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};

use super::{HISTORY, sync::SyncError};
use crate::server::{
    db::{self, integrations::Integration, posts::PostReading},
    providers::{Access, MOST_POSTS, OAuthProvider, Post, Profile, ProviderError, scopes},
    state::AppState,
};

/// Longer texts are cut, in characters.
const LONGEST_TITLE: usize = 200;

/// What reading the posts came to.
#[derive(Default)]
pub(super) struct PostsOutcome {
    /// How many were read.
    pub count: usize,
    /// Whether the platform refuses them, though they were allowed.
    pub is_refused: bool,
    /// Why they could not be read this time.
    pub failure: Option<ProviderError>,
}

/// Reads the newest posts, and what happened on whole days where the platform does not tell. An account whose profile answers is not broken
/// because its posts do not.
pub(super) async fn read_posts(
    state: &AppState,
    provider: &dyn OAuthProvider,
    integration: &Integration,
    access: Access<'_>,
    profile: &Profile,
    today: NaiveDate,
) -> Result<PostsOutcome, SyncError> {
    if !scopes::can_read_posts(integration.provider, access.scopes) {
        return Ok(PostsOutcome::default());
    }
    let posts = match provider.fetch_posts(access, profile).await {
        Ok(posts) => posts,
        Err(error @ (ProviderError::Transient(_) | ProviderError::RateLimited { .. })) => {
            return Ok(PostsOutcome { failure: Some(error), ..PostsOutcome::default() });
        }
        Err(ProviderError::ScopeLost(_)) => return Ok(PostsOutcome { is_refused: true, ..PostsOutcome::default() }),
        Err(error) => return Err(error.into()),
    };
    let mut seen = HashSet::new();
    let posts: Vec<_> = posts.into_iter().filter(|post| seen.insert(post.id.clone())).take(MOST_POSTS).map(reading).collect();
    db::posts::save(&state.db, integration.id, &posts, today, state.clock.now()).await?;
    if !provider.reports_days() {
        db::figures::derive_days(&state.db, integration.id, today - Days::new(HISTORY), today).await?;
    }
    Ok(PostsOutcome { count: posts.len(), ..PostsOutcome::default() })
}

fn reading(post: Post) -> PostReading {
    let is_link = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    PostReading {
        provider_post_id: post.id,
        // What PostgreSQL cannot store as text is left out.
        title: post.title.chars().filter(|letter| *letter != '\0').take(LONGEST_TITLE).collect(),
        url: post.url.filter(is_link),
        published_at: post.published_at,
        views: post.views,
        likes: post.likes,
        comments: post.comments,
        shares: post.shares,
    }
}
