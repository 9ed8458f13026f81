import { BOTH, type Fault } from '../fault.js';

const KILLS = 2;

export const killApi: Fault = {
  name: 'kill-api',
  when: 'an API process is killed with -9 under load',
  engines: BOTH,
  stage: 'shared',
  async strike({ apis, model, note, random, reached }) {
    for (let i = 1; i <= KILLS; i++) {
      await reached(i / (KILLS + 1));
      const victim = random.pick(apis);
      await victim.kill();
      const recovered = model.timeToNextSuccess();
      await victim.untilItAnswers();
      note(`killed an API; the next command succeeded ${Math.round(await recovered)} ms later`);
    }
  },
};
