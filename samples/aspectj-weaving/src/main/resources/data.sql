INSERT INTO customer (name, monthly_fee)
SELECT 'customer-' || n, n * 10 FROM generate_series(1, 20) AS n
ON CONFLICT DO NOTHING;
