import { BOTH, type Fault } from '../fault.js';

const KILLS = 1;
const COMMANDS_PER_KILL = 4_000;

export const killApi: Fault = {
  name: 'kill-api',
  when: 'an API process is killed with -9 under load',
  engines: BOTH,
  stage: 'shared',
  async strike({ apis, model, note, random, reached, strikes }) {
    const kills = strikes(KILLS, COMMANDS_PER_KILL);
    for (let i = 1; i <= kills; i++) {
      await reached(i / (kills + 1));
      const victim = random.pick(apis);
      await victim.kill();
      const recovered = model.timeToNextSuccess();
      await victim.untilItAnswers();
      note(`killed an API; the next command succeeded ${Math.round(await recovered)} ms later`);
    }
  },
};
