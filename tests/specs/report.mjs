// The table, and the exit code.
const columns = [
  'vendor', 'requests', 'answers', 'no schema', 'outside', 'allowed', 'violations', 'statuses answered',
];

export function report(results, graphql, isProof) {
  const rows = results.map(({ vendor, left, ...result }) => left ? [vendor, left] : [
    vendor, result.requests, result.answers, result.unspecified, result.outside, result.allowed, violationsOf(result),
    [...result.statuses].sort().join(' '),
  ]);
  const checked = results.filter(({ left }) => !left);
  for (const result of checked) tell(result);
  const verdicts = checked.map(result => isProof ? isSeen(result) : isGood(result));
  verdicts.push(isProof ? areStaleRowsSeen(graphql) : areRowsGood(graphql));

  console.log('');
  const table = [columns, ...rows];
  for (const row of table) console.log(row.map((cell, place) => padded(cell, place, row)).join('  ').trimEnd());
  return verdicts.every(Boolean) ? 0 : 1;

  function padded(cell, place, row) {
    const cells = table.filter(other => other.length > 2).map(other => `${other[place]}`);
    const width = Math.max(...cells.map(({ length }) => length));
    const isText = place === 0 || place === columns.length - 1;
    return isText ? `${cell}`.padEnd(width) : `${cell}`.padStart(row.length > 2 ? width : 0);
  }
}

const violationsOf = ({ violations }) => [...violations.values()].reduce((sum, { times }) => sum + times, 0);

const isGood = result => violationsOf(result) === 0 && result.failures.length === 0 && result.answers > 0;

function tell({ vendor, violations, failures, unused }) {
  for (const [line, { times, example }] of violations)
    console.log(`${vendor}: ${line}  (${times} times, e.g. ${example.slice(0, 80)})`);
  for (const failure of failures) console.log(`${vendor}: ${failure}`);
  for (const line of unused) console.log(`${vendor}: nothing needed this line of differences.yml: ${line}`);
}

/** Spoiled on purpose: one answer's field, and one request. */
function isSeen({ vendor, violations }) {
  const lines = [...violations.keys()];
  const hasSeenAnswer = lines.some(line => / 200: .*must be/.test(line));
  const hasSeenRequest = lines.some(line => / request: /.test(line));
  const say = isSeen => isSeen ? 'seen' : 'MISSED';
  console.log(`${vendor}: the wrong answer was ${say(hasSeenAnswer)}, the wrong request was ${say(hasSeenRequest)}`);
  return hasSeenAnswer && hasSeenRequest;
}

function areRowsGood({ rows, findings }) {
  for (const finding of findings) console.log(`json-graphql-server: ${finding}`);
  if (findings.length === 0) console.log(`json-graphql-server: all ${rows} rows are its records, after a change too`);
  return findings.length === 0;
}

/** Changed on purpose and not synced: one record, and one that is gone. */
function areStaleRowsSeen({ findings }) {
  const hasSeen = findings.length === 2 && findings.some(line => / raw is /.test(line))
    && findings.some(line => /no such record$/.test(line));
  for (const finding of hasSeen ? [] : findings) console.log(`json-graphql-server: ${finding}`);
  console.log(`json-graphql-server: the rows that are out of date were ${hasSeen ? 'seen' : 'MISSED'}`);
  return hasSeen;
}
