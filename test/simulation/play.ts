import { openAccount } from '../../shared/app/account.ts';
import { readItem } from '../../shared/app/items.ts';
import type { LiveHooks, LiveLoop } from '../../shared/app/live-loop.ts';
import { unitsOfNumber } from '../../shared/core/decimal.ts';
import { AppError } from '../../shared/core/errors.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { Action } from '../../shared/ports/state-store.ts';
import type { KrakenBook } from '../kraken-simulator/book.ts';
import { type Chance, noChance } from './chance.ts';
import { run } from './drive.ts';
import { connect } from './exchange.ts';
import { exchangeChecks } from './exchange-checks.ts';
import { storeOf } from './faulty-store.ts';
import { ledgerChecks } from './ledger-checks.ts';
import { feedOf, type Market } from './market.ts';
import type { MemoryStore } from './memory-store.ts';
import { orderChecks } from './order-checks.ts';
import { type Person, personOf } from './person.ts';
import { instantProcess, type Machine, type Process, pauseMsOf, processOf } from './process.ts';
import { runAgain } from './run-again.ts';
import type { Span } from './schedule.ts';
import { ACCOUNT, CAPITAL, configOf, SOURCE, TICK_MS, traderTerms } from './setup.ts';
import { venueOf } from './venue.ts';
import type { VirtualTime } from './virtual-time.ts';
import { watchChecks } from './watch-checks.ts';
import type { OnOrder, Venue } from './wire.ts';

/** What a world is made of. */
export interface Stage {
  readonly span: Span;
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly book: KrakenBook;
  readonly store: MemoryStore;
  readonly market: Market;
  readonly key: { readonly isRefused: boolean };
  readonly foreign: ReadonlyMap<string, EpochMs>;
  readonly trace: (line: () => string) => void;
}

/** The traders of a world, and those who look on. */
export interface Play {
  readonly person: Person;
  /** Makes the account and lets the person allow entries. */
  begin(): Promise<void>;
  /** A schedule wakes a run on a machine. */
  wake(machine: Machine): void;
  /** @throws Violation or whatever a run should not have thrown */
  afterStep(): void;
  end(): void;
  runs(): number;
}

const AGAIN_SHARE = 0.08;

export function playOf(stage: Stage): Play {
  const { time, chance, book, store, span } = stage;
  const config = configOf(chance);
  const terms = traderTerms(config, chance);
  const orders = orderChecks();
  const exchange = exchangeChecks({ book, store, config, isOurs: orders.isOurs });
  const ledger = ledgerChecks({ store, book, config });
  const watched = watchChecks({ ...stage, config, exchange, ledger });
  const person = personOf(store, stage);
  const venue: Venue = {
    ...stage,
    nonces: { drawn: 0, seen: 0 },
    lateTrades: new Map(),
    on: onOrder({ chance, orders, exchange }),
  };
  const marks = { count: 0, pauseAt: chance.whole(1, 4) };
  const failures: unknown[] = [];
  const committed = (actions: readonly Action[], by: Process) => {
    ledger.committed(actions, orders.committed(actions), by.name);
    for (const symbol of actions.flatMap(endedOf)) exchange.leftBehind(symbol, ledger.booked(symbol));
  };
  const feed = feedOf(stage.market, time.nowMs, () => candleLagMs(chance));
  let count = 0;
  const traderOn = (process: Process, venue: Venue): LiveLoop['trader'] => {
    const { chance } = venue;
    const connected = connect(venue, process);
    return {
      ...terms,
      store: storeOf(store, process, {
        chance,
        marks,
        on: { before: worstMoment(chance, person), committed },
      }),
      owner: process.name,
      wallMs: process.clockMs,
      feed,
      exchange: connected,
      live: { exchange: connected, venue: venueOf(venue, process), waitMs: (ms) => waited(process, ms) },
    };
  };
  const begun = async (process: Process) => {
    const troubles = chance.happened.length;
    const begunMs = time.nowMs();
    const ended = await endOf(run(traderOn(process, venue), telling(stage, process)));
    stage.trace(
      () =>
        `${process.name} ended: ${ended instanceof AppError ? `${ended.code}: ${ended.message}` : 'done'}`,
    );
    const isFailed = ended instanceof AppError;
    const isClean = troubles === chance.happened.length && book.mode() === 'online' && !isFailed;
    if (isClean) await watched.ended({ begunMs, nowMs: time.nowMs() });
    else watched.disturbed();
    if (isClean && chance.happens('run again', AGAIN_SHARE)) time.after(1, () => again(process.machine));
  };
  const again = (machine: Machine) => {
    const process = instantProcess(`${machine.name}${++count}`, machine, stage);
    const trader = traderOn(process, { ...venue, chance: noChance(chance) });
    stage.trace(() => `${process.name} runs three times in a moment`);
    runAgain(() => endOf(run(trader, {})), stage).catch((error) => failures.push(error));
  };
  return {
    person,
    async begin() {
      await openAccount(store, {
        account: ACCOUNT,
        source: SOURCE,
        capital: unitsOfNumber(CAPITAL),
        createdMs: Math.floor(span.startMs / TICK_MS) * TICK_MS,
      });
      await person.reset('manual');
    },
    wake(machine) {
      const process = processOf(`${machine.name}${++count}`, machine, stage);
      stage.trace(
        () =>
          `${process.name} wakes${machine.offsetMs > 999 || machine.offsetMs < -999 ? `, clock off by ${Math.round(machine.offsetMs)} ms` : ''}`,
      );
      begun(process).catch((error) => failures.push(error));
    },
    afterStep() {
      exchange.executed();
      if (failures.length > 0) throw failures[0];
    },
    end: () => watched.settled(time.nowMs()),
    runs: () => count,
  };
}

/** What a run tells as it goes on. */
function telling({ trace }: Stage, { name }: Process): LiveHooks {
  return {
    onDecisions(records) {
      for (const { symbol, action, codes } of records)
        if (action !== 'WAIT' || codes.length > 0)
          trace(() => `${name} decides ${symbol}: ${action} ${codes.join(' ')}`);
    },
    onOrphans: (orphans) =>
      trace(
        () =>
          `${name} finds ${orphans.map(({ clientOrderId }) => clientOrderId.slice(0, 4)).join(', ')}, which the books do not know`,
      ),
    onShortfalls: (short) =>
      trace(
        () =>
          `${name} lacks ${short.map(({ currency, booked, held }) => `${currency}: ${held} of ${booked}`).join(', ')}`,
      ),
  };
}

/** What passes by itself: the next watch carries on. */
const passing: readonly string[] = [
  'account-busy',
  'clock-behind',
  'exchange-misconfigured',
  'exchange-throttled',
  'exchange-unavailable',
  'not-ready',
  'source-unavailable',
  'state-contended',
  'state-unavailable',
];

/** An operating error that passes is an end like another; a violation or a bug is not. */
async function endOf<Result>(work: Promise<Result>): Promise<Result | AppError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError && passing.includes(error.code)) return error;
    throw error;
  }
}

function onOrder(world: {
  readonly chance: Chance;
  readonly orders: ReturnType<typeof orderChecks>;
  readonly exchange: ReturnType<typeof exchangeChecks>;
}): OnOrder {
  const { chance, orders, exchange } = world;
  let answers = 0;
  const pauseAt = chance.whole(1, 4);
  return {
    sending: orders.sending,
    refused: orders.refused,
    accepted: exchange.accepted,
    answering(process) {
      const share = ++answers === pauseAt ? 1 : 0.03;
      if (chance.happens('pause between send and record', share)) process.pause(pauseMsOf(chance));
    },
  };
}

/** Just before a transaction reserves an entry, a person forbids it. */
function worstMoment(chance: Chance, person: Person): (actions: readonly Action[]) => void {
  return (actions) => {
    const isEntry = actions.some(
      (action) =>
        action.kind === 'put' &&
        action.sk.startsWith('ORDER#') &&
        action.expect === 'absent' &&
        action.body['purpose'] === 'entry' &&
        action.pk.startsWith('ACCOUNT#'),
    );
    if (!isEntry || !chance.happens('trip in the worst moment', 0.15)) return;
    person.tripNow(chance.pick(['manual', 'portfolio', 'losses', 'asset:BTC-USD', 'asset:ETH-USD']));
  };
}

/** The symbol of a position that ends. */
function endedOf(action: Action): readonly string[] {
  if (action.kind !== 'put' || !action.pk.startsWith('HISTORY#') || !action.sk.startsWith('POSITION#'))
    return [];
  return [readItem('position', { ...action, version: 1 }).plan.symbol];
}

function candleLagMs(chance: Chance): number {
  return chance.happens('candle late', 0.01) ? chance.between(3_000, 120_000) : 0;
}

async function waited(process: Process, ms: number): Promise<void> {
  if (ms > 0) await process.call({ outMs: ms, backMs: 0, arrive: () => undefined });
}
