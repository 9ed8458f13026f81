import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dockerAnswers } from './docker.js';

async function daemon(answer: RequestListener): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tidemark-docker-'));
  const server = createServer(answer).listen(join(directory, 'docker.sock'));
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(directory, { recursive: true });
  });
  return `unix://${join(directory, 'docker.sock')}`;
}

describe('dockerAnswers', () => {
  it('believes a daemon that answers', async () => {
    const asked: (string | undefined)[] = [];
    const DOCKER_HOST = await daemon((request, response) => {
      asked.push(request.url);
      response.end('OK');
    });
    expect(await dockerAnswers({ DOCKER_HOST })).toBe(true);
    expect(asked).toEqual(['/_ping']);
  });

  it('does not believe an error, a closed door, or a silent one', async () => {
    const failing = await daemon((_request, response) => void response.writeHead(500).end());
    const silent = await daemon(() => undefined);
    const began = performance.now();
    const answers = await Promise.all(
      [failing, silent, 'unix:///nowhere/docker.sock', 'tcp://127.0.0.1:1'].map((host) =>
        dockerAnswers({ DOCKER_HOST: host }),
      ),
    );
    expect(answers).toEqual([false, false, false, false]);
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
