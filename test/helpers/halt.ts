import type { Paper } from '../../shared/app/drive.ts';
import { replay } from '../../shared/app/replay.ts';
import type { Step } from '../../shared/core/execution/clock.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { World } from './world.ts';

class Halt extends Error {}

/** Replays a world until a step is done, and leaves the account as it stands then. */
export async function replayUntil(
  paper: Paper,
  world: World,
  kind: Step['kind'],
  atMs: EpochMs,
): Promise<void> {
  const onStep = (step: Step) => {
    if (step.kind === kind && step.atMs === atMs) throw new Halt();
  };
  try {
    await replay(paper, world, { onStep });
  } catch (error) {
    if (error instanceof Halt) return;
    throw error;
  }
  throw new Error(`the replay never came to ${kind} at ${atMs}`);
}
