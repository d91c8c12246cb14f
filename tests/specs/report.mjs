// The table, and the exit code.
export function report(results, isProof) {
  const columns = ['vendor', 'requests', 'answers', 'no schema', 'outside', 'allowed', 'violations', 'statuses answered'];
  const rows = [];
  let isGood = true;
  for (const { vendor, left, ...result } of results) {
    if (left) {
      rows.push([vendor, left]);
      continue;
    }

    for (const [line, { times, example }] of result.violations) console.log(`${vendor}: ${line}  (${times} times, e.g. ${example.slice(0, 80)})`);
    for (const failure of result.failures) console.log(`${vendor}: ${failure}`);
    for (const line of result.unused) console.log(`${vendor}: nothing needed this line of differences.yml: ${line}`);
    const times = [...result.violations.values()].reduce((sum, violation) => sum + violation.times, 0);
    rows.push([vendor, result.requests, result.answers, result.unspecified, result.outside, result.allowed, times, [...result.statuses].sort().join(' ')]);
    if (isProof) isGood &&= isSeen(vendor, result);
    else isGood &&= times === 0 && result.failures.length === 0 && result.answers > 0;
  }

  console.log('');
  const widths = columns.map((name, place) => Math.max(...[columns, ...rows].filter(row => row.length > 2).map(row => `${row[place]}`.length)));
  const isText = place => place === 0 || place === columns.length - 1;
  for (const row of [columns, ...rows])
    console.log(row.map((cell, place) => isText(place) ? `${cell}`.padEnd(widths[place]) : `${cell}`.padStart(row.length === 2 ? 0 : widths[place])).join('  ').trimEnd());
  return isGood ? 0 : 1;
}

/** Spoiled on purpose: one answer's field, and one request. */
function isSeen(vendor, { violations }) {
  const lines = [...violations.keys()];
  const [answer, request] = [lines.some(line => / 200: .*must be/.test(line)), lines.some(line => / request: /.test(line))];
  console.log(`${vendor}: the wrong answer was ${answer ? 'seen' : 'MISSED'}, the wrong request was ${request ? 'seen' : 'MISSED'}`);
  return answer && request;
}
