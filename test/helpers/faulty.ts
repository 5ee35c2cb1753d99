import type { Paper } from '../../shared/app/drive.ts';
import type { Exchange } from '../../shared/ports/exchange.ts';
import { paperOf, type Worker, type World } from './world.ts';

type Call = 'place' | 'find' | 'amend' | 'cancel';

/** What happens to a call to the exchange; `'lost'` throws without effect, `'unheard'` throws after it. */
export type Fault = 'lost' | 'unheard' | { readonly refused: string } | undefined;

/** An answer that did not come. */
export class NoAnswer extends Error {}

/**
 * A paper whose exchange is hard to reach.
 * @param faultOf asked before each call, with how many of its kind there were and the client id that it names
 */
export function faultyPaper(
  world: World,
  worker: Worker,
  faultOf: (call: Call, n: number, id: string) => Fault,
): Paper & { readonly counts: Record<Call, number> } {
  const paper = paperOf(world, worker);
  const { exchange } = paper;
  const counts = { place: 0, find: 0, amend: 0, cancel: 0 };
  const through = async <Result>(call: Call, id: string, work: () => Promise<Result>): Promise<Result> => {
    const fault = faultOf(call, ++counts[call], id);
    if (fault === 'lost') throw new NoAnswer(`${call} ${id}`);
    const result = await work();
    if (fault === 'unheard') throw new NoAnswer(`${call} ${id}`);
    return result;
  };
  const faulty: Exchange = {
    answersAtOnce: exchange.answersAtOnce,
    hasMinimums: exchange.hasMinimums,
    attachesStops: exchange.attachesStops === true,
    permit: (request) => exchange.permit(request),
    place: (request, sending) => {
      const { clientOrderId } = request;
      return through('place', clientOrderId, async () => {
        const fault = faultOf('place', counts.place, clientOrderId);
        if (typeof fault === 'object') return { kind: 'refused', why: fault.refused } as const;
        return exchange.place(request, sending);
      });
    },
    find: (id) => through('find', id, () => exchange.find(id)),
    amend: (order, change) => through('amend', order.clientOrderId, () => exchange.amend(order, change)),
    cancel: (order) => through('cancel', order.clientOrderId, () => exchange.cancel(order)),
  };
  return { ...paper, trader: { ...paper.trader, exchange: faulty }, counts };
}
