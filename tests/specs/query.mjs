// Query strings as OpenAPI describes them: single values, lists (a=1&a=2, a=1,2, a[]=1) and objects (a[from]=1).

/** Values by parameter, and the names that no parameter has. */
export function queryOf(search, parameters) {
  const ofQuery = parameters.filter(parameter => parameter.in === 'query');
  const known = new Map(ofQuery.map(parameter => [parameter.name, parameter]));
  const [values, unknown, repeated] = [new Map(), new Set(), new Set()];
  for (const [name, text] of search) {
    const [, stem, inner] = /^([^[]+)\[([^\]]*)\]$/.exec(name) ?? [];
    if (known.has(name)) put(known.get(name), text);
    else if (known.get(stem)?.style === 'deepObject') putInner(stem, inner, text);
    else unknown.add(name);
  }

  return { values, unknown: [...unknown], repeated: [...repeated] };

  function put(parameter, text) {
    const { name, explode, style = 'form' } = parameter;
    if (!takesList(parameter)) {
      if (values.has(name)) repeated.add(name);
      values.set(name, text);
    } else {
      const pieces = explode === false && style === 'form' ? text.split(',') : [text];
      values.set(name, [...values.get(name) ?? [], ...pieces]);
    }
  }

  function putInner(stem, inner, text) {
    if (inner === '' || /^\d+$/.test(inner)) {
      values.set(stem, [...values.get(stem) ?? [], text]);
      return;
    }

    const object = values.get(stem) ?? {};
    if (inner in object) repeated.add(`${stem}[${inner}]`);
    values.set(stem, { ...object, [inner]: text });
  }
}

const isList = schema => [schema?.type].flat().includes('array');
const takesList = ({ schema }) => isList(schema) || schema?.anyOf?.some(isList);
