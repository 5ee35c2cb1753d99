import { setTimeout } from 'node:timers/promises';

/** The longest pause after the first try; each further one doubles it. */
const FIRST_MS = 20;
const LONGEST_MS = 500;

/**
 * Waits for a time by chance, so that writers who met once do not meet again.
 * @param tries how often it was tried before, 0 after the first time
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ "full jitter"
 */
export async function pauseWithJitter(tries: number): Promise<void> {
  await setTimeout(Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** tries));
}
