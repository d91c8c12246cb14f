// A GraphQL server by others, json-graphql-server, read completely: every row is held against the record it comes from.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import openSqlite from 'sql.js';
import { tidemark } from './tidemark.mjs';

const program = fileURLToPath(
  new URL('./node_modules/json-graphql-server/bin/json-graphql-server.cjs', import.meta.url));
const patience = 20_000;

const fields = {
  customers: ['id', 'name', 'visits', 'rating', 'active', 'joined', 'note', 'tags', 'address'],
  orders: ['id', 'customer_id', 'number', 'total'],
};

// Pages of another size than the server's own, of customers with a total and of orders without one.
const queries = `
customers:
  query: |
    query ($page: Int, $perPage: Int) {
      allCustomers(page: $page, perPage: $perPage) { ${fields.customers.join(' ')} }
      _allCustomersMeta { count }
    }
  first_page: 0
  total: _allCustomersMeta/count
  types: { joined: timestamp, address: json }
orders:
  query: |
    query ($page: Int, $perPage: Int) { allOrders(page: $page, perPage: $perPage) { ${fields.orders.join(' ')} } }
  first_page: 0
`;

const customer = id => ({
  id: `${id}`,
  name: ['Ada', 'O\'Brien "the" \\ 2nd', 'Łukasz', '役職', '🙂'][id % 5] + id,
  visits: id * 1_000_003 % 2_147_483_647,
  rating: id / 8 + 0.0625,
  active: id % 3 === 0,
  joined: new Date(Date.UTC(2020, 0, id, 3, 4, 5, id)).toISOString(),
  note: id % 4 ? `line one\nline ${id}` : null,
  tags: id % 2 ? ['a', `b${id}`] : [],
  address: { city: `City ${id}`, geo: { lat: id / 4, lon: -id } },
});

const order = id => ({ id: `${id}`, customer_id: `${id % 120 + 1}`, number: `N-${id}`, total: id + 0.5 });

const several = (count, make) => Array.from({ length: count }, (_, index) => make(index + 1));

/** How many rows were held against their records, and what was found; as a proof, the last change is not synced. */
export async function checkGraphql(work, isProof) {
  const records = { customers: several(137, customer), orders: several(400, order) };
  const data = join(work, 'graphql.json');
  writeFileSync(data, JSON.stringify(records));
  const server = await startServer(data);
  const home = join(work, 'graphql');
  const findings = [];
  const run = async (...words) => {
    const { code, said } = await tidemark(home, ...words);
    if (code !== 0) throw new Error(`${words.slice(0, 2).join(' ')}: exit code ${code}\n${said}`);
    return said;
  };
  const compare = async () => findings.push(...await differences(join(home, 'rows.db'), records));

  try {
    await run('source', 'set', 'shop', '--connector', 'graphql', `url=${server.address}`, `queries=${queries}`,
      'page_size=50', 'allow_private_network=true');
    await run('destination', 'set', 'file', '--connector', 'sqlite', `path=${join(home, 'rows.db')}`);
    await run('pipeline', 'set', 'shop', '--source', 'shop', '--destination', 'file', '--tables', '{stream}');
    const said = await run('test', 'shop', '--json');
    if (!said.includes('{"name":"customers","estimated_count":137}')) findings.push(`test tells another count: ${said}`);
    await run('sync', 'shop', '--full');
    await compare();

    records.customers[4].name = 'Changed';
    await server.ask('mutation { updateCustomer(id: "5", name: "Changed") { id } }');
    records.orders.splice(7, 1);
    await server.ask('mutation { removeOrder(id: "8") { id } }');
    if (!isProof) await run('sync', 'shop', '--full');
    await compare();
  } catch (error) {
    findings.push(error.message);
  } finally {
    await server.stop();
  }

  return { rows: records.customers.length + records.orders.length, findings };
}

/** What the rows of a closed database have that the records do not, and the other way round. */
async function differences(file, records) {
  const bytes = readFileSync(file);
  // The journal's mode, twice: nobody writes any more, and what opens the file here keeps no shared memory for a log.
  bytes.fill(1, 18, 20);
  const sqlite = await openSqlite();
  const database = new sqlite.Database(bytes);
  const found = [];
  try {
    for (const [table, expected] of Object.entries(records)) {
      const rows = new Map(rowsOf(database, table).map(row => [row.id, row]));
      for (const record of expected) {
        const row = rows.get(record.id);
        rows.delete(record.id);
        if (!row) found.push(`${table} ${record.id}: no row`);
        else if (!isDeepStrictEqual(JSON.parse(row.raw), record)) found.push(`${table} ${record.id}: raw is ${row.raw}`);
        else for (const field of fields[table]) {
          if (!isDeepStrictEqual(valueOf(row[field], record[field]), record[field]))
            found.push(`${table} ${record.id}: ${field} is ${row[field]}`);
        }
      }

      for (const id of rows.keys()) found.push(`${table} ${id}: no such record`);
    }
  } finally {
    database.close();
  }

  return found;
}

function rowsOf(database, table) {
  const statement = database.prepare(`SELECT * FROM "${table}"`);
  const rows = [];
  while (statement.step()) rows.push(statement.getAsObject());
  statement.free();
  return rows;
}

/** A column's value in the form that the record has it in. */
function valueOf(column, like) {
  if (typeof like === 'boolean') return column === 1;
  if (typeof like === 'object' && like !== null) return JSON.parse(column);
  return /^\d{4}-\d\d-\d\dT/.test(like) ? new Date(column).toISOString() : column;
}

async function startServer(data) {
  const port = await freePort();
  const child = spawn(process.execPath, [program, data, '-h', '127.0.0.1', '-p', `${port}`], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const address = `http://127.0.0.1:${port}/`;
  const server = {
    address,
    async ask(query) {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify({ query }) });
      const { errors } = await answer.json();
      if (errors) throw new Error(`${query}: ${JSON.stringify(errors)}`);
    },
    async stop() {
      child.kill();
      await ended;
    },
  };
  for (const end = Date.now() + patience; ;) {
    try {
      await server.ask('{ __typename }');
      return server;
    } catch (notYet) {
      if (child.exitCode !== null || Date.now() > end) throw new Error('json-graphql-server does not answer', { cause: notYet });
      await new Promise(later => setTimeout(later, 100));
    }
  }
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
