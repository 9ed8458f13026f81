import { BOTH, type Fault } from '../fault.js';

const RESTARTS = 1;
const COMMANDS_PER_RESTART = 5_000;

export const restartDatabase: Fault = {
  name: 'restart-database',
  when: 'the database server is restarted in the middle of a flush',
  engines: BOTH,
  stage: 'private',
  async strike({ model, note, reached, server, strikes }) {
    const restarts = strikes(RESTARTS, COMMANDS_PER_RESTART);
    for (let i = 1; i <= restarts; i++) {
      await reached(i / (restarts + 1));
      const recovered = model.timeToNextSuccess();
      await server.shutDown();
      await server.start();
      note(`restarted the database; the next command succeeded ${Math.round(await recovered)} ms later`);
    }
  },
};
