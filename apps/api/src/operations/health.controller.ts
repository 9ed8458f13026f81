import { Controller, Get, Inject } from '@nestjs/common';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/operations.docs.js';
import { Problem } from '../problems/problem.js';
import { READINESS } from '../tokens.js';

/** What has to be well for requests to be served; each says what is wrong, or nothing. */
export type Readiness = () => Promise<readonly string[]>;

@Controller('health')
export class HealthController {
  constructor(@Inject(READINESS) private readonly readiness: Readiness) {}

  @Get('live')
  @Documented(docs.live)
  live(): object {
    return { status: 'live' };
  }

  @Get('ready')
  @Documented(docs.ready)
  async ready(): Promise<object> {
    const wrong = await this.readiness();
    if (wrong.length > 0) throw new Problem('not_ready', wrong.join('; '));
    return { status: 'ready' };
  }
}
