// Holds each exchange against the spec. A finding is one line; the same line found again is counted.
import { contentFor } from './specification.mjs';
import { queryOf } from './query.mjs';

export async function judge(exchanges, spec, prism, allowed) {
  const result = {
    requests: 0, answers: 0, outside: 0, unspecified: 0, allowed: 0, statuses: new Set(), violations: new Map(),
  };
  const note = (line, exchange) => {
    if (allowed.covers(line)) {
      result.allowed++;
      return;
    }

    const { pathname, search } = exchange.url;
    const seen = result.violations.get(line) ?? { times: 0, example: pathname + search };
    seen.times++;
    result.violations.set(line, seen);
  };

  for (const exchange of exchanges) {
    result.statuses.add(exchange.status);
    const operation = spec.find(exchange.method, exchange.url.pathname);
    const name = `${exchange.method} ${operation.template}`;
    if (operation.reason) {
      result.outside++;
      note(`${name}: ${operation.reason}`, exchange);
      for (const finding of embeddedFindings(exchange, operation, spec))
        note(`${name} ${exchange.status}: ${finding}`, exchange);
      continue;
    }

    result.requests++;
    for (const finding of requestFindings(exchange, operation, spec)) note(`${name} request: ${finding}`, exchange);
    for (const finding of await prism.findings(exchange)) note(`${name} request, says Prism: ${finding}`, exchange);

    const { schema, findings } = answerFindings(exchange, operation, spec);
    if (schema === 'none') result.unspecified++;
    else result.answers++;
    for (const finding of findings) note(`${name} ${exchange.status}: ${finding}`, exchange);
  }

  return { ...result, unused: allowed.unused() };
}

function requestFindings(exchange, operation, { schemas, vendor }) {
  const findings = [];
  const { authorization } = exchange.headers;
  if (authorization === undefined) findings.push('has no Authorization');
  else if (!vendor.authorization.test(authorization)) findings.push('Authorization is of another kind');

  const { values, unknown, repeated } = queryOf(exchange.url.searchParams, operation.parameters);
  findings.push(...unknown.map(name => `query parameter ${name} is not in the spec`));
  findings.push(...repeated.map(name => `query parameter ${name} stands there twice`));
  for (const parameter of operation.parameters) {
    if (!['query', 'header'].includes(parameter.in)) continue; // the path has been matched; its parameters are texts
    const value = parameter.in === 'query' ? values.get(parameter.name)
      : exchange.headers[parameter.name.toLowerCase()];
    const title = `${parameter.in} parameter ${parameter.name}`;
    if (value === undefined && parameter.required) findings.push(`has no ${title}`);
    if (value === undefined || !parameter.schema) continue;
    const found = schemas.check(wrapped(parameter), { value }, { coerces: true });
    findings.push(...found.map(([where, what]) => `${title}${line(where).replace('/value', '')} ${what}`));
  }

  findings.push(...bodyFindings(exchange, operation.body, schemas));
  return findings;
}

const wrappers = new WeakMap();

/** Texts are turned into numbers only below an object. */
function wrapped(parameter) {
  if (!wrappers.has(parameter)) wrappers.set(parameter, { properties: { value: parameter.schema } });
  return wrappers.get(parameter);
}

function bodyFindings(exchange, body, schemas) {
  if (exchange.body === '') return body?.required ? ['has no body'] : [];
  if (!body) return ['has a body, and the spec knows none'];
  const content = contentFor(body.content, exchange.headers['content-type']);
  if (!content) return [`body is ${exchange.headers['content-type']}, which is not in the spec`];
  return content.schema ? valueFindings(schemas, content.schema, JSON.parse(exchange.body), 'body') : [];
}

/** `schema` is 'none' where the spec says nothing of the body. */
function answerFindings(exchange, operation, spec) {
  const { status, answer, answerHeaders } = exchange;
  const { responses } = operation;
  const response = responses[status] ?? responses[`${Math.trunc(status / 100)}XX`] ?? responses.default
    ?? (spec.vendor.refusesIn200 ? responses[200] : undefined);
  if (!response) return { findings: ['status is not in the spec'] };
  if (answer === '') return { findings: hasBody(response, status) ? ['has no body'] : [] };
  if (!hasBody(response, status)) return { schema: 'none', findings: [] };
  const content = contentFor(response.content, answerHeaders['content-type']);
  if (!content) return { findings: [`is ${answerHeaders['content-type']}, which is not in the spec`] };
  const value = parsed(answer);
  if (value === undefined) return { findings: ['is no JSON'] };
  const embedded = embeddedFindings(exchange, operation, spec);
  if (spec.schemas.isSilent(content.schema)) return { schema: 'none', findings: embedded };
  return { findings: [...valueFindings(spec.schemas, content.schema, value, ''), ...embedded] };
}

/** What is wrong with those parts of an answer that the vendor's own entry knows schemas for. */
function embeddedFindings({ status, answer }, { template }, spec) {
  const value = status === 200 ? parsed(answer) : undefined;
  if (value === undefined) return [];
  return [...spec.vendor.embedded(template, value) ?? []].flatMap(([name, part, where]) => {
    const schema = spec.named(name);
    if (!schema) return [`there is no schema ${name}`];
    return valueFindings(spec.schemas, schema, part, `${line(`/${where}`)} as ${name} `);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const hasBody = ({ content = {} }, status) => ![204, 304].includes(status) && Object.keys(content).length > 0;

function valueFindings(schemas, schema, value, prefix) {
  const found = [...schemas.check(schema, value), ...schemas.unknown(schema, value)];
  return found.map(([where, what]) => `${prefix}${line(where) || '/'} ${what}`);
}

/** Places in lists do not matter. */
const line = where => where.replace(/\/\d+(?=\/|$)/g, '/*');
