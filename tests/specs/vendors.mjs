// What differs between the vendors: their specs, how a source is pointed at a recorder, and what is changed meanwhile.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const here = address => ({ base_url: address, allow_private_network: true });
const everyKind = { create: 3, update: { count: 4 }, delete: { count: 2 } };

const closeSchemas = {
  'lead': 'Lead', 'contact': 'Contact', 'opportunity': 'Opportunity',
  'activity.call': 'CallActivity', 'activity.email': 'EmailActivity', 'activity.sms': 'SMSActivity',
};

const closeSchema = kind => closeSchemas[kind] ?? (kind.startsWith('activity.') ? 'ActivityBase' : undefined);

class Vendor {
  /** Part of the path that the spec's own paths leave out. */
  base = '';
  /** What the Authorization header must look like: specs do not say it well enough. */
  authorization = /^(Bearer|Basic) \S+$/;
  /** Whether Prism's idea of the Authorization header fits. */
  hasPrismSecurity = true;
  /** Whether the spec knows one answer alone, which holds the errors too. */
  refusesIn200 = false;
  /** Path of a list; its requests are repeated to be refused, and spoiled to prove the check. */
  list;
  /** Settings of further sources, so that other kinds of request are made too. */
  variants = [];
  /** Schemas to hold parts of an answer against that the spec leaves open: [schema name, value, where]. */
  *embedded() { }

  constructor(members) {
    Object.assign(this, members);
  }

  files(specs) {
    const path = join(specs, this.spec);
    if (!this.spec.endsWith('/')) return [path];
    return readdirSync(path).filter(name => name.endsWith('.json')).map(name => join(path, name));
  }

  isMissing(specs) {
    return !existsSync(join(specs, this.spec));
  }
}

export const vendors = [
  new Vendor({
    name: 'stripe',
    spec: 'stripe/subset.2023-08-16.json',
    settings: address => ({ ...here(address), api_key: 'sk_test_tidemark', requests_per_second: 1000 }),
    wrongKey: { api_key: 'sk_test_nobody' },
    mutations: [
      ['customers', everyKind],
      ['products', everyKind],
      ['plans', everyKind],
      ['subscriptions', { create: 3, update: { count: 4 } }],
      ['charges', { create: 3, update: { count: 4 } }],
      ['invoices', { create: 3, update: { count: 4 } }],
    ],
    list: '/v1/customers',
    spoiled: { stream: 'customers', set: { balance: 'abc' }, query: 'created[gte]=yesterday&colour=red' },
    // The spec says of an event's object only that it is one; which one it is, it says itself.
    *embedded(template, answer) {
      if (template !== '/v1/events') return;
      for (const [index, { data: { object } }] of answer.data.entries())
        yield [object.deleted ? `deleted_${object.object}` : object.object, object, `data/${index}/data/object`];
    },
  }),
  new Vendor({
    name: 'close',
    spec: 'close/close-openapi.yml',
    base: '/api/v1',
    settings: address => ({ ...here(address), api_key: 'api_tidemark', requests_per_second: 0 }),
    wrongKey: { api_key: 'api_nobody' },
    mutations: ['leads', 'contacts', 'opportunities', 'activities', 'tasks'].map(stream => [stream, everyKind]),
    list: '/api/v1/opportunity/',
    spoiled: { stream: 'opportunities', set: { confidence: 'abc' }, query: '_limit=many&colour=red' },
    // The spec leaves the answers of the log, of the search and of mixed activities empty, but knows what is in them.
    *embedded(template, answer) {
      const read = {
        '/event/': ({ object_type, data }) => [closeSchema(object_type), data, 'data'],
        '/activity/': record => [closeSchema(`activity.${record._type.toLowerCase()}`), record, ''],
        '/data/search/': ({ __object_type, ...record }) => [closeSchema(__object_type), record, ''],
      }[template];
      if (!read) return;
      for (const [index, entry] of answer.data.entries()) {
        const [name, value, where] = read(entry);
        const isWhole = Object.keys(value ?? {}).length > 1; // else no more than the id was asked for
        if (name && isWhole) yield [name, value, `data/${index}${where && `/${where}`}`];
      }
    },
  }),
  new Vendor({
    name: 'square',
    spec: 'square/api.patched.json',
    refusesIn200: true,
    settings: address => ({ ...here(address), access_token: 'tidemark', requests_per_second: 0 }),
    wrongKey: { access_token: 'nobody' },
    variants: [{ orders_by: 'closed_at', catalog_types: 'TAX', keep_deleted: true }],
    mutations: [
      ['catalog_items', everyKind],
      ['catalog_variations', { update: { count: 4 } }],
      ['catalog_categories', { create: 1, update: { count: 1 } }],
      ['catalog_inventory', { update: { count: 4 } }],
      ['locations', { update: { count: 1 } }],
      ['orders', { create: 3, update: { count: 4 } }],
    ],
    list: '/v2/orders/search',
    spoiled: {
      stream: 'orders', set: { version: 'abc' }, query: 'colour=red', body: '{"limit":"many","colour":"red"}',
    },
  }),
  new Vendor({
    name: 'zoho',
    spec: 'zoho/',
    base: '/crm/v8',
    // The specs declare OAuth alone, which Prism takes for Bearer; Zoho's word for it is another.
    authorization: /^Zoho-oauthtoken \S+$/,
    hasPrismSecurity: false,
    settings: address => ({
      accounts_url: address, allow_private_network: true, token_wait: 1,
      client_id: 'tidemark', client_secret: 'tidemark', refresh_token: 'tidemark',
    }),
    wrongKey: { refresh_token: 'stranger' },
    variants: [{ modules: 'Contacts', criteria: '(Email_Opt_Out:equals:false)' }],
    mutations: ['leads', 'contacts', 'accounts', 'deals'].map(stream => [stream, everyKind]),
    list: '/crm/v8/Contacts',
    spoiled: { stream: 'contacts', set: { id: 17 }, query: 'per_page=many&colour=red' },
  }),
];
