import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Metrics } from '@tidemark/observability';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/operations.docs.js';

@Controller('metrics')
export class MetricsController {
  constructor(@Inject(Metrics) private readonly metrics: Metrics) {}

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Documented(docs.metrics)
  read(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
