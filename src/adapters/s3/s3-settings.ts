import type { S3ClientConfig } from '@aws-sdk/client-s3';

export interface S3Settings {
  endpoint: string;
  region: string;
  bucket: string;
  /** Undefined: found as AWS's tools find them (variables, profile, the machine's role). */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
}

/**
 * From one address: `https://KEY:SECRET@host:port/bucket?region=eu-west-1`. KEY and SECRET are escaped as in any
 * address; what it lacks comes from the second argument. Throws TypeError, which names no secret.
 */
export function parseS3Address(
  address: string,
  otherwise: { bucket?: string; accessKey?: string | undefined; secretKey?: string | undefined } = {},
): S3Settings {
  if (!URL.canParse(address)) throw new TypeError('The address of the S3 store is none.');
  const url = new URL(address);
  const bucket = url.pathname.replace(/^\/|\/$/g, '') || (otherwise.bucket ?? '');
  if (!/^https?:$/.test(url.protocol) || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new TypeError('The address of the S3 store is as https://KEY:SECRET@host/bucket?region=NAME.');
  }
  return {
    endpoint: url.origin,
    region: url.searchParams.get('region') ?? 'us-east-1',
    bucket,
    credentials: credentialsOf(url, otherwise),
  };
}

function credentialsOf(
  { username, password }: URL,
  { accessKey, secretKey }: { accessKey?: string | undefined; secretKey?: string | undefined },
): S3Settings['credentials'] {
  if (username !== '') {
    return { accessKeyId: decodeURIComponent(username), secretAccessKey: decodeURIComponent(password) };
  }
  return accessKey === undefined || secretKey === undefined
    ? undefined
    : { accessKeyId: accessKey, secretAccessKey: secretKey };
}

const connectionTimeoutMs = 3_000;
/** Without a byte moving. */
const socketTimeoutMs = 30_000;
const attemptsMax = 4;

/** Settings that any compatible store understands. */
export const clientConfig = ({ endpoint, region, credentials }: S3Settings): S3ClientConfig => ({
  endpoint,
  region,
  ...(credentials && { credentials }),
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
  maxAttempts: attemptsMax,
  requestHandler: { connectionTimeout: connectionTimeoutMs, socketTimeout: socketTimeoutMs },
});
