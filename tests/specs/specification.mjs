// One vendor's OpenAPI documents, made ready for a JSON Schema validator.
import { readFileSync } from 'node:fs';
import { parse } from '@stoplight/yaml';
import { Schemas } from './schemas.mjs';

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

export class Specification {
  #operations = [];
  #documents = [];

  constructor(vendor, specs) {
    this.vendor = vendor;
    this.schemas = new Schemas();
    for (const file of vendor.files(specs)) this.#add(parse(readFileSync(file, 'utf8')));
    // The more literal path wins: /v1/things/mine before /v1/things/{id}.
    this.#operations.sort((one, other) => one.placeholders - other.placeholders);
  }

  /** { template } with an operation where path and method are known, else with the reason why there is none. */
  find(method, pathname) {
    if (!pathname.startsWith(`${this.vendor.base}/`)) return { template: pathname, reason: 'path is in no spec' };
    const path = pathname.slice(this.vendor.base.length);
    const candidates = this.#operations.filter(operation => operation.pattern.test(path));
    if (candidates.length === 0) return { template: path, reason: 'path is in no spec' };
    const operation = candidates.find(candidate => candidate.method === method.toLowerCase());
    return operation ?? { template: candidates[0].template, reason: `method ${method} is not in the spec` };
  }

  /** A schema by its name among the components, or undefined. */
  named(name) {
    const document = this.#documents.find(candidate => candidate.components?.schemas?.[name]);
    return document?.components.schemas[name];
  }

  #add(raw) {
    const document = this.schemas.prepare(raw);
    this.#documents.push(document);
    const resolve = node => (node?.$ref ? resolve(this.schemas.at(node.$ref)) : node);
    for (const [template, item] of Object.entries(document.paths)) {
      for (const method of methods.filter(name => item[name])) {
        const raw = item[method];
        const parameters = new Map();
        for (const parameter of [...item.parameters ?? [], ...raw.parameters ?? []].map(resolve))
          parameters.set(`${parameter.in} ${parameter.name.toLowerCase()}`, parameter);
        const literal = part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
        this.#operations.push({
          template,
          method,
          placeholders: template.split('{').length - 1,
          pattern: new RegExp(`^${template.split(/\{[^}]+\}/).map(literal).join('[^/]+')}$`),
          parameters: [...parameters.values()],
          body: resolve(raw.requestBody),
          responses: Object.fromEntries(
            Object.entries(raw.responses).map(([status, response]) => [status, resolve(response)])),
        });
      }
    }
  }
}

/** The entry for a media type, by its name or a wildcard; the key tells how exactly it fits. */
export function contentFor(content, mediaType) {
  const name = mediaType?.split(';')[0].trim().toLowerCase();
  return content[name] ?? content[`${name?.split('/')[0]}/*`] ?? content['*/*'];
}
