CREATE TABLE IF NOT EXISTS customer (
    id text PRIMARY KEY,
    orders int NOT NULL DEFAULT 0
);
