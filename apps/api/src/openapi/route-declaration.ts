import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyContextConfig } from 'fastify';
import type { z } from 'zod';
import { scopesOf } from '../http/authentication.js';
import { ENDPOINT_DOCS, type EndpointDocs } from './endpoint-docs.js';

/** One endpoint as data: all that its description follows from. */
export interface RouteDeclaration {
  readonly method: 'get' | 'post';
  /** As OpenAPI writes it: `/v1/wallets/{walletId}`. */
  readonly path: string;
  /** Scopes of an API key, of which one is enough; none: no key is needed. */
  readonly scopes: readonly string[];
  /** The schemas that validate the parts of the path, by name. */
  readonly params: Readonly<Record<string, z.ZodType>>;
  /** The schema that validates the query; absent: the endpoint takes none. */
  readonly query?: z.ZodType;
  /** The schema that validates the body; absent: the endpoint takes none. */
  readonly body?: z.ZodType;
  readonly docs: EndpointDocs;
}

/** The endpoints of Nest controllers, with the schemas that their parameters are validated by. */
export function declarationsOf(controllers: readonly Type[]): RouteDeclaration[] {
  return controllers.flatMap((controller) =>
    Object.getOwnPropertyNames(controller.prototype).flatMap((name) => declarationOf(controller, name)),
  );
}

function declarationOf(controller: Type, name: string): RouteDeclaration[] {
  const handler = controller.prototype[name] as object;
  const verb: RequestMethod | undefined = Reflect.getMetadata(METHOD_METADATA, handler);
  if (verb === undefined) return [];
  const docs: EndpointDocs | undefined = Reflect.getMetadata(ENDPOINT_DOCS, handler);
  if (!docs) throw new Error(`${controller.name}.${name} is served and not described: it needs @Documented`);
  const path = `/${[controller, handler].map(pathOf).filter(Boolean).join('/')}`;
  const config: FastifyContextConfig = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler) ?? {};
  return [
    {
      method: verb === RequestMethod.POST ? 'post' : 'get',
      path: path.replaceAll(/:(\w+)/g, '{$1}'),
      scopes: scopesOf(config, path),
      ...schemasOf(controller, name),
      ...docs.reads,
      docs,
    },
  ];
}

/** The first of several: it is the one that is described. */
function pathOf(target: object): string {
  const [path] = [Reflect.getMetadata(PATH_METADATA, target) as string | string[]].flat();
  return (path ?? '').replaceAll(/^\/|\/$/g, '');
}

function schemasOf(controller: Type, name: string): Pick<RouteDeclaration, 'params' | 'query' | 'body'> {
  const parameters: Record<string, { data?: string; schema?: z.ZodType }> =
    Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {};
  const ofKind = (kind: RouteParamtypes) =>
    Object.entries(parameters).flatMap(([key, parameter]) => (key.startsWith(`${kind}:`) ? [parameter] : []));
  const [query] = ofKind(RouteParamtypes.QUERY);
  const [body] = ofKind(RouteParamtypes.BODY);
  return {
    params: Object.fromEntries(ofKind(RouteParamtypes.PARAM).map(({ data, schema }) => [data!, schema!])),
    ...(query?.schema && { query: query.schema }),
    ...(body?.schema && { body: body.schema }),
  };
}
