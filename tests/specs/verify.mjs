// The whole check: run everything against the stand-ins through recorders, then judge what was recorded; and read a
// GraphQL server that is nobody's stand-in.
import { readFileSync } from 'node:fs';
import { parse } from '@stoplight/yaml';
import { Allowed } from './allowed.mjs';
import { checkGraphql } from './graphql.mjs';
import { judge } from './judge.mjs';
import { PrismOpinion } from './prism.mjs';
import { record } from './record.mjs';
import { report } from './report.mjs';
import { Specification } from './specification.mjs';
import { startSandbox } from './tidemark.mjs';
import { vendors } from './vendors.mjs';

const [work, ...options] = process.argv.slice(2);
const isProof = options.includes('--prove');
const specs = process.env.TIDEMARK_SPECS;
const differences = parse(readFileSync(new URL('./differences.yml', import.meta.url), 'utf8'));

const sandbox = await startSandbox();
const results = [];
try {
  for (const vendor of vendors) {
    const left = !sandbox.vendors[vendor.name] ? 'no stand-in runs'
      : vendor.isMissing(specs) ? 'no spec is there' : null;
    if (left) {
      results.push({ vendor: vendor.name, left });
      continue;
    }

    const spec = new Specification(vendor, specs);
    const { exchanges, failures } = await record(vendor, sandbox, work, isProof);
    const prism = await PrismOpinion.load(vendor, specs);
    const allowed = new Allowed(differences[vendor.name] ?? []);
    results.push({ vendor: vendor.name, failures, ...await judge(exchanges, spec, prism, allowed) });
  }
} finally {
  await sandbox.stop();
}

process.exit(report(results, await checkGraphql(work, isProof), isProof));
