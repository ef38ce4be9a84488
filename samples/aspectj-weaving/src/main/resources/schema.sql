CREATE TABLE IF NOT EXISTS customer (
    name text PRIMARY KEY,
    monthly_fee numeric(12, 2) NOT NULL CHECK (monthly_fee > 0),
    balance numeric(14, 2) NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS invoice (
    year int NOT NULL,
    number int NOT NULL,
    customer text NOT NULL REFERENCES customer,
    month text NOT NULL,
    amount numeric(12, 2) NOT NULL,
    PRIMARY KEY (year, number),
    UNIQUE (customer, month)
);
