DROP TABLE partner_earnings, partner_connections;
