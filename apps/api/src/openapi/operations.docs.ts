import { z } from 'zod';
import type { EndpointDocs } from './documented.js';

const status = z.object({ status: z.string() });

export const live: EndpointDocs = {
  tag: 'Operations',
  summary: 'Whether the process lives',
  answer: { description: 'It does.', schema: status },
  open: true,
  problems: [],
};

export const ready: EndpointDocs = {
  tag: 'Operations',
  summary: 'Whether requests can be served',
  answer: { description: 'They can.', schema: status },
  open: true,
  problems: ['not_ready'],
};

export const metrics: EndpointDocs = {
  tag: 'Operations',
  summary: 'Metrics for Prometheus',
  open: true,
  problems: [],
};
