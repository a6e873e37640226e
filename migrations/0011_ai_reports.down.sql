DROP TABLE ai_feedback;
DROP TABLE ai_reports;
