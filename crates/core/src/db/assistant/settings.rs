//! Users' AI settings.

use huntaze_domain::{assistant::settings::Voice, ids::UserId};
use serde::Serialize;
use sqlx::PgExecutor;

use crate::db::DbError;

/// Stored AI settings; the default if the user has saved none. Also the format of the user's data export.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredSettings {
    /// Writing style of the user.
    pub voice: Voice,
    /// Monthly cost limit set by the user, in millionths of a US dollar; `None` for no limit.
    pub monthly_cap_micro_usd: Option<i64>,
}

/// Returns the settings of a user.
pub async fn find(db: impl PgExecutor<'_>, user_id: UserId) -> Result<StoredSettings, DbError> {
    let found =
        sqlx::query!("SELECT monthly_cap_micro_usd, voice_samples, banned_words FROM ai_settings WHERE user_id = $1", user_id.uuid());
    let found = found.fetch_optional(db).await?;
    Ok(found.map_or_else(StoredSettings::default, |row| StoredSettings {
        voice: Voice { samples: row.voice_samples, banned_words: row.banned_words },
        monthly_cap_micro_usd: row.monthly_cap_micro_usd,
    }))
}

/// Upserts the settings of a user.
pub async fn save(db: impl PgExecutor<'_>, user_id: UserId, voice: &Voice, monthly_cap_micro_usd: Option<i64>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO ai_settings (user_id, monthly_cap_micro_usd, voice_samples, banned_words) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id) DO UPDATE SET monthly_cap_micro_usd = excluded.monthly_cap_micro_usd, voice_samples = excluded.voice_samples,
                                             banned_words = excluded.banned_words",
        user_id.uuid(),
        monthly_cap_micro_usd,
        &voice.samples,
        &voice.banned_words
    )
    .execute(db)
    .await?;
    Ok(())
}
