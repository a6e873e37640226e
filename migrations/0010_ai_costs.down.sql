DROP TABLE ai_settings;
DROP TABLE ai_quota_notices;
DROP TABLE ai_monthly_charges;
DROP INDEX ai_requests_month_idx;
DROP INDEX ai_usage_created_at_idx;
