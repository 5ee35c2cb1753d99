import { createRequire, syncBuiltinESMExports } from 'node:module';
import * as z from 'zod';

// Loaded before a program (`node --import`), this gives it the time of a simulated Kraken: the clock of its machine is the
// simulator's, and to wait is to let the simulator go on. What the program does itself takes a fiftieth of its time, so
// that a busy machine does not make its clock run ahead of the exchange's.

const stateSchema = z.looseObject({ nowMs: z.number() });
const baseUrl = process.env['SIMULATOR_URL'] ?? '';
/** A shorter wait lets something else of the program go on first. */
const WAIT_MS_MIN = 5;
const SLOWER = 50;

async function ask(path: string, init: RequestInit = {}): Promise<number> {
  const reply = await fetch(`${baseUrl}/simulator/${path}`, init);
  return stateSchema.parse(await reply.json()).nowMs;
}

let known = { simulatedMs: await ask('state'), atMs: performance.now() };

const RealDate = Date;
const nowMs = () => Math.floor(known.simulatedMs + (performance.now() - known.atMs) / SLOWER);

globalThis.Date = new Proxy(RealDate, {
  construct: (target, words: []) => Reflect.construct(target, words.length === 0 ? [nowMs()] : words),
  get: (target, name) => (name === 'now' ? nowMs : Reflect.get(target, name)),
});

type Sleep = (ms?: number, value?: unknown, options?: { readonly signal?: AbortSignal }) => Promise<unknown>;
const timers: { setTimeout: Sleep } = createRequire(import.meta.url)('node:timers/promises');
const realSleep = timers.setTimeout;

timers.setTimeout = async (ms = 0, value, options) => {
  if (ms < WAIT_MS_MIN) return realSleep(ms, value, options);
  if (options?.signal?.aborted) throw options.signal.reason;
  const simulatedMs = await ask('advance', {
    method: 'POST',
    body: JSON.stringify({ toMs: Math.ceil(nowMs() + ms) }),
  });
  known = { simulatedMs, atMs: performance.now() };
  // Signals that came meanwhile are heard.
  await realSleep(0);
  return value;
};
syncBuiltinESMExports();
