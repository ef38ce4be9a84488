-- tag::cart[]
CREATE TABLE cart (id bigint PRIMARY KEY, note text NOT NULL, version bigint NOT NULL DEFAULT 0);
CREATE TABLE cart_item (cart_id bigint REFERENCES cart, sku text, quantity integer NOT NULL, PRIMARY KEY (cart_id, sku));
-- end::cart[]

CREATE TABLE price (sku text PRIMARY KEY, cents bigint NOT NULL);

-- tag::customer[]
CREATE TABLE customer (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE, name text);
-- end::customer[]

CREATE TABLE seat (id bigserial PRIMARY KEY, show bigint NOT NULL, place text NOT NULL, cancelled_at timestamptz);
CREATE UNIQUE INDEX seat_place ON seat (show, place) WHERE cancelled_at IS NULL;

-- tag::counters[]
CREATE TABLE page_view (page text PRIMARY KEY, views bigint NOT NULL);
CREATE TABLE page_like (page text, slot integer, likes bigint NOT NULL, PRIMARY KEY (page, slot));
CREATE TABLE stock (sku text PRIMARY KEY, quantity integer NOT NULL);
-- end::counters[]

-- tag::task[]
CREATE TABLE task (id bigserial PRIMARY KEY, status text NOT NULL DEFAULT 'OPEN', worker text, created_at timestamptz DEFAULT now());
CREATE INDEX task_open ON task (created_at, id) WHERE status = 'OPEN';
-- end::task[]

CREATE TABLE receipt (job uuid PRIMARY KEY, order_id bigint NOT NULL, attempt integer NOT NULL);
CREATE TABLE invoice (order_id bigint NOT NULL);
CREATE TABLE ledger (account bigint NOT NULL, place bigserial, cents bigint NOT NULL, balance bigint NOT NULL);
