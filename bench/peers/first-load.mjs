// What every peer here is measured by: all customers of a vendor into an empty schema; prints seconds.
// usage: node PEER.mjs VENDOR_URL DATABASE_URL RECORDS
import pg from 'pg';

export const schema = 'stripe';
export const key = 'sk_test_tidemark';

/** prepare({ vendor, databaseUrl, client }) makes the peer ready, which is not measured, and gives the function that reads. */
export async function firstLoad(prepare) {
  const [vendor, databaseUrl, records] = process.argv.slice(2);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  const read = await prepare({ vendor: new URL(vendor), databaseUrl, client });
  const began = performance.now();
  await read();
  const seconds = (performance.now() - began) / 1000;
  const { rows: [{ count }] } = await client.query(`SELECT count(*)::int AS count FROM ${schema}.customers`);
  await client.end();
  if (count !== Number(records)) throw new Error(`${count} rows`);
  console.log(seconds.toFixed(3));
  process.exit(0);
}
