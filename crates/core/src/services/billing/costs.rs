//! AI costs: statistics for admins, and monthly charges per user.

use chrono::{Months, TimeDelta};
use huntaze_domain::{
    ai::Operation,
    billing::{
        costs::{AiCosts, Anomaly, AnomalyKind, CostsFilter, CostsInput, Severity, USERS_PER_PAGE},
        dollars,
    },
    month::first_of_month,
    string_enum::StringEnum,
    validation::{FieldError, field_error},
};
use huntaze_texts::Text;

use crate::{
    Core,
    db::{
        self, DbError,
        billing::costs::{CostRow, Outlier, OutlierThresholds},
    },
    infra::csv_escape,
    services::{
        ai_error::AiError,
        paging::{self, Page},
    },
};

/// Minimum cost in micro-USD of a user to be reported: $10 for high spending, $5 for concentration on one operation.
const MIN_ANOMALY_COST: i64 = 10_000_000;
const MIN_CONCENTRATION_COST: i64 = 5_000_000;
/// Distance from the mean in standard deviations, for medium and high severity.
const ANOMALY_SIGMA: f64 = 2.0;
const SEVERE_ANOMALY_SIGMA: f64 = 3.0;
/// Share of one operation, in percent, above which a concentration is reported.
const CONCENTRATION_PERCENT: i64 = 80;
const OUTLIERS: OutlierThresholds = OutlierThresholds {
    least_spending: MIN_ANOMALY_COST,
    deviations: ANOMALY_SIGMA,
    least_concentration: MIN_CONCENTRATION_COST,
    share: CONCENTRATION_PERCENT,
    limit: 50,
};
const MAX_MONTHS: i64 = 12;
/// Number of past months that are charged or corrected; longer than Huntaze is ever switched off.
const MONTHS_CHARGED: Months = Months::new(3);
/// Maximum number of rows of an export.
const MAX_EXPORT_ROWS: i64 = 100_000;

/// Returns the AI costs of a period.
///
/// # Errors
/// Invalid input, or the database does not answer.
pub async fn costs(core: &Core, input: &CostsInput) -> Result<AiCosts, AiError> {
    let filter = filter(core, input)?;
    let sums = db::billing::costs::sums(&core.db, &filter).await?;
    let read = |slice| db::billing::costs::users(&core.db, &filter, slice);
    let Page { items: users, number: page, pages, .. } = paging::page(filter.page, USERS_PER_PAGE, read).await?;
    let outliers = db::billing::costs::outliers(&core.db, &filter, &OUTLIERS).await?;
    Ok(AiCosts {
        first_day: filter.first_day,
        last_day: filter.last_day,
        total: sums.total,
        cache_hit_rate_bp: sums.total.cache_hit_rate_bp(),
        by_day: sums.days,
        by_agent: sums.agents,
        by_operation: sums.operations,
        by_model: sums.models,
        users,
        page,
        pages,
        anomalies: outliers.iter().flat_map(anomalies).collect(),
        months: db::billing::costs::months(&core.db, MAX_MONTHS).await?,
        feedback: db::assistant::reports::count_feedback(&core.db).await?,
    })
}

fn filter(core: &Core, input: &CostsInput) -> Result<CostsFilter, AiError> {
    input.parse(core.clock.now().date_naive()).map_err(AiError::InvalidInput)
}

/// Returns the anomalies of a user: high spending, concentration on one operation, or both.
fn anomalies(outlier: &Outlier) -> Vec<Anomaly> {
    let anomaly = |kind, severity, message| Anomaly { kind, severity, user_id: outlier.user_id, email: outlier.email.clone(), message };
    let mut found = Vec::new();
    if outlier.cost_micro_usd > MIN_ANOMALY_COST && outlier.deviations > ANOMALY_SIGMA {
        let severity = if outlier.deviations > SEVERE_ANOMALY_SIGMA { Severity::High } else { Severity::Medium };
        let message = format!(
            "{} in this period, {:.1} standard deviations above the mean of all creators.",
            dollars(outlier.cost_micro_usd),
            outlier.deviations
        );
        found.push(anomaly(AnomalyKind::HighSpending, severity, message));
    }
    if outlier.cost_micro_usd > MIN_CONCENTRATION_COST && outlier.share > CONCENTRATION_PERCENT {
        let operation =
            Operation::parse(&outlier.operation).map_or_else(|| outlier.operation.clone(), |operation| operation.text().to_owned());
        let message = format!("{} % of {} is for {operation}.", outlier.share, dollars(outlier.cost_micro_usd));
        found.push(anomaly(AnomalyKind::FeatureConcentration, Severity::Low, message));
    }
    found
}

/// Exports the costs of a period as CSV, with one row for each day, user, agent, operation and model. Text cells are escaped against
/// formula injection.
///
/// # Errors
/// Invalid input, or the database does not answer.
pub async fn export_costs(core: &Core, input: &CostsInput) -> Result<Vec<u8>, AiError> {
    let rows = db::billing::costs::rows(&core.db, &filter(core, input)?, MAX_EXPORT_ROWS + 1).await?;
    if i64::try_from(rows.len()).is_ok_and(|length| length > MAX_EXPORT_ROWS) {
        return Err(AiError::InvalidInput(field_error("lastDay", FieldError::TooManyRows)));
    }
    let mut table = csv::Writer::from_writer(Vec::new());
    let header =
        ["day", "user_id", "email", "agent", "operation", "model", "calls", "cache_hits", "input_tokens", "output_tokens", "cost_usd"];
    table.write_record(header)?;
    for row in rows {
        let CostRow { day, user_id, email, agent, operation, model, calls, cache_hits, input_tokens, output_tokens, cost_micro_usd } = row;
        let texts = [email, agent, operation, model].map(|text| csv_escape::escape_formula(&text));
        let numbers = [calls, cache_hits, input_tokens, output_tokens].map(|number| number.to_string());
        let cost = format!("{}.{:06}", cost_micro_usd / 1_000_000, cost_micro_usd % 1_000_000);
        table.write_record([day.to_string(), user_id.to_string()].iter().chain(&texts).chain(&numbers).chain([&cost]))?;
    }
    table.into_inner().map_err(|error| csv::Error::from(error.into_error()).into())
}

/// Charges each user for each of the last complete months. Idempotent; a charge is corrected if a model call was recorded late. Returns the
/// number of new and corrected charges.
pub async fn charge_months(core: &Core) -> Result<u64, DbError> {
    let now = core.clock.now();
    // Requests that started before midnight have ended an hour later.
    let open = first_of_month(now - TimeDelta::hours(1));
    let charges = db::billing::costs::charge(&core.db, open - MONTHS_CHARGED, open, now).await?;
    tracing::info!(charges, "charged AI usage of past months");
    Ok(charges)
}
