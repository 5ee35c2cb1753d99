import { Agent } from 'node:https';
import { DeleteItemCommand, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { dynamoStateStore } from '../../shared/adapters/dynamodb/state-store.ts';
import { type Kept, readResults } from '../../shared/app/results.ts';
import { DAY_MS, type EpochMs } from '../../shared/core/market/timeframes.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { type Called, type CallOptions, callApi } from './api.ts';
import { type Cdk, cdkOn } from './cdk.ts';
import { type Emulator, type EmulatorOptions, REGION, startEmulator } from './emulator.ts';
import { BTC_ENTRY_MS, type LiveKraken, liveKraken } from './kraken.ts';
import type { End } from './preload.ts';

/** The account of every environment on paper. */
export const ACCOUNT_ID = 'paper-kraken';

/** How an invocation ended. */
interface Ended {
  readonly outcome?: string;
  /** What the function threw. */
  readonly error?: string;
}

/** What was deployed, by the names of its outputs. */
interface Outputs {
  readonly StateTableName: string;
  readonly CandleBucketName: string;
  readonly TradeTickName: string;
  readonly OrderWatchName: string;
  readonly DeadLetterQueueUrl: string;
  readonly ApiUrl: string;
  readonly AlarmTopicArn: string;
}

/** The deployed application, the market that it sees, and the clock that it lives by. */
export interface Slice {
  readonly emulator: Emulator;
  readonly kraken: LiveKraken;
  readonly cdk: Cdk;
  readonly outputs: Outputs;
  readonly store: StateStore;
  /** `-c` words of every call of the CDK. */
  readonly words: readonly string[];
  /** Moves the present of Kraken and of every function; from there it goes on. Ends hold from then on. */
  moveTo(nowMs: EpochMs, ...ends: readonly End[]): void;
  nowMs(): EpochMs;
  tick(at: EpochMs): Promise<Ended>;
  watch(): Promise<Ended>;
  /** Hands an event over as a schedule does: nobody waits for its end. */
  leave(functionName: string, event: object): Promise<void>;
  call(route: string, options?: CallOptions): Promise<Called>;
  /**
   * The first day: no item, no candle, nothing in the memory of functions, and a Kraken that answers and moves as it
   * always does.
   */
  wipe(): Promise<void>;
  /** Another first day among the same candles: only no item. */
  forget(): Promise<void>;
  /** Every item there is, in the order of its keys. */
  items(): Promise<readonly string[]>;
  results(): Promise<Kept>;
  close(): Promise<void>;
}

const DEV = ['-c', 'env=dev'];

/** What every client of the tests is made with: nothing of it comes from the person's environment. */
export const clientOf = ({ endpoint, certificate }: Pick<Emulator, 'endpoint' | 'certificate'>) => ({
  endpoint,
  ...(certificate !== undefined && { requestHandler: { httpsAgent: new Agent({ ca: certificate }) } }),
  region: REGION,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/** Starts an emulator and a Kraken, and deploys the application there, with its schedules off. */
export async function deploySlice(options: EmulatorOptions = {}): Promise<Slice> {
  let offsetMs = 0;
  const nowMs = () => Date.now() + offsetMs;
  const [emulator, kraken] = await Promise.all([startEmulator(options), liveKraken(nowMs)]);
  const moveTo: Slice['moveTo'] = (ms, ...ends) => {
    offsetMs = ms - Date.now();
    emulator.control({ offsetMs, ends });
  };
  const close = async () => {
    await emulator.stop();
    await kraken.close();
  };
  try {
    moveTo(BTC_ENTRY_MS);
    const cdk = cdkOn(emulator);
    const words = [...DEV, '-c', `krakenUrl=${kraken.baseUrl}`];
    await cdk.bootstrap();
    const outputs = await cdk.deploy(...words, '-c', 'schedules=off');
    const flat = Object.assign({}, ...Object.values(outputs)) as Outputs;
    return {
      emulator,
      kraken,
      cdk,
      words,
      outputs: flat,
      moveTo,
      nowMs,
      close,
      ...doorsOf(emulator, flat, kraken),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function doorsOf(emulator: Emulator, outputs: Outputs, kraken: LiveKraken) {
  const { TradeTickName, OrderWatchName, StateTableName, CandleBucketName } = outputs;
  const lambda = new LambdaClient({ ...clientOf(emulator), maxAttempts: 1 });
  const database = new DynamoDBClient(clientOf(emulator));
  const objects = new S3Client({ ...clientOf(emulator), forcePathStyle: true });
  const store = dynamoStateStore({ client: database, table: StateTableName });
  const invoke = async (FunctionName: string, event: object): Promise<Ended> => {
    const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));
    const payload = JSON.parse(new TextDecoder().decode(answer.Payload));
    return answer.FunctionError === undefined ? payload : { error: payload.errorMessage };
  };
  const pages = () => paginateScan({ client: database }, { TableName: StateTableName, ConsistentRead: true });
  const forget = async () => {
    for await (const { Items = [] } of pages())
      for (const { pk = { S: '' }, sk = { S: '' } } of Items)
        await database.send(new DeleteItemCommand({ TableName: StateTableName, Key: { pk, sk } }));
  };
  return {
    store,
    tick: (at: EpochMs) => invoke(TradeTickName, { at: new Date(at).toISOString() }),
    watch: () => invoke(OrderWatchName, {}),
    leave: async (FunctionName: string, event: object) => {
      const Payload = JSON.stringify(event);
      await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }));
    },
    call: (route: string, options: CallOptions = {}) => callApi(emulator, { ...outputs, ...options, route }),
    forget,
    async wipe() {
      await emulator.retire();
      kraken.market.calm();
      kraken.withhold();
      kraken.fail(undefined);
      await forget();
      for await (const { Contents = [] } of paginateListObjectsV2(
        { client: objects },
        { Bucket: CandleBucketName },
      ))
        for (const { Key } of Contents)
          await objects.send(new DeleteObjectCommand({ Bucket: CandleBucketName, Key }));
    },
    async items() {
      const texts: string[] = [];
      for await (const { Items = [] } of pages()) texts.push(...Items.map((item) => JSON.stringify(item)));
      return texts.sort();
    },
    results: () =>
      readResults(store, ACCOUNT_ID, {
        fromMs: BTC_ENTRY_MS - 20 * DAY_MS,
        toMs: BTC_ENTRY_MS + 20 * DAY_MS,
      }),
  };
}
