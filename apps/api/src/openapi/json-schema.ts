import { z } from 'zod';

/**
 * The OpenAPI 3.0 form of an answer. Answers may get more fields some day, so others are not ruled out; what zod adds for
 * its own sake (the range of safe integers, read-only arrays) is left out.
 */
export function jsonSchemaOf(schema: z.ZodType): object {
  const { $schema: _, ...converted } = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      delete jsonSchema.readOnly;
    },
  });
  return converted;
}
