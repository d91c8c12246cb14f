// What a vendor's connector does in its life, once, with every exchange recorded.
import { join } from 'node:path';
import { startRecorder } from './recorder.mjs';
import { tidemark } from './tidemark.mjs';

export async function record(vendor, sandbox, work, isProof) {
  const recorder = await startRecorder(sandbox.vendors[vendor.name]);
  const home = join(work, vendor.name);
  const failures = [];
  const run = async (title, words, expected = [0]) => {
    const { code, said } = await tidemark(home, ...words);
    if (!expected.includes(code)) failures.push(`${title}: exit code ${code}\n${said}`);
  };

  const save = async (source, settings) => {
    const values = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    await run(`source ${source}`, ['source', 'set', source, '--connector', vendor.name, ...values]);
  };

  try {
    const settings = vendor.settings(recorder.address);
    await save('stranger', { ...settings, ...vendor.wrongKey });
    await run('test with a wrong key', ['test', 'stranger'], [1, 5]);
    await run('destination', ['destination', 'set', 'file', '--connector', 'sqlite', `path=${join(home, 'rows.db')}`]);

    const sources = [{}, ...vendor.variants].map((variant, index) => [`source${index}`, { ...settings, ...variant }]);
    for (const [source, variant] of sources) {
      await save(source, variant);
      await run('pipeline', ['pipeline', 'set', source, '--source', source, '--destination', 'file']);
      await run(`test of ${source}`, ['test', source]);
      await run(`full sync of ${source}`, ['sync', source, '--full']);
      await run(`first merge of ${source}`, ['sync', source]);
    }

    for (const [stream, mutation] of vendor.mutations) await sandbox.tell(`mutate/${vendor.name}/${stream}`, mutation);
    for (const [source] of sources) await run(`incremental sync of ${source}`, ['sync', source]);
    await provoke(vendor, sandbox, recorder);
    if (isProof) await spoil(vendor, sandbox, recorder, run);
  } finally {
    await recorder.stop();
  }

  return { exchanges: recorder.exchanges, failures };
}

/** One of the connector's requests again, once for each kind of refusal. */
async function provoke(vendor, sandbox, recorder) {
  const { method, url, headers, body } = lastOf(recorder, vendor.list);
  for (const status of [400, 401, 403, 404, 429, 500]) {
    await sandbox.tell(`faults/${vendor.name}`, { fault: 'status', status, path: vendor.list });
    await send(recorder, url.pathname + url.search, method, headers, body);
  }
}

/** An answer of the wrong type, and a request that the vendor would refuse, sent with the connector's own headers. */
async function spoil(vendor, sandbox, recorder, run) {
  const { stream, set, query, body } = vendor.spoiled;
  await sandbox.tell(`mutate/${vendor.name}/${stream}`, { update: { count: 1, set } });
  await run('sync of a spoiled record', ['sync', 'source0', '--full'], [0, 1, 3]);
  const model = lastOf(recorder, vendor.list);
  await send(recorder, `${vendor.list}?${query}`, model.method, model.headers, body ?? model.body);
}

const lastOf = ({ exchanges }, path) =>
  exchanges.findLast(({ status, url }) => status === 200 && url.pathname === path);

// fetch() sets these itself.
const ofTransport = ['host', 'connection', 'content-length', 'accept-encoding'];

async function send(recorder, path, method, recorded, body) {
  const headers = Object.fromEntries(Object.entries(recorded).filter(([name]) => !ofTransport.includes(name)));
  const answer = await fetch(new URL(path, recorder.address), { method, headers, body: body || undefined });
  await answer.arrayBuffer();
}
