import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Problem, PROBLEM_MEDIA_TYPE } from '../problems/problem.js';

/** Node's error codes for incomplete requests: https://nodejs.org/api/http.html#event-clienterror */
const PROBLEMS = new Map<string | undefined, Problem>([
  ['HPE_HEADER_OVERFLOW', new Problem('headers_too_large', 'the headers of a request may have 16 KiB')],
  ['ERR_HTTP_REQUEST_TIMEOUT', new Problem('request_timeout', 'the request took too long to arrive')],
]);

const NOT_HTTP = new Problem('bad_request', 'what arrived is not an HTTP/1.1 request');

const CANNOT_EXPECT = new Problem('expectation_failed', 'the only expectation that is met is 100-continue');

/** Answers an `Expect` header that the server cannot fulfil (RFC 9110 §10.1.1). Node would send no body. */
export function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const body = JSON.stringify(CANNOT_EXPECT.toBody());
  const headers = { 'content-type': PROBLEM_MEDIA_TYPE, 'content-length': Buffer.byteLength(body) };
  response.writeHead(CANNOT_EXPECT.status, headers).end(body);
}

/** Answers CONNECT. Node would close the connection without an answer. */
export function refuseTunnel(_request: IncomingMessage, socket: Duplex): void {
  hangUp(socket, new Problem('method_not_allowed', 'this is no proxy', {}, { allow: 'GET, HEAD, POST' }));
}

/** Answers bytes that are no HTTP request, and closes the connection. */
export function answerBrokenHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else hangUp(socket, PROBLEMS.get(error.code) ?? NOT_HTTP);
}

function hangUp(socket: Duplex, problem: Problem): void {
  const body = JSON.stringify(problem.toBody());
  const headers = {
    ...problem.headers,
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join('')}\r\n${body}`);
}
