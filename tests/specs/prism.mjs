// A second opinion on requests, from Prism. It judges no answers: where it cannot compile a schema it says nothing, and
// it can compile no answer of Stripe's (docs/contract-checks.md). Nor does it mind unknown parameters of a query.
import { createInstance, getHttpOperationsFromSpec } from '@stoplight/prism-http';
import { parse as parseQuery } from 'node:querystring';

const silent = { child: () => silent, trace() { }, debug() { }, info() { }, success() { }, warn() { }, error() { } };

export class PrismOpinion {
  static async load(vendor, specs) {
    const operations = [];
    for (const file of vendor.files(specs)) operations.push(...await getHttpOperationsFromSpec(file));
    return new PrismOpinion(vendor, operations);
  }

  constructor(vendor, operations) {
    this.vendor = vendor;
    this.operations = operations;
    // Nothing is forwarded: the vendor has answered already.
    const nothing = { statusCode: 200, headers: {}, body: undefined };
    const forward = () => () => async () => ({ _tag: 'Right', right: nothing });
    const config = {
      isProxy: true, upstream: new URL('http://vendor'), errors: false,
      checkSecurity: vendor.hasPrismSecurity, validateRequest: true, validateResponse: false,
    };
    this.prism = createInstance(config, { logger: silent, forward });
  }

  async findings({ method, url, headers, body }) {
    const path = url.pathname.slice(this.vendor.base.length);
    const input = {
      method: method.toLowerCase(),
      url: { path, query: parseQuery(url.search.slice(1)) },
      headers,
      body: headers['content-type']?.includes('json') && body !== '' ? JSON.parse(body) : body || undefined,
    };
    const opinion = await this.prism.request(input, this.operations)();
    if (opinion._tag === 'Left') return [opinion.left.detail ?? opinion.left.message];
    return opinion.right.validations.input.map(({ message }) => message);
  }
}
