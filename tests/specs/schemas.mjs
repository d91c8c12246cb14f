// Schemas of OpenAPI 3.0 and 3.1 under one validator. One that does not compile throws: nothing goes quietly unchecked.
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const choices = ['anyOf', 'oneOf'];
const options = { allErrors: true, strict: false, verbose: true, logger: false };

export class Schemas {
  #exact = addFormats(new Ajv2020(options));
  #coercing = addFormats(new Ajv2020({ ...options, coerceTypes: true }));
  #compiled = new Map([[this.#exact, new WeakMap()], [this.#coercing, new WeakMap()]]);
  #withoutChoices = new WeakMap();
  #documents = new Map();

  /** A copy whose schemas are plain JSON Schema, with references that hold wherever they stand. */
  prepare(raw) {
    const key = `spec${this.#documents.size}`;
    const document = translate(structuredClone(raw), key, raw.openapi.startsWith('3.0'));
    this.#documents.set(key, document);
    for (const ajv of this.#compiled.keys()) ajv.addSchema(document, key, undefined, false);
    return document;
  }

  /** What a reference points to. */
  at(reference) {
    const [key, pointer] = reference.split('#');
    const plain = step => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    return pointer.split('/').slice(1).reduce((node, step) => node[plain(step)], this.#documents.get(key));
  }

  /** Violations as [where, what]. Texts count as the numbers they spell when `coerces`, as in a query. */
  check(schema, value, { coerces = false } = {}) {
    return this.#violations(coerces ? this.#coercing : this.#exact, schema, value, '');
  }

  /** Whether a schema says no more than that something is an object. */
  isSilent(schema) {
    return ![...this.#leaves(schema)].some(({ type, properties, ...rest }) =>
      (type && type !== 'object') || Object.keys(properties ?? {}).length > 0
      || rest.items || rest.additionalProperties);
  }

  /** Where a value has properties that no branch of its schema names. Where a schema names none, all are welcome. */
  *unknown(schema, value, at = '') {
    if (value === null || typeof value !== 'object') return;
    const leaves = [...this.#leaves(schema)];
    if (Array.isArray(value)) {
      const items = { anyOf: leaves.map(leaf => leaf.items).filter(Boolean) };
      for (const [index, item] of value.entries()) yield* this.unknown(items, item, `${at}/${index}`);
      return;
    }

    const named = leaves.filter(leaf => Object.keys(leaf.properties ?? {}).length > 0);
    // Where more properties are ruled out, check() says so.
    const isOpen = named.length === 0
      || leaves.some(leaf => leaf.additionalProperties !== undefined || leaf.patternProperties);
    for (const [name, item] of Object.entries(value)) {
      const branches = named.map(leaf => leaf.properties[name]).filter(branch => branch !== undefined);
      if (branches.length > 0) yield* this.unknown({ anyOf: branches }, item, `${at}/${name}`);
      else if (!isOpen) yield [`${at}/${name}`, 'is not in the spec'];
    }
  }

  *#leaves(schema, seen = new Set()) {
    if (!schema || typeof schema !== 'object' || seen.has(schema)) return;
    seen.add(schema);
    yield schema;
    if (schema.$ref) yield* this.#leaves(this.at(schema.$ref), seen);
    for (const name of ['allOf', ...choices])
      for (const branch of schema[name] ?? []) yield* this.#leaves(branch, seen);
  }

  // A value that fits no branch of a choice breaks all of them; what is told is what the nearest branch objects to.
  #violations(ajv, schema, value, at) {
    const validate = this.#compile(ajv, schema);
    if (validate(value)) return [];
    const errors = validate.errors;
    const isUnder = (error, path) => error.instancePath === path || error.instancePath.startsWith(`${path}/`);
    const failed = errors.filter(error => choices.includes(error.keyword));
    const outermost = failed.filter((error, index) =>
      !failed.some((other, place) => place !== index && isUnder(error, other.instancePath)
        && (other.instancePath !== error.instancePath || place > index)));
    const plain = errors.filter(error => !outermost.some(choice => isUnder(error, choice.instancePath)));
    return [
      ...plain.map(error => [at + error.instancePath, say(error)]),
      ...outermost.flatMap(choice => [
        ...this.#violations(ajv, this.#rest(choice.parentSchema), choice.data, at + choice.instancePath),
        ...this.#nearest(ajv, choice, at + choice.instancePath),
      ]),
    ];
  }

  #nearest(ajv, choice, at) {
    if (choice.params.passingSchemas) return [[at, 'fits several of oneOf']];
    const branches = choice.schema.filter(branch => branch.type !== 'null');
    const isOfAnotherKind = found => found.some(([where, what]) => where === at && what.startsWith('must be '));
    const found = branches.map(branch => this.#violations(ajv, branch, choice.data, at));
    found.sort((one, other) => isOfAnotherKind(one) - isOfAnotherKind(other) || one.length - other.length);
    if (found.length === 1 || !isOfAnotherKind(found[0])) return found[0];
    return [[at, `fits none of ${choice.keyword}`]];
  }

  #rest(schema) {
    if (!this.#withoutChoices.has(schema)) {
      const { anyOf, oneOf, ...rest } = schema;
      this.#withoutChoices.set(schema, rest);
    }
    return this.#withoutChoices.get(schema);
  }

  #compile(ajv, schema) {
    const known = this.#compiled.get(ajv);
    if (!known.has(schema)) known.set(schema, ajv.compile(schema));
    return known.get(schema);
  }
}

function say(error) {
  switch (error.keyword) {
    case 'required': return `has no ${error.params.missingProperty}`;
    case 'additionalProperties': return `has ${error.params.additionalProperty}, which the spec forbids`;
    case 'enum': return `must be one of ${error.params.allowedValues.join(', ')}`;
    default: return error.message;
  }
}

function translate(node, key, isOldDialect) {
  if (Array.isArray(node)) return node.map(item => translate(item, key, isOldDialect));
  if (node === null || typeof node !== 'object') return node;
  const result = Object.fromEntries(
    Object.entries(node).map(([name, value]) => [name, translate(value, key, isOldDialect)]));
  if (typeof node.$ref === 'string') result.$ref = key + node.$ref;
  if (!isOldDialect) return result;
  if (typeof node.$ref === 'string') return { $ref: result.$ref }; // 3.0 ignores what stands beside a reference
  for (const [bound, limit] of [['exclusiveMinimum', 'minimum'], ['exclusiveMaximum', 'maximum']]) {
    if (typeof result[bound] !== 'boolean') continue;
    if (result[bound]) result[bound] = result[limit];
    else delete result[bound];
  }

  if (result.nullable !== true) return result;
  // Ajv refuses to compile `nullable` without `type`, and an enumeration that leaves null out forbids it all the same.
  delete result.nullable;
  return { anyOf: [result, { type: 'null' }] };
}
