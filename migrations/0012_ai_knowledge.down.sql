DROP VIEW ai_usage_details;
ALTER TABLE ai_usage DROP COLUMN is_cache_hit;
