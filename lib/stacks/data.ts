import { CfnOutput, Duration, RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import { CANDLE_PREFIX } from '../../config/service.ts';
import { pinLogicalId } from '../constructs/pin.ts';
import { EngineStack } from './engine-stack.ts';

/** What outlives everything else: the state of the account, the candles, and the key of the exchange. */
export class DataStack extends EngineStack {
  readonly table: TableV2;
  readonly bucket: Bucket;
  readonly secret: Secret;

  constructor(scope: Construct, deployment: Deployment) {
    super(scope, 'data', deployment);
    this.table = this.addTable();
    this.bucket = this.addBucket();
    this.secret = this.addSecret();
    new CfnOutput(this, 'StateTableName', { value: this.table.tableName });
    new CfnOutput(this, 'CandleBucketName', { value: this.bucket.bucketName });
    new CfnOutput(this, 'ExchangeSecretArn', { value: this.secret.secretArn });
  }

  private addTable(): TableV2 {
    const table = new TableV2(this, 'State', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    pinLogicalId(table, 'StateTable');
    return table;
  }

  private addBucket(): Bucket {
    const bucket = new Bucket(this, 'Candles', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        // Of two rules for a file the shorter one holds: the watch writes candle files anew each hour.
        { prefix: CANDLE_PREFIX, noncurrentVersionExpiration: Duration.days(1) },
        {
          noncurrentVersionExpiration: Duration.days(30),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    pinLogicalId(bucket, 'CandleBucket');
    return bucket;
  }

  /** Made without a key in it: a person puts one, so that none is ever in a template. A deploy does not touch it. */
  private addSecret(): Secret {
    const secret = new Secret(this, 'Exchange', {
      description: 'Key of the exchange',
      secretStringValue: SecretValue.unsafePlainText('{}'),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    pinLogicalId(secret, 'ExchangeSecret');
    return secret;
  }
}
