DROP VIEW ai_quota_requests;
DROP TABLE ai_captions;
DROP TABLE ai_usage;
DROP TABLE ai_requests;
