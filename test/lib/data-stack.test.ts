import { describe, expect, it } from 'vitest';
import {
  allResources,
  paperTemplates,
  propertiesOf,
  type Resource,
  resourcesOf,
} from '../helpers/templates.ts';

const { data } = paperTemplates();
const retained = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };

/** The resources of the whole environment whose loss nothing could make up for. */
const stateful = ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret'];

describe('what holds state', () => {
  // CloudFormation knows a resource by this id: with another one it would make an empty one in its place.
  it('is known to CloudFormation by ids that nothing may change', () => {
    const ids = stateful.flatMap((type) => Object.keys(resourcesOf(data, type)));
    expect(ids).toEqual(['StateTable', 'CandleBucket', 'ExchangeSecret']);
  });

  it('is one table, one bucket and one secret, all in the one stack', () => {
    const types = allResources(paperTemplates()).map(({ Type }) => Type);
    expect(types.filter((type) => stateful.includes(type))).toEqual(stateful);
  });

  it('outlives its stack, and an update that would replace it', () => {
    for (const type of stateful)
      expect(Object.values(resourcesOf(data, type)), type).toMatchObject([retained]);
  });

  it('has no name that stands in the way of a second environment', () => {
    const named =
      /"(TableName|BucketName|FunctionName|QueueName|TopicName|RoleName|LogGroupName|AlarmName)":"/;
    for (const { Type, Properties } of allResources(paperTemplates()))
      expect(JSON.stringify(Properties), Type).not.toMatch(named);
    for (const { Properties } of Object.values(data.Resources)) expect(Properties).not.toHaveProperty('Name');
  });

  it('is found by its outputs', () => {
    expect(data.Outputs).toMatchObject({
      StateTableName: { Value: { Ref: 'StateTable' } },
      CandleBucketName: { Value: { Ref: 'CandleBucket' } },
      ExchangeSecretArn: { Value: { Ref: 'ExchangeSecret' } },
    });
  });
});

describe('the state table', () => {
  const [table = {}] = propertiesOf(data, 'AWS::DynamoDB::GlobalTable');

  it('has a partition and a sort key, both text, and no index', () => {
    expect(table['KeySchema']).toEqual([
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ]);
    expect(table['AttributeDefinitions']).toEqual([
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ]);
    expect(table).not.toHaveProperty('GlobalSecondaryIndexes');
    expect(table).not.toHaveProperty('LocalSecondaryIndexes');
  });

  it('is paid by use', () => {
    expect(table['BillingMode']).toBe('PAY_PER_REQUEST');
  });

  // The emulator leaves expiry and point-in-time recovery off whatever the template says.
  it('forgets what has expired, can be put back to any second, and refuses to be deleted', () => {
    expect(table['TimeToLiveSpecification']).toEqual({ AttributeName: 'expiresAt', Enabled: true });
    expect(table['Replicas']).toMatchObject([
      {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        Region: { Ref: 'AWS::Region' },
      },
    ]);
  });
});

describe('the bucket of candles', () => {
  const [bucket = {}] = propertiesOf(data, 'AWS::S3::Bucket');

  it('is private, versioned and encrypted with the key of S3', () => {
    expect(bucket).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });

  // The emulator runs no lifecycle rules and enforces no bucket policy.
  it('keeps what was overwritten for 30 days, candles for one, and an upload that broke off for one', () => {
    expect(bucket['LifecycleConfiguration']).toEqual({
      Rules: [
        { Prefix: 'candles/', NoncurrentVersionExpiration: { NoncurrentDays: 1 }, Status: 'Enabled' },
        {
          NoncurrentVersionExpiration: { NoncurrentDays: 30 },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
          Status: 'Enabled',
        },
      ],
    });
  });

  it('refuses whoever comes without TLS', () => {
    expect(propertiesOf(data, 'AWS::S3::BucketPolicy')).toMatchObject([
      {
        Bucket: { Ref: 'CandleBucket' },
        PolicyDocument: {
          Statement: [
            { Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          ],
        },
      },
    ]);
  });
});

describe('the secret', () => {
  it('is made without a key, and with nothing that a later deploy would write over one', () => {
    const [{ Tags: _, ...secret } = {}] = propertiesOf(data, 'AWS::SecretsManager::Secret');
    expect(secret).toEqual({ Description: 'Key of the exchange', SecretString: '{}' });
  });
});

describe('the bill', () => {
  // aws.md §7: what is paid by the month, whether it is used or not.
  it('has no key, network, trace or dashboard of its own', () => {
    const dear = /^AWS::(KMS|EC2|XRay|WAFv2|Route53|CloudFront)::|::Dashboard$|::CompositeAlarm$/;
    const isTraced = ({ Properties }: Resource) => 'TracingConfig' in Properties;
    const resources = allResources(paperTemplates());
    expect(resources.filter((one) => dear.test(one.Type) || isTraced(one))).toEqual([]);
    expect(JSON.stringify(resources)).not.toMatch(/ReservedConcurrentExecutions|ProvisionedConcurrency|kms/i);
  });

  it('can be read by project and environment, wherever a resource takes tags', () => {
    const tagged = allResources(paperTemplates()).filter(({ Properties }) => 'Tags' in Properties);
    const tags = [
      { Key: 'environment', Value: 'paper' },
      { Key: 'project', Value: 'hot-crypto' },
    ];
    for (const { Type, Properties } of tagged)
      expect(Properties['Tags'], Type).toEqual(
        Type.startsWith('AWS::ApiGatewayV2') ? { environment: 'paper', project: 'hot-crypto' } : tags,
      );
    const types = new Set(tagged.map(({ Type }) => Type));
    for (const type of ['AWS::Lambda::Function', 'AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::Logs::LogGroup'])
      expect(types).toContain(type);
  });
});
