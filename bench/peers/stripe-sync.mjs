// Reads all customers as @stripe/sync-engine does it. REQUESTS_PER_SECOND lifts its own limit of ten.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StripeSync, runMigrations } from '@stripe/sync-engine';
import { firstLoad, key, schema } from './first-load.mjs';

const silent = { info() {}, warn() {}, error(...failure) { console.error(...failure); } };
/** It takes the columns from Stripe's OpenAPI document, which it asks GitHub for; here they are those that the stand-in has. */
async function columns(vendor, path) {
  const answer = await fetch(new URL('/v1/customers?limit=1', vendor), { headers: { Authorization: `Bearer ${key}` } });
  const { data: [customer] } = await answer.json();
  const type = (value) => ({ number: 'integer', boolean: 'boolean', object: 'object' })[value === null ? 'string' : typeof value] ?? 'string';
  const properties = Object.fromEntries(Object.entries(customer).map(([name, value]) => [name, { type: type(value), nullable: true }]));
  await writeFile(path, JSON.stringify({
    openapi: '3.0.0', info: { version: '2020-08-27' },
    components: { schemas: { customer: { 'x-resourceId': 'customer', type: 'object', properties } } },
  }));
}

await firstLoad(async ({ vendor, databaseUrl }) => {
  const folder = await mkdtemp(join(tmpdir(), 'peer-'));
  const openApiSpecPath = join(folder, 'spec3.json');
  await columns(vendor, openApiSpecPath);
  await runMigrations({ databaseUrl, schemaName: schema, openApiSpecPath, logger: silent });
  await rm(folder, { recursive: true });
  const sync = await StripeSync.create({
    poolConfig: { connectionString: databaseUrl, max: 20 }, schemaName: schema, stripeSecretKey: key, stripeAccountId: 'acct_tidemark',
    stripeApiVersion: '2026-10-28.endive', logger: silent, // the stand-in knows versions of today
  });
  sync.printProgress = async () => {}; // it would stand where the seconds are printed
  // It has no setting for the address.
  Object.assign(sync.stripe._api, { host: vendor.hostname, port: vendor.port, protocol: 'http' });
  const workers = 20;
  return async () => {
    const { errors } = await sync.fullSync(['customer'], true, workers, Number(process.env.REQUESTS_PER_SECOND ?? 10), false);
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
  };
});
