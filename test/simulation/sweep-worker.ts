import { parentPort } from 'node:worker_threads';
import { sweep } from './sweep.ts';

/** Seeds for one thread: from the first, so many. */
parentPort?.on('message', async ({ from, count }: { readonly from: number; readonly count: number }) => {
  parentPort?.postMessage(await sweep(from, count));
});
