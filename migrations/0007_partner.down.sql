DROP TABLE partner_earnings, partner_links;
