import { join, resolve } from 'node:path';
import {
  BASE_PORT_DEFAULT,
  BASE_PORT_MAX,
  BASE_PORT_MIN,
  isRegion,
  LocalCluster,
  REGIONS,
  ROUND_TRIP_MS_MAX,
  type ClusterStatus,
  type Region,
} from '@tidemark/local-cluster';
import type { SurvivalGoal } from '@tidemark/database';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { firstSteps, statusLines } from '../cluster/cluster-status.js';
import { raiseCluster } from '../cluster/raise-cluster.js';
import { runDemo } from '../cluster/cluster-demo.js';
import { drillLines, runDrill } from '../cluster/drill/run-drill.js';
import type { Run } from '../process/run-command.js';
import type { CommandResult, Surroundings } from '../process/surroundings.js';

/** Every answer of a drill is kept in memory until its end. */
const DRILL_SECONDS_MAX = 600;

interface UpOptions {
  readonly slow: number;
  readonly services: boolean;
  readonly survive: SurvivalGoal;
  readonly basePort: number;
  readonly disk?: true;
}

/** Declares `tidemark cluster up`. `--json`: the status. */
export function clusterUpCommand(command: Command, run: Run): Command {
  return command
    .description('start three regions: a CockroachDB node, an API and a worker in each')
    .option('--slow <ms>', 'additional round-trip time between regions, in ms', roundTrip, 0)
    .option('--no-services', 'start only the nodes, with an empty database')
    .addOption(
      new Option('--survive <what>', 'the failure that the database survives')
        .choices(['zone', 'region'])
        .default('region'),
    )
    .option('--base-port <port>', 'the first of about 40 ports', basePort, BASE_PORT_DEFAULT)
    .option('--disk', 'keep the data in files until `down`, so that a killed node can be restarted with it')
    .action((options: UpOptions) =>
      run(async (at) => {
        const { slow: roundTripMs, services, survive, basePort, disk = false } = options;
        const say = (line: string) => void at.stderr.write(`${line}\n`);
        const status = await raiseCluster(
          {
            ...{ directory: directoryOf(at), roundTripMs, services, survive, basePort, onDisk: disk },
            say,
          },
          at.signal,
        );
        return { json: status, lines: [...statusLines(status), '', ...firstSteps(status)] };
      }),
    );
}

/** Declares `tidemark cluster status`. `--json`: `ClusterStatus` of libs/local-cluster. */
export function clusterStatusCommand(command: Command, run: Run): Command {
  return command
    .description('show every node and service, the delay and the cuts')
    .action(() => run(async (at) => shown(await running(at).status())));
}

/** Declares `tidemark cluster slow MS`. `--json`: the status after it. */
export function clusterSlowCommand(command: Command, run: Run): Command {
  return command
    .description('set the additional round-trip time between regions')
    .argument('<ms>', `milliseconds, 0 to ${ROUND_TRIP_MS_MAX}`, roundTrip)
    .action((ms: number) => run(async (at) => shown(await running(at).slow(ms))));
}

/** Declares `tidemark cluster cut REGION`. `--json`: the status after it. */
export function clusterCutCommand(command: Command, run: Run): Command {
  return ofRegion(
    command.description('block all network traffic between a region and the others'),
    run,
    (cluster, region) => cluster.cut(region),
  );
}

/** Declares `tidemark cluster heal`. `--json`: the status after it. */
export function clusterHealCommand(command: Command, run: Run): Command {
  return command
    .description('unblock all regions; the delay stays')
    .action(() => run(async (at) => shown(await running(at).heal())));
}

/** Declares `tidemark cluster kill REGION`. `--json`: the status after it. */
export function clusterKillCommand(command: Command, run: Run): Command {
  return ofRegion(command.description('kill node, API and worker of a region with SIGKILL'), run, (cluster, region) =>
    cluster.kill(region),
  );
}

/** Declares `tidemark cluster restart REGION`. `--json`: the status after it. */
export function clusterRestartCommand(command: Command, run: Run): Command {
  return command
    .description('start the processes of a region that do not run')
    .argument('<region>', REGIONS.join(', '), region)
    .action((named: Region) =>
      run(async (at) => {
        const cluster = running(at);
        const { onDisk, regions } = await cluster.status();
        const dead = regions.some((each) => each.region === named && each.node.state === 'stopped');
        if (dead && !onDisk) at.stderr.write('the new node is empty; copying to it takes two to three minutes …\n');
        return shown(await cluster.restart(named));
      }),
    );
}

/** Declares `tidemark cluster down`. `--json`: `{ended}`, the number of processes. */
export function clusterDownCommand(command: Command, run: Run): Command {
  return command.description('stop the cluster and delete its data, in any state').action(() =>
    run(async (at) => {
      const ended = await LocalCluster.down(directoryOf(at));
      return { json: { ended }, lines: [ended === 0 ? 'no cluster was running' : `down: ${ended} processes ended`] };
    }),
  );
}

/** Declares `tidemark cluster demo`. `--json`: `{walletId, roundTripMs, steps: [{what, region, ms, roundTrips}]}`. */
export function clusterDemoCommand(command: Command, run: Run): Command {
  return command
    .description('deposit in one region and withdraw in another from the same wallet, with latencies')
    .action(() =>
      run(async (at) => {
        const demo = await runDemo(await running(at).status());
        return { json: demo.json, lines: demo.lines };
      }),
    );
}

/**
 * Declares `tidemark cluster drill`. `--json`: `Drill` of run-drill.ts, with `verdict: {events, lost, doubled, wrong}`, lists of
 * lines.
 */
export function clusterDrillCommand(command: Command, run: Run): Command {
  return command
    .description('kill a region under load, start it again, and compare all answers with the log')
    .argument('[region]', `the region to kill: ${REGIONS.join(', ')}`, region, 'eu-east')
    .option('--seconds <s>', 'seconds of load before the kill, after it, and after the restart', drillSeconds, 10)
    .action((named: Region, { seconds: secondsEach }: { seconds: number }) =>
      run(async (at) => {
        const say = (line: string) => void at.stderr.write(`${line}\n`);
        const drill = await runDrill({ cluster: running(at), region: named, secondsEach, say, signal: at.signal });
        const { lost, doubled, wrong } = drill.verdict;
        return { json: drill, lines: drillLines(drill), found: lost.length + doubled.length + wrong.length > 0 };
      }),
    );
}

function ofRegion(command: Command, run: Run, act: (cluster: LocalCluster, region: Region) => Promise<ClusterStatus>) {
  return command
    .argument('<region>', REGIONS.join(', '), region)
    .action((named: Region) => run(async (at) => shown(await act(running(at), named))));
}

function shown(status: ClusterStatus): CommandResult {
  return { json: status, lines: statusLines(status) };
}

function running(at: Surroundings): LocalCluster {
  return LocalCluster.running(directoryOf(at));
}

function directoryOf({ env, cwd }: Surroundings): string {
  return join(resolve(cwd, env.TIDEMARK_HOME || '.tidemark'), 'cluster');
}

function region(text: string): Region {
  if (isRegion(text)) return text;
  throw new InvalidArgumentError(`The regions are ${REGIONS.join(', ')}.`);
}

const roundTrip = wholeNumber(0, ROUND_TRIP_MS_MAX);
const drillSeconds = wholeNumber(1, DRILL_SECONDS_MAX);
const basePort = wholeNumber(BASE_PORT_MIN, BASE_PORT_MAX);

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,5}$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}
