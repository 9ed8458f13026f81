import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { type Certificate, listBuilds } from '@tidemark/rebuilding';
import { ReadModel } from '../read-model/read-model.js';

/** The certificate of one build: undefined where there is no such build, null where it has none (yet). */
export class GetCertificateQuery extends Query<Certificate | null | undefined> {
  constructor(
    readonly projection: string,
    readonly generation: string,
  ) {
    super();
  }
}

@QueryHandler(GetCertificateQuery)
export class GetCertificateHandler implements IQueryHandler<GetCertificateQuery> {
  constructor(@Inject(ReadModel) private readonly readModel: ReadModel) {}

  async execute({ projection, generation }: GetCertificateQuery): Promise<Certificate | null | undefined> {
    const builds = await this.readModel.retrying(() => listBuilds(this.readModel.database, projection));
    const build = builds.find((each) => each.generation === generation);
    if (build === undefined || build.certificate === null) return build && null;
    return JSON.parse(build.certificate) as Certificate;
  }
}
