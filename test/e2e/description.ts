import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** Headers of HTTP itself, and of the connection. A description does not name them (OpenAPI 3.1, Response Object). */
const OF_HTTP = new Set(['connection', 'content-length', 'content-type', 'date', 'keep-alive', 'transfer-encoding']);

interface Described {
  readonly headers?: Readonly<Record<string, object>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
type Operation = { readonly responses: Readonly<Record<string, Described & { $ref?: string }>> };

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Described>> };
}

/** A received answer. */
export interface Arrived {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Compares answers with their descriptions in `/openapi.json`. */
export class Description {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly validators = new Map<object, ValidateFunction>();
  private readonly routes: { readonly pattern: RegExp; readonly methods: Readonly<Record<string, Operation>> }[];

  constructor(private readonly document: OpenApi) {
    formats.default(this.ajv);
    this.ajv.addSchema(document, 'openapi.json');
    // Paths with fewer parameters come first, because servers prefer them (OpenAPI 3.1, Paths Object).
    const paths = Object.entries(document.paths).sort(([a], [b]) => a.split('{').length - b.split('{').length);
    this.routes = paths.map(([path, methods]) => ({
      pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      methods,
    }));
  }

  /** @returns the differences between an answer and its description; empty also if the endpoint has no description */
  differences(method: string, path: string, { status, headers, text }: Arrived): string[] {
    const [pathname = ''] = path.split('?');
    const operation = this.routes.find(({ pattern }) => pattern.test(pathname))?.methods[method.toLowerCase()];
    if (!operation) return [];
    const response = this.resolve(operation.responses[status] ?? operation.responses['default']);
    if (!response) return [`the status ${status} is not described`];
    const known = new Set(Object.keys(response.headers ?? {}).map((name) => name.toLowerCase()));
    const unknown = Object.keys(headers).filter((name) => !known.has(name) && !OF_HTTP.has(name));
    return [...unknown.map((name) => `the header ${name} is not described`), ...this.inBody(response, headers, text)];
  }

  private inBody({ content = {} }: Described, headers: Arrived['headers'], text: string): string[] {
    if (text === '') return [];
    const [type = ''] = String(headers['content-type']).split(';');
    const described = content[type];
    if (!described) return [`the content type ${type} is not described`];
    if (!type.endsWith('json')) return [];
    const validate = this.validatorOf(described.schema);
    if (validate(JSON.parse(text))) return [];
    return validate.errors!.map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  private validatorOf(schema: object): ValidateFunction {
    const known = this.validators.get(schema);
    if (known) return known;
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi.json#/')) as object;
    const validate = this.ajv.compile(absolute);
    this.validators.set(schema, validate);
    return validate;
  }

  private resolve(response: (Described & { $ref?: string }) | undefined): Described | undefined {
    if (response?.$ref === undefined) return response;
    return this.document.components.responses[response.$ref.slice('#/components/responses/'.length)];
  }
}
