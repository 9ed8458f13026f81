import { problemTypeAnswer, problemTypesAnswer } from '../problems/problem.schema.js';
import type { EndpointDocs } from './endpoint-docs.js';

export const problemTypes: EndpointDocs = {
  operationId: 'listProblemTypes',
  tag: 'Problems',
  summary: 'All error codes',
  answer: { description: 'Each with what it means and what to do.', schema: problemTypesAnswer },
  problems: [],
};

export const problemType: EndpointDocs = {
  operationId: 'readProblemType',
  tag: 'Problems',
  summary: 'What an error code means',
  description:
    'Where the `type` of a problem leads: what has happened, and what to do. A page for `Accept: text/html`.',
  answer: {
    description: 'What all problems of this code have in common.',
    schema: problemTypeAnswer,
    texts: { 'text/html': '<!doctype html>…' },
    headers: ['Vary'],
  },
  problems: ['problem_not_found', 'not_acceptable'],
};
