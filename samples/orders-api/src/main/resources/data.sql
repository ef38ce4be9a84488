-- For trying it out; a service has its own.
INSERT INTO stock (sku, available) VALUES ('book', 10), ('pen', 100) ON CONFLICT DO NOTHING;
INSERT INTO coupon (code) VALUES ('WELCOME') ON CONFLICT DO NOTHING;
