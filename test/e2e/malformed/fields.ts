/** A place for a value of the caller in the OpenAPI document, and a function that makes a request with a value there. */
export interface Field {
  /** `POST /v1/transfers legs.0.amount`, for test titles. */
  readonly name: string;
  readonly place: 'path' | 'query' | 'body';
  readonly type: 'text' | 'key' | 'number';
  /** The request with this value in the field, and otherwise only required fields. */
  readonly request: (value: unknown) => { method: string; path: string; body?: object };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the OpenAPI document of the tested API
type Json = any;

/** Valid values for the parameters in paths. */
const PATH_VALUES: Record<string, string> = {
  walletId: 'w',
  projection: 'balances',
  generation: '1',
  operationId: '00000000-0000-4000-8000-000000000000',
  name: 'world',
};

export function fieldsOf(document: Json): Field[] {
  return Object.entries<Json>(document.paths).flatMap(([path, operations]) =>
    Object.entries<Json>(operations).flatMap(([method, operation]) =>
      fieldsOfOperation(document, path, method, operation),
    ),
  );
}

/** Every schema of a number in a request, with the name of its field. */
export function numbersOf(document: Json): [string, Json][] {
  return Object.entries<Json>(document.paths).flatMap(([path, operations]) =>
    Object.entries<Json>(operations).flatMap(([method, { parameters = [], requestBody }]) => {
      const schemas = [
        ...parameters.map(({ schema }: Json) => schema),
        requestBody?.content['application/json']?.schema,
      ];
      return schemas.flatMap((schema) =>
        numbersIn(document, schema).map((each) => [`${method} ${path}`, each] as [string, Json]),
      );
    }),
  );
}

function numbersIn(document: Json, schema: Json): Json[] {
  const { type, properties = {}, items, additionalProperties, anyOf = [], oneOf = [] } = resolved(document, schema);
  const inner = [...Object.values<Json>(properties), items, additionalProperties, ...anyOf, ...oneOf];
  const own = type === 'number' || type === 'integer' ? [schema] : [];
  return [...own, ...inner.filter((each) => typeof each === 'object').flatMap((each) => numbersIn(document, each))];
}

function fieldsOfOperation(document: Json, path: string, method: string, operation: Json): Field[] {
  const { parameters = [], requestBody } = operation;
  const named = (where: string) =>
    (parameters as Json[]).filter((each) => each.in === where).map(({ name }): string => name);
  const filled = (values: Record<string, string>) =>
    path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? 'x'));
  const at = (value: unknown) => encodeURIComponent(String(value));
  const title = `${method.toUpperCase()} ${path}`;
  const field = (name: string, place: Field['place'], type: Field['type'], request: Field['request']): Field => {
    return { name: `${title}: ${name}`, place, type, request };
  };
  const base = { method: method.toUpperCase(), path: filled(PATH_VALUES) };
  /** Query parameters that a request must have. */
  const needed = (parameters as Json[])
    .filter((each) => each.in === 'query' && each.required)
    .map(({ name, schema }): [string, string] => [name, at(exampleOf(document, schema))]);
  const body = requestBody?.content['application/json']?.schema;
  return [
    ...named('path').map((name) =>
      field(name, 'path', 'text', (value) => ({ ...base, path: filled({ ...PATH_VALUES, [name]: String(value) }) })),
    ),
    ...named('query').map((name) =>
      field(name, 'query', 'text', (value) => {
        const query = [...needed.filter(([other]) => other !== name), [name, at(value)]];
        return { ...base, path: `${base.path}?${query.map((pair) => pair.join('=')).join('&')}` };
      }),
    ),
    ...(body ? placesIn(document, body) : []).map(({ path: where, type, put }) =>
      field(where, 'body', type, (value) => ({ ...base, body: put(value) as object })),
    ),
  ];
}

interface Place {
  readonly path: string;
  readonly type: Field['type'];
  readonly put: (value: unknown) => unknown;
}

/** The leaves of a schema. Each has a function that makes the smallest value with this leaf. */
function placesIn(document: Json, schema: Json): Place[] {
  const { type, properties, items, additionalProperties, anyOf, oneOf } = resolved(document, schema);
  const alternatives = anyOf ?? oneOf;
  if (alternatives) return alternatives.flatMap((each: Json) => placesIn(document, each));
  if (type === 'string') return [{ path: '', type: 'text', put: (value) => value }];
  if (type === 'number' || type === 'integer') return [{ path: '', type: 'number', put: (value) => value }];
  if (type === 'array') return below('0', placesIn(document, items), (value) => [value]);
  const inProperties = Object.entries<Json>(properties ?? {}).flatMap(([name, each]) => {
    const rest = () => requiredOf(document, schema);
    return below(name, placesIn(document, each), (value) => ({ ...rest(), [name]: value }));
  });
  if (typeof additionalProperties !== 'object') return inProperties;
  const key: Place = { path: 'a key', type: 'key', put: (value) => ({ [String(value)]: 'x' }) };
  return [...inProperties, key, ...below('x', placesIn(document, additionalProperties), (value) => ({ x: value }))];
}

function below(name: string, places: readonly Place[], wrap: (value: unknown) => unknown): Place[] {
  return places.map(({ path, type, put }) => ({
    ...{ type, put: (value: unknown) => wrap(put(value)) },
    path: path === '' ? name : `${name}.${path}`,
  }));
}

/** The example of each required property. */
function requiredOf(document: Json, schema: Json): Record<string, unknown> {
  const { properties = {}, required = [] } = resolved(document, schema);
  return Object.fromEntries(required.map((name: string) => [name, exampleOf(document, properties[name])]));
}

function exampleOf(document: Json, schema: Json): unknown {
  const { example, examples, type, items } = resolved(document, schema);
  if (type === 'array') return [requiredOf(document, items)];
  return example ?? examples?.[0];
}

function resolved(document: Json, schema: Json): Json {
  const [, name] = /^#\/components\/schemas\/(.+)$/.exec(schema?.$ref ?? '') ?? [];
  return name === undefined ? (schema ?? {}) : document.components.schemas[name];
}
