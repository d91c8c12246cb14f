// Reads all customers of a vendor into an empty schema, as @supabase/stripe-sync-engine does it; prints seconds.
// usage: node supabase-stripe-sync.mjs VENDOR_URL DATABASE_URL RECORDS
import { createRequire } from 'node:module';
import pg from 'pg';
import Stripe from 'stripe';

// As a module of the newer kind it does not find its own migrations, and says nothing.
const { StripeSync, runMigrations } = createRequire(import.meta.url)('@supabase/stripe-sync-engine');

const [vendor, databaseUrl, records] = process.argv.slice(2);
const schema = 'stripe';
const client = new pg.Client({ connectionString: databaseUrl });
await client.connect();
await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
// Its migrations name a role of this name.
if ((await client.query("SELECT 1 FROM pg_roles WHERE rolname = 'postgres'")).rowCount === 0) await client.query('CREATE ROLE postgres');
await runMigrations({ databaseUrl, schema, logger: { info() {}, error(failure) { throw failure; } } });

const sync = new StripeSync({ databaseUrl, schema, stripeSecretKey: 'sk_test_tidemark', maxPostgresConnections: 10, autoExpandLists: false });
const { hostname, port } = new URL(vendor);
sync.stripe = new Stripe('sk_test_tidemark', { host: hostname, port: Number(port), protocol: 'http' });

const began = performance.now();
await sync.syncCustomers({});
const seconds = (performance.now() - began) / 1000;
const { rows: [{ count }] } = await client.query(`SELECT count(*)::int AS count FROM ${schema}.customers`);
await client.end();
if (count !== Number(records)) throw new Error(`${count} rows`);
console.log(seconds.toFixed(3));
process.exit(0);
