import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GetCertificateQuery, GetParkedWalletsQuery, GetProjectionsQuery } from '@tidemark/application/nest';
import { RequiresEither } from '../http/authentication.js';
import { Documented } from '../openapi/endpoint-docs.js';
import * as docs from '../openapi/operations.docs.js';
import { Problem } from '../problems/problem.js';
import {
  projectionOf,
  type CertificateAnswer,
  type ParkedAnswer,
  type ProjectionAnswer,
  type ProjectionsAnswer,
} from './projections.answers.js';
import { requireProjection, generation, parkedQuery, projectionName, type ParkedQuery } from './projections.schemas.js';

/** The state of the projections. Operations are below the path `operations`, so no projection may have that name. */
@Controller('v1/operations/projections')
export class ProjectionsController {
  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  @Get()
  @RequiresEither('read', 'operate')
  @Documented(docs.projections)
  list(): Promise<ProjectionsAnswer> {
    return this.queries.execute(new GetProjectionsQuery());
  }

  @Get(':projection')
  @RequiresEither('read', 'operate')
  @Documented(docs.projection)
  async read(@Param('projection', { schema: projectionName }) name: string): Promise<ProjectionAnswer> {
    requireProjection(name);
    const { projections, shards } = await this.queries.execute(new GetProjectionsQuery());
    return projectionOf(
      projections.find((each) => each.name === name)!,
      shards,
    );
  }

  @Get(':projection/parked')
  @RequiresEither('read', 'operate')
  @Documented(docs.parked)
  async parked(
    @Param('projection', { schema: projectionName }) name: string,
    @Query({ schema: parkedQuery }) { limit }: ParkedQuery,
  ): Promise<ParkedAnswer> {
    requireProjection(name);
    const { entries, more } = await this.queries.execute(new GetParkedWalletsQuery(name, limit));
    return { parked: entries, more };
  }

  @Get(':projection/generations/:generation/certificate')
  @RequiresEither('read', 'operate')
  @Documented(docs.certificate)
  async certificate(
    @Param('projection', { schema: projectionName }) name: string,
    @Param('generation', { schema: generation }) number: string,
  ): Promise<CertificateAnswer> {
    requireProjection(name);
    const found = await this.queries.execute(new GetCertificateQuery(name, number));
    if (found) return found;
    if (found === undefined) throw new Problem('generation_not_found', `${name} has no generation ${number}`);
    const why = 'it is not complete yet, or has followed the log from its start and was never built';
    throw new Problem('certificate_not_found', `generation ${number} of ${name} has no certificate: ${why}`);
  }
}
