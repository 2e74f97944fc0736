"""What a page shows and the API returns, made from query rows."""
