import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { type Deployment, loadDeployment } from '../../config/deployment.ts';
import { functionNames, stackName } from '../../config/service.ts';
import { addStacks } from '../../lib/add-stacks.ts';
import type { Bundles } from '../../lib/bundle.ts';

/** A resource as it stands in a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

const parts = ['data', 'trading', 'edge', 'observability'] as const;
type Part = (typeof parts)[number];
export type Templates = Readonly<Record<Part, Template>> & {
  /** What CloudFormation is told beside the template. */
  readonly stacks: readonly Pick<Stack, 'stackName' | 'terminationProtection' | 'account' | 'region'>[];
};

const cdk: { readonly context: Record<string, unknown> } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../cdk.json'), 'utf8'),
);

/** The templates of a deployment, with functions that do nothing: to bundle them takes seconds, and says nothing here. */
export function synthesise(deployment: Deployment): Templates {
  const folder = mkdtempSync(join(tmpdir(), 'hot-crypto-synth-'));
  try {
    const app = new App({
      autoSynth: false,
      outdir: join(folder, 'out'),
      context: cdk.context,
      treeMetadata: false,
      // Two seconds; a synthesis by `cdk` has it, and fails at what it finds.
      builtinCloudFormationValidation: false,
    });
    addStacks(app, deployment, idleBundles(folder));
    const stacks = app.node.children as Stack[];
    const assembly = app.synth();
    const found = parts.map(
      (part) => [part, assembly.getStackByName(stackName(deployment.name, part)).template] as const,
    );
    return { ...(Object.fromEntries(found) as Record<Part, Template>), stacks };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function idleBundles(folder: string): Bundles {
  const bundles = functionNames.map((name) => {
    const bundle = join(folder, name);
    mkdirSync(bundle);
    writeFileSync(join(bundle, 'index.mjs'), `export const handler = async () => '${name}';`);
    return [name, bundle] as const;
  });
  return Object.fromEntries(bundles) as Bundles;
}

let paper: Templates | undefined;

/** The templates of the environment paper as it is in the repository, made once. */
export function paperTemplates(): Templates {
  paper ??= synthesise(loadDeployment({ env: 'paper' }));
  return paper;
}

/** The resources of a type, by logical id. */
export function resourcesOf({ Resources }: Template, type: string): Readonly<Record<string, Resource>> {
  return Object.fromEntries(Object.entries(Resources).filter(([, { Type }]) => Type === type));
}

/** The properties of each resource of a type, in the order of the template. */
export function propertiesOf(template: Template, type: string): readonly Resource['Properties'][] {
  return Object.values(resourcesOf(template, type)).map(({ Properties }) => Properties);
}

/** Every resource of every stack. */
export function allResources(templates: Templates): readonly Resource[] {
  return parts.flatMap((part) => Object.values(templates[part].Resources));
}

const HASH = /[0-9A-F]{8}(?=\.|$)/;

/** A reference as one reads it: `StateTable.Arn` of this stack and of another one, `CandleBucket.Arn/candles/*`. */
export function say(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[kind, inner] = []] = Object.entries(value);
  if (kind === 'Ref') return String(inner).replace(HASH, '');
  if (kind === 'Fn::GetAtt') return (inner as string[]).join('.').replace(HASH, '');
  if (kind === 'Fn::Join') return (inner as [string, unknown[]])[1].map(say).join('');
  if (kind !== 'Fn::ImportValue') throw new Error(`say: ${JSON.stringify(value)}`);
  // The name of an export is made of the logical id, the attribute, and a hash.
  const [, how = '', what = ''] = /:ExportsOutput(FnGetAtt|Ref)(.*)[0-9A-F]{8}$/.exec(String(inner)) ?? [];
  return how === 'Ref' ? what.replace(HASH, '') : what.replace(/(?:[0-9A-F]{8})?(Arn|QueueName)$/, '.$1');
}
