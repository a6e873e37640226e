DROP TABLE daily_totals, statement_entries, earnings, statement_column_mappings, statement_chunks, statements;
