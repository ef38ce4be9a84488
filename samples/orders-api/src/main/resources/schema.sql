CREATE TABLE IF NOT EXISTS stock (
    sku text PRIMARY KEY,
    available integer NOT NULL CHECK (available >= 0)
);

CREATE TABLE IF NOT EXISTS customer (
    name text PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS reward (
    name text PRIMARY KEY,
    given integer NOT NULL CHECK (given BETWEEN 0 AND 100)
);

CREATE TABLE IF NOT EXISTS orders (
    id uuid PRIMARY KEY,
    customer text NOT NULL REFERENCES customer,
    address text NOT NULL,
    note text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'NEW' CHECK (status IN ('NEW', 'PAID', 'SHIPPED', 'CANCELLED')),
    rewarded boolean NOT NULL DEFAULT false,
    version bigint NOT NULL DEFAULT 1
);

CREATE TABLE IF NOT EXISTS order_line (
    order_id uuid NOT NULL REFERENCES orders,
    sku text NOT NULL REFERENCES stock,
    quantity integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, sku)
);
CREATE INDEX IF NOT EXISTS order_line_sku ON order_line (sku);

-- Written by the state machine.
CREATE TABLE IF NOT EXISTS order_event (
    order_id uuid NOT NULL REFERENCES orders,
    event text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS order_event_order ON order_event (order_id);

CREATE TABLE IF NOT EXISTS coupon (
    code text PRIMARY KEY
);

-- The primary key is what lets a coupon be redeemed once.
CREATE TABLE IF NOT EXISTS coupon_redemption (
    coupon text PRIMARY KEY REFERENCES coupon,
    order_id uuid NOT NULL REFERENCES orders
);
