import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.js';

/** The methods of each path, so that a wrong method gets 405 and not 404. It is used only for requests without a route. */
export class AllowedMethods {
  private readonly routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];

  /** Call before routes are registered. */
  listenTo(instance: FastifyInstance): void {
    instance.addHook('onRoute', ({ url, method }) => {
      if (url.includes('*')) return; // files of the documentation
      const methods = Array.isArray(method) ? method : [method];
      this.routes.push({ pattern: patternOf(url), methods });
    });
  }

  /** 405 where another method would have been right. */
  problemFor({ method, url }: FastifyRequest): Problem | undefined {
    const path = url.split('?', 1)[0]!;
    const allowed = this.routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    if (allowed.length === 0) return undefined;
    const allow = [...new Set(allowed)].sort().join(', ');
    return new Problem('method_not_allowed', `${method} is not allowed here; ${allow} is`, {}, { allow });
  }
}

function patternOf(url: string): RegExp {
  const segments = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll('.', '\\.')));
  return new RegExp(`^${segments.join('/')}/?$`);
}
