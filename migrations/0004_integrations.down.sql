DROP TABLE daily_insights;
DROP TABLE audience_snapshots;
DROP TABLE oauth_states;
DROP TABLE integrations;
