/**
 * Every setting, once: its schema, its name in the environment, and what to say when it does not fit. The name in
 * the configuration file is the key here.
 */

import { type Static, type TObject, Type } from 'typebox';

/** What a process can be told to run. */
export const roleNames = ['api', 'feed-generator', 'search-indexer', 'notifier', 'media', 'janitor'] as const;
export type RoleName = (typeof roleNames)[number];

const mebibyte = 1024 * 1024;
const port = Type.Integer({ minimum: 0, maximum: 65_535 });
const addresses = Type.Array(Type.String({ pattern: '^[^\\s,:]+(:\\d{1,5})?$' }), { default: [] });
const bytes = (fallback: number) => Type.Integer({ minimum: mebibyte, maximum: 2 ** 40, default: fallback });

export const settingsSchema = Type.Object(
  {
    host: Type.String({ minLength: 1, default: '127.0.0.1' }),
    port: { ...port, default: 4000 } as typeof port,
    data: Type.String({ minLength: 1, default: './data' }),
    profile: Type.Union([Type.Literal('embedded'), Type.Literal('cluster')], { default: 'embedded' }),
    roles: Type.Array(Type.Union(roleNames.map((name) => Type.Literal(name))), { minItems: 1 }),
    url: Type.Optional(Type.String({ pattern: '^https?://[^\\s/?#]+(/[^\\s?#]*)?$' })),
    rateLimits: Type.Union([Type.Literal('on'), Type.Literal('off')], { default: 'on' }),
    registration: Type.Union([Type.Literal('open'), Type.Literal('invite'), Type.Literal('closed')]),
    trustedProxies: Type.Array(Type.String({ minLength: 2 }), { default: [] }),
    metricsToken: Type.Optional(Type.String({ minLength: 16, maxLength: 256 })),
    smtpUrl: Type.Optional(Type.String({ pattern: '^smtps?://\\S+$' })),
    mailFrom: Type.Optional(Type.String({ pattern: '^[^\\r\\n]*[^\\s@]+@[^\\s@]+$', maxLength: 320 })),
    logLevel: Type.Union(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
      { default: 'info' },
    ),
    mediaUrl: Type.Optional(Type.String({ pattern: '^https?://\\S+$' })),
    mediaQuotaBytes: bytes(10 * 1024 * mebibyte),
    ffmpeg: Type.String({ minLength: 1, default: 'installed' }),
    s3: Type.Optional(Type.String({ pattern: '^https?://\\S+$' })),
    s3AccessKey: Type.Optional(Type.String({ minLength: 1 })),
    s3SecretKey: Type.Optional(Type.String({ minLength: 1 })),
    s3PublicUrl: Type.Optional(Type.String({ pattern: '^https?://\\S+$' })),
    cacheBytesMax: bytes(128 * mebibyte),
    timelineBytesMax: bytes(256 * mebibyte),
    secret: Type.Optional(Type.String({ minLength: 32, maxLength: 256 })),
    namespace: Type.String({ pattern: '^[a-z][a-z0-9_]{0,30}$', default: 'kith' }),
    cassandra: addresses,
    cassandraDatacenter: Type.String({ minLength: 1, default: 'datacenter1' }),
    cassandraReplication: Type.Integer({ minimum: 1, maximum: 7, default: 3 }),
    cassandraUser: Type.Optional(Type.String({ minLength: 1 })),
    cassandraPassword: Type.Optional(Type.String({ minLength: 1 })),
    kafka: addresses,
    kafkaPartitions: Type.Integer({ minimum: 1, maximum: 1024, default: 12 }),
    redis: Type.Optional(Type.String({ pattern: '^rediss?://\\S+$' })),
    openSearch: Type.Optional(Type.String({ pattern: '^https?://\\S+$' })),
    otelUrl: Type.Optional(Type.String({ pattern: '^https?://\\S+$' })),
    otelPercent: Type.Integer({ minimum: 0, maximum: 100, default: 10 }),
  },
  { additionalProperties: false },
);

type Parsed = Static<typeof settingsSchema>;
export interface Settings extends Omit<Parsed, 'roles' | 'logLevel' | 'url'> {
  roles: readonly RoleName[];
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Without a slash at its end. Where people reach this server; undefined: as they asked for it. */
  url?: string;
}
export type SettingName = keyof Settings;

export interface SettingText {
  /** In the environment. */
  variable: string;
  /** What it is for, and what it accepts: ends the sentence "… takes …". */
  about: string;
  accepts: string;
  secret?: boolean;
}

const hosts = 'hosts such as 10.0.0.1:9042, with commas between';
const copies = 'a number from 1 to 7';
const mebibytes = 'a number of bytes, at least 1048576 (1 MiB)';

export const settingTexts: Readonly<Record<SettingName, SettingText>> = {
  host: { variable: 'KITH_HOST', about: 'the address to listen on', accepts: 'a host name or address' },
  port: { variable: 'KITH_PORT', about: 'the port to listen on', accepts: 'a port number from 0 to 65535' },
  data: { variable: 'KITH_DATA', about: 'the folder that holds everything', accepts: 'a path' },
  profile: { variable: 'KITH_PROFILE', about: 'where records are kept', accepts: 'embedded or cluster' },
  roles: {
    variable: 'KITH_ROLES',
    about: 'what this process does',
    accepts: `all, or some of ${roleNames.join(', ')} with commas between`,
  },
  url: {
    variable: 'KITH_URL',
    about: 'where people reach this server',
    accepts: 'an address such as https://kith.example',
  },
  rateLimits: { variable: 'KITH_RATE_LIMITS', about: 'whether requests are limited', accepts: 'on or off' },
  registration: {
    variable: 'KITH_REGISTRATION',
    about: 'who may make an account',
    accepts: 'open, invite or closed',
  },
  trustedProxies: {
    variable: 'KITH_TRUSTED_PROXIES',
    about: 'proxies that may say who the client is',
    accepts: 'addresses or networks such as 10.0.0.0/8, with commas between',
  },
  metricsToken: {
    variable: 'KITH_METRICS_TOKEN',
    about: 'the bearer token that opens /metrics from other machines',
    accepts: '16 to 256 characters',
    secret: true,
  },
  smtpUrl: {
    variable: 'KITH_SMTP_URL',
    about: 'the mail server',
    accepts: 'an address such as smtps://user:password@mail.example',
    secret: true,
  },
  mailFrom: {
    variable: 'KITH_MAIL_FROM',
    about: 'the sender of mails',
    accepts: 'an e-mail address such as kith@example.org',
  },
  logLevel: {
    variable: 'KITH_LOG_LEVEL',
    about: 'how much is logged',
    accepts: 'fatal, error, warn, info, debug, trace or silent',
  },
  mediaUrl: {
    variable: 'KITH_MEDIA_URL',
    about: 'where browsers fetch photos and videos, if not from this server',
    accepts: 'an address such as https://media.example',
  },
  mediaQuotaBytes: {
    variable: 'KITH_MEDIA_QUOTA_BYTES',
    about: 'how much room one person’s photos and videos may take',
    accepts: mebibytes,
  },
  ffmpeg: {
    variable: 'KITH_FFMPEG',
    about:
      'the FFmpeg that prepares videos: an installed one (5 or newer, with libx264), or the one that comes with Kith',
    accepts:
      '`installed` (the first one in PATH that will do, else the built-in), `built-in`, or the program’s path',
  },
  s3: {
    variable: 'KITH_S3',
    about: 'the object store for photos, videos and files, if not a folder of this machine',
    accepts: 'an address such as https://KEY:SECRET@s3.example/bucket?region=eu-west-1',
    secret: true,
  },
  s3AccessKey: {
    variable: 'KITH_S3_ACCESS_KEY',
    about: 'the key for the object store, where its address holds none',
    accepts: 'a key',
    secret: true,
  },
  s3SecretKey: {
    variable: 'KITH_S3_SECRET_KEY',
    about: 'that key’s secret',
    accepts: 'a secret',
    secret: true,
  },
  s3PublicUrl: {
    variable: 'KITH_S3_PUBLIC_URL',
    about: 'where browsers reach the object store, if elsewhere than this process does',
    accepts: 'an address such as https://s3.example',
  },
  cacheBytesMax: { variable: 'KITH_CACHE_BYTES', about: 'memory for cached posts', accepts: mebibytes },
  timelineBytesMax: { variable: 'KITH_TIMELINE_BYTES', about: 'memory for feeds', accepts: mebibytes },
  secret: {
    variable: 'KITH_SECRET',
    about:
      'the secret that all processes of a cluster share (on one machine it is made and kept in the data folder)',
    accepts: '32 to 256 characters that nobody can guess',
    secret: true,
  },
  namespace: {
    variable: 'KITH_NAMESPACE',
    about: 'what this installation is called in engines that it shares with others',
    accepts: 'small letters, digits and underscores, at most 31, beginning with a letter',
  },
  cassandra: { variable: 'KITH_CASSANDRA', about: 'where Cassandra is', accepts: hosts },
  cassandraDatacenter: {
    variable: 'KITH_CASSANDRA_DATACENTER',
    about: 'the data centre of Cassandra that this process belongs to',
    accepts: 'its name',
  },
  cassandraReplication: {
    variable: 'KITH_CASSANDRA_REPLICATION',
    about: 'how many copies a new keyspace keeps',
    accepts: copies,
  },
  cassandraUser: { variable: 'KITH_CASSANDRA_USER', about: 'the user for Cassandra', accepts: 'a name' },
  cassandraPassword: {
    variable: 'KITH_CASSANDRA_PASSWORD',
    about: 'that user’s password',
    accepts: 'a password',
    secret: true,
  },
  kafka: { variable: 'KITH_KAFKA', about: 'where Kafka is', accepts: hosts },
  kafkaPartitions: {
    variable: 'KITH_KAFKA_PARTITIONS',
    about: 'into how many parts a new log is cut, which is how many processes of one role can share its work',
    accepts: 'a number from 1 to 1024',
  },
  redis: {
    variable: 'KITH_REDIS',
    about: 'where Redis is',
    accepts: 'an address such as redis://user:password@redis.example:6379',
    secret: true,
  },
  openSearch: {
    variable: 'KITH_OPENSEARCH',
    about: 'where OpenSearch is',
    accepts: 'an address such as https://user:password@search.example:9200',
    secret: true,
  },
  otelUrl: {
    variable: 'KITH_OTEL_URL',
    about:
      'the collector of OpenTelemetry that traces are sent to by OTLP over HTTP; without it there are none',
    accepts: 'an address such as http://127.0.0.1:4318',
  },
  otelPercent: {
    variable: 'KITH_OTEL_PERCENT',
    about: 'how many of a hundred requests are traced, where there is a collector',
    accepts: 'a number from 0 to 100',
  },
};

export const settingNames = Object.keys(settingTexts) as SettingName[];
export const settingSchemaOf = (name: SettingName) => (settingsSchema as TObject).properties[name]!;
