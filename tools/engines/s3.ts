import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { s3Server } from './downloads.ts';
import { type Engine, nodeFolder, type SetOptions } from './engine.ts';

const credentials = { accessKeyId: 'kith', secretAccessKey: 'kith-engines' };
const askMsMax = 5_000;

export function s3Engine(options: SetOptions): Engine {
  const port = options.portBase + 90;
  const endpoint = `http://127.0.0.1:${port}`;
  let program = '';
  return {
    name: 's3',
    nodes: 1,
    ports: [port],
    env: {
      KITH_S3: endpoint,
      KITH_S3_ACCESS_KEY: credentials.accessKeyId,
      KITH_S3_SECRET_KEY: credentials.secretAccessKey,
    },
    politeStopMsMax: 2_000,
    async prepare() {
      program = await s3Server(options.report);
    },
    process(node) {
      const folder = nodeFolder(options.folder, 's3', node);
      const data = join(folder, 'data');
      mkdirSync(data, { recursive: true });
      const { accessKeyId, secretAccessKey } = credentials;
      const words = ['--access', accessKeyId, '--secret', secretAccessKey, '--port', `127.0.0.1:${port}`];
      return { folder, command: program, args: [...words, 'posix', data] };
    },
    check: () => writeAndDelete(endpoint),
  };
}

async function writeAndDelete(endpoint: string): Promise<void> {
  const client = new S3Client({
    endpoint,
    credentials,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
  });
  const abort = { abortSignal: AbortSignal.timeout(askMsMax) };
  const place = { Bucket: 'engines-ready', Key: 'ready' };
  try {
    await client.send(new CreateBucketCommand({ Bucket: place.Bucket }), abort).catch(ignoreExisting);
    await client.send(new PutObjectCommand({ ...place, Body: 'ready' }), abort);
    await client.send(new DeleteObjectCommand(place), abort);
    await client.send(new DeleteBucketCommand({ Bucket: place.Bucket }), abort);
  } finally {
    client.destroy();
  }
}

const ignoreExisting = (error: Error) => {
  if (!error.name.startsWith('BucketAlready')) throw error;
};
