CREATE TABLE IF NOT EXISTS payment (
    id uuid PRIMARY KEY,
    merchant text NOT NULL,
    amount numeric(12, 2) NOT NULL CHECK (amount > 0),
    currency char(3) NOT NULL,
    reference text NOT NULL,
    status text NOT NULL CHECK (status IN ('AUTHORISED', 'CAPTURED')),
    created_at timestamptz NOT NULL DEFAULT now(),
    captured_at timestamptz
);

CREATE TABLE IF NOT EXISTS settlement (
    day date NOT NULL,
    merchant text NOT NULL,
    currency char(3) NOT NULL,
    total numeric(14, 2) NOT NULL
);
