import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import type { Emulator } from './emulator.ts';
import { sendSigned } from './signed-request.ts';
import { clientOf } from './slice.ts';

export interface Grant {
  /** Of the name of the function. */
  readonly part: string;
  /** An action, or a pattern of partitions. */
  readonly grant: string;
}

/** Runs something while a function may do all that it was given but one thing. */
export async function without<T>(
  emulator: Emulator,
  { part, grant }: Grant,
  run: () => Promise<T>,
): Promise<T> {
  const RoleName = await roleOf(emulator, part);
  const PolicyName = fieldOf(await iam(emulator, { Action: 'ListRolePolicies', RoleName }), 'member');
  const got = await iam(emulator, { Action: 'GetRolePolicy', RoleName, PolicyName });
  const policy = decodeURIComponent(fieldOf(got, 'PolicyDocument'));
  // What stands there instead may be done by everybody, and is no name of a partition.
  const less = policy.replaceAll(`"${grant}"`, '"sts:GetCallerIdentity"');
  if (less === policy) throw new Error(`${RoleName} has no ${grant}: ${policy}`);
  const put = (PolicyDocument: string) =>
    iam(emulator, { Action: 'PutRolePolicy', RoleName, PolicyName, PolicyDocument });
  await put(less);
  try {
    return await run();
  } finally {
    await put(policy);
  }
}

async function roleOf(emulator: Emulator, part: string): Promise<string> {
  const { Functions = [] } = await new LambdaClient(clientOf(emulator)).send(new ListFunctionsCommand({}));
  const found = Functions.find(({ FunctionName = '' }) => FunctionName.includes(part));
  return found?.Role?.split('/').at(-1) ?? '';
}

/** IAM answers in XML, of which one field is enough. */
const fieldOf = (xml: string, name: string) => xml.split(`<${name}>`)[1]?.split('<')[0] ?? '';

async function iam(emulator: Emulator, parameters: Readonly<Record<string, string>>): Promise<string> {
  const { status, text } = await sendSigned(emulator, {
    route: 'POST /',
    host: `127.0.0.1:${emulator.port}`,
    contentType: 'application/x-www-form-urlencoded',
    body: new URLSearchParams({ Version: '2010-05-08', ...parameters }).toString(),
    service: 'iam',
  });
  if (status !== 200) throw new Error(text);
  return text;
}
