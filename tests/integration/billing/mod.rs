mod costs;
