import * as z from 'zod';
import { isDecimalText, unitsOf } from '../../shared/core/decimal.ts';
import { type FaultLevel, faultLevels } from './faults.ts';
import type { SimulatorReport } from './report.ts';
import type { KrakenWorld } from './world.ts';

interface ControlCall {
  readonly method: string;
  /** `/simulator/state` */
  readonly path: string;
  readonly body: string;
}

interface Controlled {
  readonly world: KrakenWorld;
  readonly report: () => SimulatorReport;
  readonly hasControl: boolean;
}

interface ControlAnswer {
  readonly status: number;
  readonly body: object;
}

const amount = z.string().refine(isDecimalText, 'a decimal text').transform(unitsOf);
const advanceSchema = z.strictObject({ toMs: z.int().nonnegative() });
const faultsSchema = z.strictObject({
  level: z
    .string()
    .refine((text): text is FaultLevel => Object.hasOwn(faultLevels, text), 'a level of faults'),
});
const depositSchema = z.strictObject({ asset: z.string(), amount });
const ownerSchema = z.strictObject({
  pair: z.string(),
  side: z.enum(['buy', 'sell']),
  type: z.enum(['market', 'limit', 'stop-loss']),
  volume: amount,
  price: amount.optional(),
});

/** What a person, or a test, does to the simulator itself. */
const actions: Readonly<Record<string, (world: KrakenWorld, body: unknown) => object>> = {
  advance(world, body) {
    world.advance(advanceSchema.parse(body).toMs);
    return stateOf(world);
  },
  faults(world, body) {
    world.setLevel(faultsSchema.parse(body).level);
    return stateOf(world);
  },
  deposit(world, body) {
    const { asset, amount: much } = depositSchema.parse(body);
    world.book.deposit(asset, much);
    return {};
  },
  withdraw(world, body) {
    const { asset, amount: much } = depositSchema.parse(body);
    return { isDone: world.book.withdraw(asset, much) };
  },
  owner(world, body) {
    const answer = world.book.ownerOrder({ ...ownerSchema.parse(body), feeIn: 'quote' }, world.nowMs());
    world.look();
    return 'error' in answer ? { error: answer.error } : { txid: answer.order.txid };
  },
};

/** Answers what is asked of the simulator, not of Kraken. */
export function controlAnswer(
  { method, path, body }: ControlCall,
  { world, report, hasControl }: Controlled,
): ControlAnswer {
  const name = path.replace('/simulator/', '');
  if (method === 'GET' && name === 'state') return { status: 200, body: stateOf(world) };
  if (method === 'GET' && name === 'report') return { status: 200, body: report() };
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (method !== 'POST' || action === undefined)
    return problem(
      404,
      `There is no ${method} ${path}: GET state and report, POST ${Object.keys(actions).join(', ')}.`,
    );
  if (!hasControl) return problem(403, 'Start the simulator with --control to move it from outside.');
  return acted(() => action(world, JSON.parse(body)));
}

function acted(act: () => object): ControlAnswer {
  try {
    return { status: 200, body: act() };
  } catch (error) {
    if (error instanceof z.ZodError) return problem(400, z.prettifyError(error));
    if (error instanceof SyntaxError) return problem(400, `The body is no JSON: ${error.message}`);
    throw error;
  }
}

function problem(status: number, error: string): ControlAnswer {
  return { status, body: { error } };
}

/** `nowMs` is true time: that of the exchange is off by what the seed drew. */
function stateOf(world: KrakenWorld): object {
  const { fromMs, toMs } = world.market.span;
  return {
    nowMs: world.trueMs(),
    exchangeMs: world.nowMs(),
    mode: world.book.mode(),
    candlesFromMs: fromMs,
    candlesToMs: toMs,
  };
}
