// Reads all customers as @supabase/stripe-sync-engine does it.
import { createRequire } from 'node:module';
import Stripe from 'stripe';
import { firstLoad, key, schema } from './first-load.mjs';

// As a module of the newer kind it does not find its own migrations, and says nothing.
const { StripeSync, runMigrations } = createRequire(import.meta.url)('@supabase/stripe-sync-engine');

await firstLoad(async ({ vendor, databaseUrl, client }) => {
  // Its migrations name a role of this name.
  if ((await client.query("SELECT 1 FROM pg_roles WHERE rolname = 'postgres'")).rowCount === 0) await client.query('CREATE ROLE postgres');
  await runMigrations({ databaseUrl, schema, logger: { info() {}, error(failure) { throw failure; } } });
  const sync = new StripeSync({ databaseUrl, schema, stripeSecretKey: key, maxPostgresConnections: 10, autoExpandLists: false });
  sync.stripe = new Stripe(key, { host: vendor.hostname, port: Number(vendor.port), protocol: 'http' });
  return () => sync.syncCustomers({});
});
