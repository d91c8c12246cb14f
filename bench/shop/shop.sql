-- A shop of 4.2 million rows, about 500 MB, the same whenever it is made:  psql -v factor=1 -f shop.sql URL
-- factor 0.1 makes a tenth of the rows. Into an empty database; rows alone come with -v rows=1, tables alone with -v rows=0.
\set ON_ERROR_STOP on
\if :{?factor}
\else
    \set factor 1
\endif
\if :{?rows}
\else
    \set rows 1
\endif
SET client_min_messages = warning;

CREATE TYPE order_state AS ENUM ('new', 'paid', 'packed', 'shipped', 'returned', 'cancelled');

CREATE TABLE customers (
    id uuid NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    email text NOT NULL,
    name text NOT NULL,
    country char(2) NOT NULL,
    newsletter boolean NOT NULL,
    profile jsonb,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL);

CREATE TABLE products (
    id serial,
    sku text NOT NULL,
    name text NOT NULL,
    description text,
    price numeric(12,2) NOT NULL CHECK (price >= 0),
    tags text[] NOT NULL,
    attributes jsonb NOT NULL,
    active boolean NOT NULL);

CREATE TABLE orders (
    id bigint NOT NULL,
    customer_id uuid NOT NULL,
    state order_state NOT NULL,
    total numeric(12,2) NOT NULL,
    currency char(3) NOT NULL,
    note text,
    placed_at timestamptz NOT NULL,
    shipped_on date);

CREATE TABLE order_lines (
    order_id bigint NOT NULL,
    line smallint NOT NULL,
    product_id integer NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    price numeric(12,2) NOT NULL,
    discount numeric(5,2),
    gift boolean NOT NULL,
    note text);

\if :rows
INSERT INTO customers OVERRIDING SYSTEM VALUE
SELECT md5('c' || i)::uuid, i, 'customer' || i || '@' || (ARRAY['example.com', 'example.org', 'example.net'])[1 + i % 3],
    initcap(substr(md5('first' || i % 5000), 1, 6)) || ' ' || initcap(substr(md5('last' || i % 20000), 1, 9)),
    (ARRAY['DE', 'FR', 'US', 'GB', 'IN', 'JP', 'BR'])[1 + i % 7], i % 3 = 0,
    CASE WHEN i % 4 = 0 THEN jsonb_build_object('phone', '+49' || (1000000 + i), 'city', substr(md5('city' || i % 900), 1, 8), 'points', i % 1000) END,
    '2020-01-01 00:00+00'::timestamptz + i * interval '7 minutes', '2024-01-01 00:00+00'::timestamptz + i * interval '11 seconds 250 milliseconds'
FROM generate_series(1, (200000 * :factor)::bigint) AS i;

INSERT INTO products
SELECT i, 'SKU-' || lpad(i::text, 8, '0'), 'Product ' || substr(md5('p' || i), 1, 12), repeat(md5('d' || i) || ' ', (2 + i % 9)::int), (i * 7919 % 100000) / 100.0,
    ARRAY['t' || i % 17, 't' || i % 29], jsonb_build_object('colour', 'c' || i % 11, 'weight', i % 5000, 'size', jsonb_build_array(i % 40, i % 60)), i % 10 <> 0
FROM generate_series(1, (20000 * :factor)::bigint) AS i;

INSERT INTO orders
SELECT i, md5('c' || 1 + i * 7919 % (200000 * :factor)::bigint)::uuid, (ARRAY['new', 'paid', 'packed', 'shipped', 'shipped', 'returned', 'cancelled'])[1 + i % 7]::order_state,
    (i * 104729 % 5000000) / 100.0, (ARRAY['EUR', 'USD', 'GBP'])[1 + i % 3],
    CASE WHEN i % 5 = 0 THEN 'please leave at the door ' || md5('n' || i) END,
    '2021-01-01 00:00+00'::timestamptz + i * interval '2 minutes', CASE WHEN i % 7 IN (3, 4) THEN '2021-01-04'::date + (i / 720)::int END
FROM generate_series(1, (1000000 * :factor)::bigint) AS i;

INSERT INTO order_lines
SELECT 1 + i / 3, 1 + i % 3, 1 + i * 6151 % (20000 * :factor)::bigint, 1 + i % 5, (i * 7919 % 100000) / 100.0,
    CASE WHEN i % 6 = 0 THEN (i % 50) / 2.0 END, i % 20 = 0, CASE WHEN i % 8 = 0 THEN 'engrave ' || substr(md5('l' || i), 1, 16) END
FROM generate_series(0, (3000000 * :factor)::bigint - 1) AS i;

SELECT setval('customers_number_seq', (SELECT max(number) FROM customers)), setval('products_id_seq', (SELECT max(id) FROM products));
\endif

ALTER TABLE customers ADD PRIMARY KEY (id), ADD UNIQUE (email), ADD UNIQUE (number);
ALTER TABLE products ADD PRIMARY KEY (id), ADD UNIQUE (sku);
ALTER TABLE orders ADD PRIMARY KEY (id);
ALTER TABLE order_lines ADD PRIMARY KEY (order_id, line);
CREATE INDEX customers_country ON customers (country, created_at DESC);
CREATE INDEX products_attributes ON products USING gin (attributes);
CREATE INDEX orders_customer ON orders (customer_id, placed_at);
CREATE INDEX orders_open ON orders (placed_at) WHERE state IN ('new', 'paid', 'packed');
CREATE INDEX order_lines_product ON order_lines (product_id);
ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE order_lines ADD FOREIGN KEY (order_id) REFERENCES orders ON DELETE CASCADE, ADD FOREIGN KEY (product_id) REFERENCES products;
VACUUM (ANALYZE);
