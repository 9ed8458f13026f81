import type { Fault } from '../fault.js';

const KILLS = 1;
const COMMANDS_PER_KILL = 3_000;

export const killLeaseholder: Fault = {
  name: 'kill-leaseholder',
  when: 'the leaseholder of the log is killed with -9 under load',
  engines: ['cockroach'],
  stage: 'cluster',
  share: 0.15,
  async strike({ cluster, model, note, owner, reached, spread, strikes }) {
    const kills = strikes(KILLS, COMMANDS_PER_KILL);
    for (let i = 0; i < kills; i++) {
      await reached((i + 0.3) / kills);
      const region = await cluster.leaderOfTheLog(owner);
      await cluster.kill(region);
      const recovered = model.timeToNextSuccess(spread ? region : undefined);
      const after = Math.round(await recovered);
      note(`killed the leaseholder, ${region}; the next command on a wallet of its succeeded ${after} ms later`);
      await reached((i + 0.7) / kills);
      await cluster.restart(region);
    }
  },
};
