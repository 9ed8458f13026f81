import { engines } from '@tidemark/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Patient } from './patient.js';

const WALLETS = 20;
const SECONDS = 4;
const REGIONS = ['west', 'east'];

describe.each(engines)('doctor beside constant writes on $engine', (engine) => {
  let patient: Patient;

  beforeAll(async () => {
    patient = await Patient.create(engine);
  });
  afterAll(() => patient.close());

  it('reports nothing: it does not check events that are written during the examination', async () => {
    const stores = [
      await patient.log.open({ limits: { snapshotEvery: 5 } }),
      await patient.log.open({ limits: { snapshotEvery: 5 } }),
    ];
    const name = (i: number) => `w-${i % WALLETS}`;
    await Promise.all(Array.from({ length: WALLETS }, (_, i) => stores[0]!.openWallet(name(i), undefined, 'west')));
    let writing = true;
    let written = 0;
    const writers = stores.flatMap((store, s) =>
      Array.from({ length: 4 }, async (_, w) => {
        for (let i = s * 7 + w * 3; writing; i++) {
          await store.deposit(name(i), '5.00');
          await store.transfer(name(i), name(i + 1), '2.00');
          await store.withdraw(name(i + 1), '900.00');
          if (i % 10 === 0) await store.openWallet(`new-${s}-${w}-${i}`);
          if (i % 5 === 0) await store.rehome(name(i), REGIONS[(i / 5) % 2]!);
          written += 3;
        }
      }),
    );
    const until = performance.now() + SECONDS * 1_000;
    const seen: number[] = [];
    while (performance.now() < until || seen.length < 3) {
      const { findings, checked } = await patient.examine();
      expect(findings).toEqual([]);
      seen.push(checked.events);
      await patient.examine({ walletId: name(seen.length) }).then(({ findings: ofOne }) => expect(ofOne).toEqual([]));
    }
    writing = false;
    await Promise.all(writers);
    expect(seen.at(-1)).toBeGreaterThan(seen[0]!);
    const { findings, checked } = await patient.examine();
    expect(findings).toEqual([]);
    expect(checked.events).toBeGreaterThan(written / 2);
  });
});
