import type { Fault } from '../fault.js';

export const killLeaseholder: Fault = {
  name: 'kill-leaseholder',
  when: 'the node that leads the log is killed with -9 under load',
  engines: ['cockroach'],
  stage: 'cluster',
  async strike({ cluster, model, note, owner, reached }) {
    await reached(0.3);
    const region = await cluster.leaderOfTheLog(owner);
    const recovered = model.timeToNextSuccess();
    await cluster.kill(region);
    note(`killed the leaseholder, ${region}; the next command succeeded ${Math.round(await recovered)} ms later`);
    await reached(0.7);
    await cluster.restart(region);
  },
};
